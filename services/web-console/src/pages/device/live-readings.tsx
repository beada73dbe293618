import { ActionIcon } from "@mantine/core";
import { memo, useState } from "react";
import type { Metric } from "../../api/types";
import { displayOf, valueText } from "../../lib/format";
import { PauseIcon, PlayIcon } from "../../ui/icons";
import { LiveTag } from "../../ui/live-tag";
import { Panel } from "../../ui/panel";
import { Empty } from "../../ui/states";
import { LocalTime } from "../../ui/time";
import classes from "./device.module.css";
import type { DeviceLive, HeardReading } from "./use-device-live";

interface LiveReadingsProps {
  live: DeviceLive;
  metrics: ReadonlyMap<string, Metric>;
  converted: boolean;
}

/** What arrives, as it is stored, newest first; it can be held still to be read. */
export function LiveReadings({ live, metrics, converted }: LiveReadingsProps) {
  const [held, setHeld] = useState<HeardReading[] | null>(null);
  const shown = held ?? live.recent;
  return (
    <Panel
      title="Live readings"
      flush
      aside={
        <>
          <LiveTag state={live.state} />
          <ActionIcon
            variant="subtle"
            color="gray"
            size="sm"
            onClick={() => setHeld(held ? null : live.recent)}
            aria-label={held ? "Continue" : "Pause"}
            aria-pressed={held !== null}
          >
            {held ? <PlayIcon size={15} /> : <PauseIcon size={15} />}
          </ActionIcon>
        </>
      }
    >
      {shown.length === 0 ? (
        <Empty title="Waiting for the next reading">Readings appear here the moment they are stored.</Empty>
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
        <ol className={classes.feed} aria-label="Live readings, newest first" tabIndex={0}>
          {shown.map((reading) => (
            <ReadingRow
              key={reading.nth}
              reading={reading}
              metric={metrics.get(reading.metric)}
              converted={converted}
            />
          ))}
        </ol>
      )}
    </Panel>
  );
}

interface ReadingRowProps {
  reading: HeardReading;
  metric: Metric | undefined;
  converted: boolean;
}

/** A row never changes once it is there: only new ones cost anything. */
const ReadingRow = memo(function ReadingRow({ reading, metric, converted }: ReadingRowProps) {
  const display = displayOf(reading.metric, metric, converted, reading.unit);
  return (
    <li className={classes.reading}>
      <LocalTime time={reading.recorded_at} clock />
      <span className={classes.metric}>{display.label}</span>
      <span className={classes.value}>
        {valueText(reading.value, display)} <span className="muted">{display.unit}</span>
      </span>
    </li>
  );
});
