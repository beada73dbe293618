import { useMemo } from "react";
import uPlot from "uplot";
import type { Series } from "../lib/series";
import type { Mark } from "./marks";
import { type ChartStyle, chartOptions, type LineStyle } from "./plot-options";
import { type PlotEvents, usePlot } from "./use-uplot";

export interface ChartLine extends LineStyle {
  series: Series;
}

interface TimeChartProps extends PlotEvents {
  /** What the chart shows, for those who cannot see it. */
  description: string;
  lines: readonly ChartLine[];
  unit: string;
  sync: string;
  /** The shown part of the time, in milliseconds. */
  from: number;
  to: number;
  marks?: readonly Mark[];
  height?: number;
  fromZero?: boolean;
}

const NO_MARKS: readonly Mark[] = [];

function columns(lines: readonly ChartLine[]): uPlot.AlignedData {
  const tables = lines.map(
    ({ series }) => [series.times, series.values, series.highs, series.lows] as uPlot.AlignedData,
  );
  const [only] = tables;
  if (!only) return [[]];
  return tables.length === 1 ? only : uPlot.join(tables);
}

/** Lines over a part of the time. */
export function TimeChart(props: TimeChartProps) {
  const {
    description,
    lines,
    unit,
    sync,
    from,
    to,
    marks = NO_MARKS,
    height = 196,
    fromZero = false,
  } = props;
  const data = useMemo(() => columns(lines), [lines]);
  const input = useMemo(() => ({ data, from: from / 1_000, to: to / 1_000, marks }), [data, from, to, marks]);
  const style: ChartStyle = { lines, unit, sync, fromZero, selectable: props.onWindow !== undefined };
  const shape = [unit, ...lines.map((line) => [line.label, line.color, line.stepped, line.dashed].join())];
  const container = usePlot(input, {
    height,
    shape: shape.join("|"),
    options: (latest) => chartOptions(style, latest),
    onWindow: props.onWindow,
    onPick: props.onPick,
    onReset: props.onReset,
  });
  return <div ref={container} role="img" aria-label={description} />;
}
