import type { Tone } from "../ui/tag";

const BAD = new Set([
  "dropped",
  "refused",
  "partly_refused",
  "dead_letter",
  "lost",
  "reading_missing",
  "raw_record_missing",
]);
const GOOD = new Set(["stored", "control"]);

/** The tone of a verdict's code. */
export function verdictTone(code: string): Tone {
  if (BAD.has(code)) return "bad";
  return GOOD.has(code) ? "good" : "warn";
}
