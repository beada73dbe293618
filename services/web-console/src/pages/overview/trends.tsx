import { useMemo } from "react";
import type { Overview } from "../../api/types";
import { type ChartLine, TimeChart } from "../../chart/time-chart";
import { useTrend } from "../../data/overview";
import { compact, counted, rate } from "../../lib/format";
import { rates, type Sample, TREND_LENGTH, waiting } from "../../lib/trend";
import { Panel } from "../../ui/panel";
import classes from "./overview.module.css";

const HEIGHT = 150;
const SHORTEST = 60_000;

function windowOf(samples: readonly Sample[]): { from: number; to: number } {
  const to = samples.at(-1)?.at ?? Date.now();
  const first = samples[0]?.at ?? to;
  return { from: Math.max(to - TREND_LENGTH, Math.min(first, to - SHORTEST)), to };
}

/** Rates and lag since the console was opened, a point with every answer of the platform. */
export default function Trends({ overview }: { overview: Overview }) {
  const samples = useTrend();
  const window = windowOf(samples);
  const pace = useMemo<ChartLine[]>(
    () => [
      { label: "Messages", color: "--chart-2", series: rates(samples, "messages") },
      { label: "Readings stored", color: "--chart-1", series: rates(samples, "readings") },
    ],
    [samples],
  );
  const lag = useMemo<ChartLine[]>(
    () => [{ label: "Waiting", color: "--chart-3", series: waiting(samples) }],
    [samples],
  );
  const { messages_per_second, readings_per_second } = overview.rate;
  const { pending } = overview.ingest;
  const pendingText = pending == null ? "unknown" : compact(pending);
  return (
    <>
      <div className={classes.half}>
        <Panel
          title="Arriving and stored"
          aside={
            <span className={classes.legend}>
              <Key color="--chart-2" /> {rate(messages_per_second)} messages/s
              <Key color="--chart-1" /> {rate(readings_per_second)} readings/s
            </span>
          }
        >
          <TimeChart
            description={`Messages and readings per second, now ${rate(messages_per_second)} and ${rate(readings_per_second)}`}
            lines={pace}
            unit="/s"
            sync="overview"
            height={HEIGHT}
            fromZero
            {...window}
          />
        </Panel>
      </div>
      <div className={classes.half}>
        <Panel
          title="Waiting to be stored"
          aside={
            <span className={classes.legend}>
              {pending == null ? "NATS cannot be reached" : `${counted(pending, "message")} in flight`}
            </span>
          }
        >
          <TimeChart
            description={`Messages that wait to be stored, now ${pendingText}`}
            lines={lag}
            unit="messages"
            sync="overview"
            height={HEIGHT}
            fromZero
            {...window}
          />
        </Panel>
      </div>
    </>
  );
}

function Key({ color }: { color: string }) {
  return <span className={classes.key} style={{ background: `var(${color})` }} aria-hidden="true" />;
}
