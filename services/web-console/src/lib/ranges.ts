import { DAY, HOUR, MINUTE } from "./time";

/** The time ranges a chart offers, shortest first; `all` has no beginning. */
export const RANGES = ["15m", "1h", "6h", "24h", "7d", "30d", "all"] as const;
export type Range = (typeof RANGES)[number];

const LENGTH: Record<Range, number> = {
  "15m": 15 * MINUTE,
  "1h": HOUR,
  "6h": 6 * HOUR,
  "24h": DAY,
  "7d": 7 * DAY,
  "30d": 30 * DAY,
  all: Number.POSITIVE_INFINITY,
};

export function isRange(text: unknown): text is Range {
  return RANGES.some((range) => range === text);
}

/** Its length in milliseconds, infinite for `all`. */
export function lengthOf(range: Range): number {
  return LENGTH[range];
}

/** Below this a window is not narrowed. */
const NARROWEST = 60_000;

/**
 * The part of the time that a range comes to: up to now, or to a device clock that runs ahead by at most a day; and
 * not from before the device's first sign of life, when nothing can have been sent. `oldest` is the first reading
 * there is, where it is known: devices may send what they measured before they were first heard.
 */
export function windowOf(
  range: Range,
  now: number,
  firstSeen: number | null,
  newest: number | null,
  oldest: number | null = null,
): { from: number; to: number } {
  const to = Math.max(now, Math.min(newest ?? now, now + DAY));
  const begin = Math.min(oldest ?? to, firstSeen ?? oldest ?? to - HOUR);
  const from = Math.max(begin, to - LENGTH[range]);
  return { from: Math.min(from, to - NARROWEST), to };
}

/**
 * The range to begin with: the shortest that shows the newest reading, and not shorter than an hour for a
 * device that has been sending for longer than that.
 */
export function defaultRange(newest: number | null, firstSeen: number | null, now: number): Range {
  if (newest === null) return "24h";
  const least = firstSeen !== null && now - firstSeen > LENGTH["15m"] ? LENGTH["1h"] : LENGTH["15m"];
  // The newest reading should not sit on the left edge.
  const reach = Math.max(least, (now - newest) * 1.1);
  return RANGES.find((range) => LENGTH[range] >= reach) ?? "all";
}
