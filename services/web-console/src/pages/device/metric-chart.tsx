import { useMemo } from "react";
import type { Mark } from "../../chart/marks";
import { type ChartLine, TimeChart } from "../../chart/time-chart";
import {
  bucketOf,
  type History,
  type LineSource,
  newerPoints,
  type Source,
  useHistory,
} from "../../data/history";
import { counted, type Display, decimal } from "../../lib/format";
import { mergePoints, type Point, summarize, toSeries } from "../../lib/series";
import { localDateTime } from "../../lib/time";
import { isFixed, type Window } from "../../lib/windows";
import { Panel } from "../../ui/panel";
import { Answered, Empty } from "../../ui/states";
import classes from "./device.module.css";

interface MetricChartProps {
  source: LineSource;
  window: Window;
  display: Display;
  color: string;
  stepped: boolean;
  livePoints: readonly Point[];
  marks: readonly Mark[];
  onWindow: (from: number, to: number) => void;
  onPick: (at: number) => void;
  onReset: () => void;
}

const NO_POINTS: readonly Point[] = [];
/** Means further apart than this many of their lengths have a gap between them. */
const GAP_BUCKETS = 2.5;

/** One metric over time, with live readings at its right edge. */
export function MetricChart(props: MetricChartProps) {
  const { source, display, livePoints, color, stepped, marks } = props;
  const { span } = source;
  const { from, to } = props.window;
  const history = useHistory(source);
  const { data } = history;
  const points = useMemo(() => {
    const live = isFixed(span) ? NO_POINTS : newerPoints(data, livePoints);
    return mergePoints(data?.points ?? NO_POINTS, live);
  }, [data, livePoints, span]);
  const gap = bucketOf(data?.source ?? "raw") * GAP_BUCKETS || undefined;
  const series = useMemo(
    () => toSeries(points, display.factor, from, to, gap),
    [points, display.factor, from, to, gap],
  );
  const lines = useMemo<ChartLine[]>(
    () => [{ label: display.label, color, stepped, series }],
    [display.label, color, stepped, series],
  );
  const summary = summarize(series);
  const withUnit = (value: number): string => `${decimal(value)} ${display.unit ?? ""}`.trim();

  return (
    <Panel
      title={display.label}
      aside={
        summary ? (
          <span className={classes.figures}>
            {decimal(summary.min)} … {decimal(summary.max)}
            <strong>{withUnit(summary.last)}</strong>
          </span>
        ) : null
      }
    >
      <Answered query={history} what={display.label} lines={5}>
        {(found) =>
          summary === null ? (
            <Empty title="No readings in this range">Choose a longer range to see older ones.</Empty>
          ) : (
            <>
              <TimeChart
                description={`${display.label}: ${counted(summary.count, WORD[found.source])}, from ${withUnit(summary.min)} to ${withUnit(summary.max)}, last ${withUnit(summary.last)}`}
                lines={lines}
                unit={display.unit ?? ""}
                sync={source.serial}
                from={from}
                to={to}
                marks={marks}
                onWindow={props.onWindow}
                onPick={props.onPick}
                onReset={props.onReset}
              />
              <Note history={found} shown={summary.count} />
            </>
          )
        }
      </Answered>
    </Panel>
  );
}

const WORD: Record<Source, string> = {
  raw: "reading",
  rollup_1m: "minute",
  rollup_1h: "hour",
  rollup_1d: "day",
};

function Note({ history, shown }: { history: History; shown: number }) {
  const oldest = history.points[0];
  const means = history.source === "raw" ? "" : ": the mean, in a band from the least to the greatest";
  return (
    <p className={classes.note}>
      {counted(shown, WORD[history.source])}
      {means}
      {history.sampled ? ", of very many those that keep every peak" : null}
      {history.complete || !oldest
        ? null
        : ` · the range holds more; shown from ${localDateTime(oldest.at)} on`}
    </p>
  );
}
