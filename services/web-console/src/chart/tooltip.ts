import type uPlot from "uplot";
import { decimal } from "../lib/format";
import { localDateTime } from "../lib/time";
import { marksNear } from "./marks";
import { type ChartStyle, COLUMNS_PER_LINE, type LineStyle } from "./plot-options";
import type { PlotInput } from "./use-uplot";

/** The value of a line nearest to an index, looking only where other lines have their instants. */
function near(values: uPlot.AlignedData[number] | undefined, index: number): number | null {
  const reach = 12;
  for (let step = 0; step <= reach; step++) {
    for (const at of [index - step, index + step]) {
      const value = values?.[at];
      if (value === null) return null;
      if (value !== undefined) return value;
    }
  }
  return null;
}

function row(text: string, className: string, swatch?: string): HTMLElement {
  const element = document.createElement("div");
  element.className = className;
  if (swatch) {
    const dot = document.createElement("span");
    dot.className = "chart-tip-dot";
    dot.style.background = `var(${swatch})`;
    element.append(dot);
  }
  element.append(text);
  return element;
}

function lineText(self: uPlot, line: LineStyle, position: number, index: number, style: ChartStyle) {
  const first = 1 + position * COLUMNS_PER_LINE;
  const value = near(self.data[first], index);
  if (value === null) return null;
  const high = self.data[first + 1]?.[index];
  const low = self.data[first + 2]?.[index];
  const span = low != null && high != null && low !== high ? ` (${decimal(low)} … ${decimal(high)})` : "";
  const name = style.lines.length > 1 ? `${line.label}  ` : "";
  return `${name}${decimal(value)} ${style.unit}${span}`;
}

/** Shows the values under the pointer; text only, so no markup from data is ever interpreted. */
export function tooltip(style: ChartStyle, latest: () => PlotInput): uPlot.Plugin {
  const box = document.createElement("div");
  box.className = "chart-tip";
  box.hidden = true;
  const show = (self: uPlot): boolean => {
    const index = self.cursor.idx;
    const left = self.cursor.left ?? -1;
    const at = index == null ? undefined : self.data[0][index];
    if (index == null || at === undefined || left < 0) return false;
    const rows = style.lines.flatMap((line, position) => {
      const text = lineText(self, line, position, index, style);
      return text === null
        ? []
        : [row(text, "chart-tip-value", style.lines.length > 1 ? line.color : undefined)];
    });
    const marks = marksNear(self, latest().marks, left).map(({ label, kind }) =>
      row(label, `chart-tip-${kind}`),
    );
    if (rows.length + marks.length === 0) return false;
    box.replaceChildren(...rows, ...marks, row(localDateTime(at * 1_000), "chart-tip-time"));
    const flip = left > self.over.clientWidth / 2;
    box.style.left = flip ? "" : `${left + 12}px`;
    box.style.right = flip ? `${self.over.clientWidth - left + 12}px` : "";
    return true;
  };
  return {
    hooks: {
      init: (self) => void self.over.append(box),
      setCursor: (self) => {
        box.hidden = !show(self);
      },
    },
  };
}
