import { SegmentedControl } from "@mantine/core";
import { useState } from "react";
import { useOverview } from "../../data/overview";
import { Freshness } from "../../ui/freshness";
import { PageHeader } from "../../ui/panel";
import { Answered } from "../../ui/states";
import { DeadLetters } from "./dead-letters";
import { ErrorList } from "./error-list";
import { Funnel } from "./funnel";
import classes from "./ingest.module.css";
import { Losses } from "./losses";
import { Quotas } from "./quotas";
import { ReasonChoice } from "./reason-choice";
import { ACCOUNTING_EVERY, type Span, useAccounting } from "./use-ingest";

/** What arrived and what became of it. */
export function IngestPage() {
  const [span, setSpan] = useState<Span>("all");
  const accounting = useAccounting(span);
  const overview = useOverview();
  const waiting = (overview.data?.ingest.dead_letters ?? 0) > 0;
  return (
    <>
      <PageHeader title="Ingest health" note="Everything that arrived, and what became of it">
        <Freshness updatedAt={accounting.dataUpdatedAt} every={ACCOUNTING_EVERY} />
        <SegmentedControl
          size="xs"
          aria-label="Interval of arrival"
          value={span}
          onChange={(value) => setSpan(value as Span)}
          data={[
            { value: "hour", label: "Last hour" },
            { value: "day", label: "24 hours" },
            { value: "all", label: "All time" },
          ]}
        />
      </PageHeader>
      <Answered query={accounting} what="The ledger" lines={4}>
        {(ledger) => (
          <>
            <Funnel ledger={ledger} overview={overview.data} />
            <Losses losses={ledger.losses} />
          </>
        )}
      </Answered>
      <div className={classes.columns}>
        <div className={classes.stackOfPanels}>
          {/* What waits for a decision stands first; where nothing waits, it is out of the way. */}
          {waiting ? <DeadLetters /> : null}
          <ErrorList />
          {waiting ? null : <DeadLetters />}
        </div>
        <div className={classes.stackOfPanels}>
          <Answered query={overview} what="The reasons" lines={4}>
            {(data) => <ReasonChoice overview={data} />}
          </Answered>
          <Quotas />
        </div>
      </div>
    </>
  );
}
