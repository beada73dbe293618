const DATE_TIME = new Intl.DateTimeFormat("en-GB", {
  day: "2-digit",
  month: "short",
  year: "numeric",
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  hourCycle: "h23",
});
const CLOCK = new Intl.DateTimeFormat("en-GB", {
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  hourCycle: "h23",
});

export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** Milliseconds of an RFC 3339 time, NaN when it is none. */
export function millis(time: string): number {
  return Date.parse(time);
}

/** Day and time in the viewer's zone: `21 Nov 2026, 09:14:05`. */
export function localDateTime(at: number): string {
  return Number.isNaN(at) ? "–" : DATE_TIME.format(at);
}

/** Time of day in the viewer's zone. */
export function localClock(at: number): string {
  return Number.isNaN(at) ? "–" : CLOCK.format(at);
}

/** The same instant in UTC, for the hover text: `2026-11-21 09:14:05.120 UTC`. */
export function utc(at: number): string {
  return Number.isNaN(at) ? "" : new Date(at).toISOString().replace("T", " ").replace("Z", " UTC");
}

/** How long ago, in the one unit that matters: `now`, `42 s ago`, `3 h ago`, `in 5 min`. */
export function ago(at: number, now: number): string {
  if (Number.isNaN(at)) return "–";
  const distance = now - at;
  const size = Math.abs(distance);
  if (size < 2 * SECOND) return "now";
  const span = duration(size);
  return distance >= 0 ? `${span} ago` : `in ${span}`;
}

/** A length of time in its largest unit. */
export function duration(length: number): string {
  if (length < MINUTE) return `${Math.floor(length / SECOND)} s`;
  if (length < HOUR) return `${Math.floor(length / MINUTE)} min`;
  if (length < 2 * DAY) return `${Math.floor(length / HOUR)} h`;
  return `${Math.floor(length / DAY)} d`;
}

/** An instant as the browser's field for date and time takes it, in the viewer's zone, to the second. */
export function toLocalInput(at: number): string {
  const date = new Date(at);
  return new Date(at - date.getTimezoneOffset() * MINUTE).toISOString().slice(0, 19);
}

/** What such a field holds, in milliseconds; null when it holds no instant. */
export function fromLocalInput(text: string): number | null {
  const at = new Date(text).getTime();
  return text === "" || Number.isNaN(at) ? null : at;
}
