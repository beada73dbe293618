import uPlot from "uplot";
import { decimal } from "../lib/format";
import { localDateTime } from "../lib/time";

const DAY_SECONDS = 86_400;
const day = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short" });
const minute = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const second = new Intl.DateTimeFormat("en-GB", {
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  hourCycle: "h23",
});

/** A colour of the page's present scheme. */
function color(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

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

/** Shows the value under the pointer; plain text, so no markup from data is ever interpreted. */
function tooltip(unit: string): uPlot.Plugin {
  const box = document.createElement("div");
  box.className = "chart-tip";
  box.hidden = true;
  return {
    hooks: {
      init: (self) => void self.over.append(box),
      setCursor: (self) => {
        const index = self.cursor.idx;
        const at = index == null ? undefined : self.data[0][index];
        const value = index == null ? undefined : self.data[1]?.[index];
        if (at === undefined || value == null) {
          box.hidden = true;
          return;
        }
        box.hidden = false;
        box.textContent = `${decimal(value)} ${unit}\n${localDateTime(at * 1_000)}`;
        const left = self.valToPos(at, "x");
        const flip = left > self.over.clientWidth / 2;
        box.style.left = flip ? "" : `${left + 12}px`;
        box.style.right = flip ? `${self.over.clientWidth - left + 12}px` : "";
      },
    },
  };
}

export interface LineStyle {
  color: string;
  unit: string;
  /** Holds its value until the next: switches and states. */
  stepped: boolean;
  /** Charts with the same key share their cursor. */
  sync: string;
}

/** One line over time, filled softly to the bottom. */
export function lineOptions(style: LineStyle): Omit<uPlot.Options, "width" | "height"> {
  const stroke = (): string => color(style.color);
  const stepped = uPlot.paths.stepped;
  return {
    padding: [8, 18, 0, 0],
    legend: { show: false },
    cursor: { sync: { key: style.sync }, y: false, points: { size: 7 }, drag: { x: true, y: false } },
    scales: { x: { time: true }, y: { range: { min: { pad: 0.12 }, max: { pad: 0.12 } } } },
    axes: [
      {
        ...axis(),
        size: 26,
        space: 70,
        values: (_self, splits, _axis, _space, step) => splits.map((at) => timeLabel(at, step)),
      },
      { ...axis(), size: 52, space: 34, values: (_self, splits) => splits.map((value) => decimal(value)) },
    ],
    series: [
      {},
      {
        stroke,
        width: 1.6,
        fill: () => `${stroke()}17`,
        points: { show: (self) => shownPoints(self) < 90, size: 4, fill: stroke },
        ...(style.stepped && stepped ? { paths: stepped({ align: 1 }) } : {}),
      },
    ],
    plugins: [tooltip(style.unit)],
  };
}

function shownPoints(self: uPlot): number {
  const [first, last] = self.series[0]?.idxs ?? [0, 0];
  return last - first;
}
