import { useEffect, useState } from "react";
import type { Overview } from "../../api/types";
import { Freshness } from "../../ui/freshness";
import { PageHeader } from "../../ui/panel";
import { Answered } from "../../ui/states";
import { FirstRun } from "../first-run/first-run";
import { ErrorReasons, Firmware } from "./breakdowns";
import { DeviceList } from "./device-list";
import classes from "./fleet.module.css";
import { FleetStats } from "./fleet-stats";
import { OVERVIEW_EVERY, useOverview } from "./use-fleet";

/** The fleet at a glance, or how to send the first message while there is no fleet yet. */
export function FleetPage() {
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
          <Fleet overview={data} updatedAt={overview.dataUpdatedAt} />
        )
      }
    </Answered>
  );
}

function Fleet({ overview, updatedAt }: { overview: Overview; updatedAt: number }) {
  return (
    <>
      <PageHeader title="Fleet" note="Every device the platform has heard of">
        <Freshness updatedAt={updatedAt} every={OVERVIEW_EVERY} />
      </PageHeader>
      <FleetStats overview={overview} />
      <div className={classes.columns}>
        <DeviceList overview={overview} />
        <div className={classes.side}>
          <ErrorReasons overview={overview} />
          <Firmware overview={overview} />
        </div>
      </div>
    </>
  );
}
