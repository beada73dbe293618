import { type UseQueryResult, useQueries } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useMemo } from "react";
import type { Metric } from "../../api/types";
import { lineColor } from "../../chart/colors";
import { type ChartLine, TimeChart } from "../../chart/time-chart";
import { bucketOf, type History, historyOptions } from "../../data/history";
import { COMPARISON_LABEL, comparedSpan, movedForward } from "../../lib/compare";
import { counted, decimal, displayOf } from "../../lib/format";
import type { Comparison } from "../../lib/search";
import { summarize, toSeries } from "../../lib/series";
import type { Span, Window } from "../../lib/windows";
import { Panel } from "../../ui/panel";
import { Empty, Failure, Loading } from "../../ui/states";
import classes from "./explore.module.css";

const GAP_BUCKETS = 2.5;

interface ExploreChartProps {
  metric: string;
  known: Metric | undefined;
  devices: readonly string[];
  span: Span;
  window: Window;
  oldest: ReadonlyMap<string, number | null | undefined>;
  compare: Comparison | undefined;
  onWindow: (from: number, to: number) => void;
  onReset: () => void;
}

/** Combined as one value that stays the same while no answer changes. */
function combine(results: UseQueryResult<History>[]) {
  return {
    histories: results.map(({ data }) => data),
    error: results.find(({ error, data }) => error && !data)?.error ?? null,
    retry: () => {
      for (const { refetch, isError } of results) if (isError) void refetch();
    },
  };
}

/** One metric of all chosen devices, each a line; dashed what it was in the compared period. */
export function ExploreChart(props: ExploreChartProps) {
  const { metric, known, devices, span, window, oldest, compare } = props;
  const display = displayOf(metric, known, true);
  const asked = devices.flatMap((serial) => {
    const source = { serial, metric, span, oldest: oldest.get(serial), live: false };
    if (!compare) return [source];
    return [source, { ...source, span: comparedSpan(span, window, compare) }];
  });
  const { histories, error, retry } = useQueries({ queries: asked.map(historyOptions), combine });
  const { from, to } = window;
  const lines = useMemo<ChartLine[]>(
    () =>
      histories.map((history, index) => {
        const perDevice = compare ? 2 : 1;
        const compared = compare !== undefined && index % perDevice === 1;
        const points = history?.points ?? [];
        const gap = bucketOf(history?.source ?? "raw") * GAP_BUCKETS || undefined;
        const serial = devices[Math.floor(index / perDevice)] ?? "";
        return {
          label: compared ? `${serial}, ${COMPARISON_LABEL[compare]}` : serial,
          color: lineColor(Math.floor(index / perDevice)),
          dashed: compared,
          stepped: known?.kind === "boolean",
          series: toSeries(compared ? movedForward(points, compare) : points, display.factor, from, to, gap),
        };
      }),
    [histories, compare, devices, display.factor, known?.kind, from, to],
  );
  const waiting = histories.every((history) => history === undefined);
  const shown = lines.filter(({ series }) => summarize(series) !== null);

  return (
    <Panel title={display.label} aside={<code>{metric}</code>}>
      {error ? (
        <Failure error={error} what={display.label} onRetry={retry} />
      ) : waiting ? (
        <Loading label={`Loading ${display.label}`} lines={5} />
      ) : shown.length === 0 ? (
        <Empty title="No readings in this range">None of the chosen devices measured this here.</Empty>
      ) : (
        <>
          <TimeChart
            description={`${display.label} of ${counted(devices.length, "device")}`}
            lines={lines}
            unit={display.unit ?? ""}
            sync="explore"
            height={230}
            from={from}
            to={to}
            onWindow={props.onWindow}
            onReset={props.onReset}
          />
          <Legend lines={lines} unit={display.unit ?? ""} devices={devices} />
        </>
      )}
    </Panel>
  );
}

interface LegendProps {
  lines: readonly ChartLine[];
  unit: string;
  devices: readonly string[];
}

function Legend({ lines, unit, devices }: LegendProps) {
  return (
    <ul className={classes.legend}>
      {lines.map(({ label, color, dashed, series }) => {
        const summary = summarize(series);
        return (
          <li key={label}>
            <span
              className={classes.swatch}
              data-dashed={dashed}
              style={{ borderColor: `var(${color})` }}
              aria-hidden="true"
            />
            {devices.includes(label) ? (
              <Link to="/devices/$serial" params={{ serial: label }}>
                {label}
              </Link>
            ) : (
              label
            )}
            <span className={classes.figures}>
              {summary
                ? `${decimal(summary.last)} ${unit} (${decimal(summary.min)} … ${decimal(summary.max)})`
                : "no readings here"}
            </span>
          </li>
        );
      })}
    </ul>
  );
}
