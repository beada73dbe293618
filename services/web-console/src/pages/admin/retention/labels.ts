import type { Tone } from "../../../ui/tag";

/** The classes of what is kept, for people. */
export const CLASS_LABEL: Record<string, string> = {
  raw: "Raw records",
  errors: "Errors",
  readings: "Readings",
  rollup_1m: "Means by minute",
  rollup_1h: "Means by hour",
  rollup_1d: "Means by day",
};

/** The tone of a run's state. */
export const STATE_TONE: Record<string, Tone> = {
  requested: "info",
  running: "info",
  done: "good",
  refused: "warn",
  failed: "bad",
  cancelled: "quiet",
};

/** Whether a run is still to end. */
export function isOpen(state: string): boolean {
  return state === "requested" || state === "running";
}
