import type { Comparison } from "./search";
import type { Point } from "./series";
import { DAY } from "./time";
import { isFixed, type Span, type Window } from "./windows";

const BACK: Record<Comparison, number> = { day: DAY, week: 7 * DAY };

/** How a period of comparison is called. */
export const COMPARISON_LABEL: Record<Comparison, string> = {
  day: "a day before",
  week: "a week before",
};

/** The part of the time that is compared with a window; in whole minutes while the window follows the present. */
export function comparedSpan(span: Span, window: Window, comparison: Comparison): Span {
  const back = BACK[comparison];
  const step = isFixed(span) ? 1 : 60_000;
  const down = (at: number): number => Math.floor(at / step) * step;
  return { from: down(window.from - back), to: down(window.to - back) + (step === 1 ? 0 : step) };
}

/** Points of the compared period, moved to where they are compared. */
export function movedForward(points: readonly Point[], comparison: Comparison): Point[] {
  return points.map((point) => ({ ...point, at: point.at + BACK[comparison] }));
}
