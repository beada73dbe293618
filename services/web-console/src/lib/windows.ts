import { lengthOf, type Range } from "./ranges";

/** Which part of the time is looked at: the newest of a length, or a fixed one (milliseconds). */
export type Span = { range: Range } | { from: number; to: number };

export interface Window {
  from: number;
  to: number;
}

/** Below this a window is not narrowed, above it is not widened. */
const NARROWEST = 1_000;
const WIDEST = 20 * 365 * 86_400_000;

export function isFixed(span: Span): span is Window {
  return "from" in span;
}

/** The window moved by a part of its length: 1 is one whole window later. */
export function moved({ from, to }: Window, by: number): Window {
  const shift = Math.round((to - from) * by);
  return { from: from + shift, to: to + shift };
}

/** The window around its middle, `factor` times as long. */
export function zoomed({ from, to }: Window, factor: number): Window {
  const length = Math.min(Math.max((to - from) * factor, NARROWEST), WIDEST);
  const middle = (from + to) / 2;
  return { from: Math.round(middle - length / 2), to: Math.round(middle + length / 2) };
}

/** The length of a span in milliseconds; infinite for everything there is. */
export function spanLength(span: Span): number {
  return isFixed(span) ? span.to - span.from : lengthOf(span.range);
}
