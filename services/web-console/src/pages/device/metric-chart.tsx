import { Button } from "@mantine/core";
import { useMemo, useState } from "react";
import { lineOptions } from "../../chart/plot-options";
import { usePlot } from "../../chart/use-uplot";
import { counted, type Display, decimal } from "../../lib/format";
import { type Range, windowOf } from "../../lib/ranges";
import { mergePoints, type Point, type Series, summarize, toSeries } from "../../lib/series";
import { localDateTime } from "../../lib/time";
import { useNow } from "../../ui/now";
import { Panel } from "../../ui/panel";
import { Answered, Empty } from "../../ui/states";
import classes from "./device.module.css";
import { type History, useHistory } from "./use-measurements";

interface MetricChartProps {
  serial: string;
  metric: string;
  range: Range;
  display: Display;
  color: string;
  stepped: boolean;
  live: boolean;
  livePoints: readonly Point[];
  /** First sign of life of the device, in milliseconds. */
  firstSeen: number | null;
}

const NO_POINTS: readonly Point[] = [];

/** One metric over time, with live readings at its right edge. */
export function MetricChart(props: MetricChartProps) {
  const { serial, metric, range, display, livePoints } = props;
  const history = useHistory(serial, metric, range, props.live);
  const now = useNow();
  const fetched = history.data?.points ?? NO_POINTS;
  const points = useMemo(() => mergePoints(fetched, livePoints), [fetched, livePoints]);
  const { from, to } = windowOf(range, now, props.firstSeen, points);
  const series = useMemo(
    () => toSeries(points, display.factor, from, to),
    [points, display.factor, from, to],
  );
  const summary = summarize(series);

  return (
    <Panel
      title={display.label}
      aside={
        summary ? (
          <span className={classes.figures}>
            {decimal(summary.min)} … {decimal(summary.max)}
            <strong>
              {decimal(summary.last)} {display.unit}
            </strong>
          </span>
        ) : null
      }
    >
      <Answered query={history} what={display.label} lines={5}>
        {(data) =>
          summary === null ? (
            <Empty title="No readings in this range">Choose a longer range to see older ones.</Empty>
          ) : (
            <>
              <Line
                {...props}
                series={series}
                from={from / 1_000}
                to={to / 1_000}
                summary={describe(series, display)}
              />
              <Note history={data} shown={summary.count} />
            </>
          )
        }
      </Answered>
    </Panel>
  );
}

function describe(series: Series, { label, unit }: Display): string {
  const summary = summarize(series);
  if (!summary) return `${label}: no readings`;
  const text = (value: number): string => `${decimal(value)} ${unit ?? ""}`.trim();
  return `${label}: ${counted(summary.count, "reading")}, from ${text(summary.min)} to ${text(summary.max)}, last ${text(summary.last)}`;
}

function Note({ history, shown }: { history: History; shown: number }) {
  const oldest = history.points[0];
  return (
    <p className={classes.note}>
      {counted(shown, "reading")}
      {history.complete || !oldest
        ? null
        : ` · the range holds more; shown from ${localDateTime(oldest.at)} on`}
    </p>
  );
}

interface LineProps extends MetricChartProps {
  series: Series;
  from: number;
  to: number;
  summary: string;
}

function Line({ serial, display, color, stepped, series, from, to, summary }: LineProps) {
  const [zoomed, setZoomed] = useState(false);
  const input = useMemo(
    () => ({ data: [series.times, series.values] as [number[], (number | null)[]], from, to }),
    [series, from, to],
  );
  const { container, resetZoom } = usePlot(input, {
    height: 196,
    shape: `${color}/${display.unit}/${stepped}`,
    options: () => lineOptions({ color, unit: display.unit ?? "", stepped, sync: serial }),
    onZoom: setZoomed,
  });
  return (
    <div className={classes.chart}>
      <div ref={container} role="img" aria-label={summary} />
      {zoomed ? (
        <Button size="compact-xs" variant="default" className={classes.reset ?? ""} onClick={resetZoom}>
          Reset zoom
        </Button>
      ) : null}
    </div>
  );
}
