import { useEffect, useState } from "react";
import type { Overview } from "../../api/types";
import { OVERVIEW_EVERY, useOverview } from "../../data/overview";
import { Freshness } from "../../ui/freshness";
import { PageHeader } from "../../ui/panel";
import { Answered } from "../../ui/states";
import { FirstRun } from "../first-run/first-run";
import { BackupCard } from "./backup-card";
import { ErrorReasons, Firmware } from "./breakdowns";
import { DurabilityCard, LedgerCard, SilentDevices } from "./cards";
import { FleetStats } from "./fleet-stats";
import { LazyTrends } from "./lazy-trends";
import classes from "./overview.module.css";

/** The platform at a glance, or how to send the first message while there is no fleet yet. */
export function OverviewPage() {
  const overview = useOverview();
  const [introduced, setIntroduced] = useState(false);
  const [welcoming, setWelcoming] = useState(false);
  const empty = overview.data?.devices.total === 0;
  useEffect(() => {
    if (empty) setWelcoming(true);
  }, [empty]);

  return (
    <Answered query={overview} what="The overview">
      {(data) =>
        (welcoming || empty) && !introduced ? (
          <FirstRun overview={data} onDone={() => setIntroduced(true)} />
        ) : (
          <Glance overview={data} updatedAt={overview.dataUpdatedAt} />
        )
      }
    </Answered>
  );
}

function Glance({ overview, updatedAt }: { overview: Overview; updatedAt: number }) {
  return (
    <>
      <PageHeader title="Overview" note="The fleet and what became of everything it sent">
        <Freshness updatedAt={updatedAt} every={OVERVIEW_EVERY} />
      </PageHeader>
      <FleetStats overview={overview} />
      <div className={classes.grid}>
        <LazyTrends overview={overview} />
        <LedgerCard />
        <DurabilityCard />
        <BackupCard />
        <SilentDevices />
        <ErrorReasons overview={overview} />
        <Firmware overview={overview} />
      </div>
    </>
  );
}
