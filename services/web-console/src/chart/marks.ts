import type uPlot from "uplot";
import { color } from "./colors";
import type { PlotInput } from "./use-uplot";

/** Something that happened at an instant: a refused reading, or a start of the device. */
export interface Mark {
  /** Unix milliseconds. */
  at: number;
  kind: "error" | "startup" | "chosen";
  label: string;
}

const COLORS: Record<Mark["kind"], string> = {
  error: "--sens-bad",
  startup: "--sens-info",
  chosen: "--sens-text",
};

/** Draws marks as thin lines with a small triangle on top. */
export function marksPlugin(latest: () => PlotInput): uPlot.Plugin {
  return {
    hooks: {
      draw: (self) => {
        const { ctx, bbox } = self;
        const scale = devicePixelRatio;
        ctx.save();
        for (const { at, kind } of latest().marks) {
          const x = Math.round(self.valToPos(at / 1_000, "x", true));
          if (x < bbox.left || x > bbox.left + bbox.width) continue;
          ctx.strokeStyle = color(COLORS[kind]);
          ctx.fillStyle = ctx.strokeStyle;
          ctx.globalAlpha = 0.35;
          ctx.lineWidth = scale;
          ctx.setLineDash([3 * scale, 3 * scale]);
          ctx.beginPath();
          ctx.moveTo(x, bbox.top);
          ctx.lineTo(x, bbox.top + bbox.height);
          ctx.stroke();
          ctx.globalAlpha = 0.9;
          ctx.beginPath();
          ctx.moveTo(x - 4 * scale, bbox.top - 4 * scale);
          ctx.lineTo(x + 4 * scale, bbox.top - 4 * scale);
          ctx.lineTo(x, bbox.top + 3 * scale);
          ctx.fill();
        }
        ctx.restore();
      },
    },
  };
}

/** What stands within a few pixels of the pointer. */
export function marksNear(self: uPlot, marks: readonly Mark[], left: number): Mark[] {
  const reach = 6;
  return marks.filter(({ at }) => Math.abs(self.valToPos(at / 1_000, "x") - left) <= reach).slice(0, 4);
}
