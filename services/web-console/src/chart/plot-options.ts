import uPlot from "uplot";
import { decimal } from "../lib/format";
import { color } from "./colors";
import { marksPlugin } from "./marks";
import { tooltip } from "./tooltip";
import type { PlotInput } from "./use-uplot";

const DAY_SECONDS = 86_400;
const day = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short" });
const minute = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const second = new Intl.DateTimeFormat("en-GB", {
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  hourCycle: "h23",
});

/** Labels of the time axis: 24-hour clock in the viewer's zone, a date where a day begins. */
export function timeLabel(at: number, step: number): string {
  const date = new Date(at * 1_000);
  const midnight = date.getHours() === 0 && date.getMinutes() === 0 && date.getSeconds() === 0;
  if (step >= DAY_SECONDS || (midnight && step >= 60)) return day.format(date);
  return step >= 60 ? minute.format(date) : second.format(date);
}

function axis(): uPlot.Axis {
  return {
    stroke: () => color("--chart-axis"),
    grid: { stroke: () => color("--chart-grid"), width: 1 },
    ticks: { show: false },
    font: '11px "Inter Variable", system-ui, sans-serif',
  };
}

/** How one line looks. */
export interface LineStyle {
  label: string;
  color: string;
  /** Holds its value until the next: switches and states. */
  stepped?: boolean;
  dashed?: boolean;
}

export interface ChartStyle {
  lines: readonly LineStyle[];
  unit: string;
  /** Charts with the same key share their cursor. */
  sync: string;
  /** The value axis begins at zero: counts and rates. */
  fromZero?: boolean;
  /** Whether dragging chooses a part of the time. */
  selectable: boolean;
}

/** Columns that each line takes: its value, its greatest and its least. */
export const COLUMNS_PER_LINE = 3;

function seriesOf(line: LineStyle, alone: boolean): uPlot.Series[] {
  const stroke = (): string => color(line.color);
  const stepped = uPlot.paths.stepped;
  const edge: uPlot.Series = { stroke: "transparent", width: 0, points: { show: false } };
  return [
    {
      label: line.label,
      stroke,
      width: 1.6,
      ...(alone ? { fill: () => `${stroke()}14` } : {}),
      ...(line.dashed ? { dash: [5, 4] } : {}),
      points: { show: (self) => shownPoints(self) < 90, size: 4, fill: stroke },
      ...(line.stepped && stepped ? { paths: stepped({ align: 1 }) } : {}),
    },
    edge,
    edge,
  ];
}

function bandOf(line: LineStyle, index: number): uPlot.Band {
  const first = 1 + index * COLUMNS_PER_LINE;
  return { series: [first + 1, first + 2], fill: () => `${color(line.color)}33` };
}

/** Lines over time with one value axis, each with a band from its least to its greatest. */
export function chartOptions(
  style: ChartStyle,
  latest: () => PlotInput,
): Omit<uPlot.Options, "width" | "height"> {
  const alone = style.lines.length === 1;
  return {
    // To the right room for half of the last time.
    padding: [8, 26, 0, 0],
    legend: { show: false },
    cursor: {
      sync: { key: style.sync, setSeries: false },
      y: false,
      points: { size: 7, show: true },
      drag: { x: style.selectable, y: false, setScale: false },
    },
    scales: {
      x: { time: true },
      y: style.fromZero
        ? { range: (_self, _min, max) => [0, Math.max(max * 1.15, 1)] }
        : { range: { min: { pad: 0.12 }, max: { pad: 0.12 } } },
    },
    axes: [
      {
        ...axis(),
        size: 26,
        space: 70,
        values: (_self, splits, _axis, _space, step) => splits.map((at) => timeLabel(at, step)),
      },
      { ...axis(), size: 52, space: 34, values: (_self, splits) => splits.map((value) => decimal(value)) },
    ],
    series: [{}, ...style.lines.flatMap((line) => seriesOf(line, alone))],
    bands: style.lines.map(bandOf),
    plugins: [marksPlugin(latest), tooltip(style, latest)],
  };
}

function shownPoints(self: uPlot): number {
  const [first, last] = self.series[0]?.idxs ?? [0, 0];
  return last - first;
}
