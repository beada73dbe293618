import type { Presence } from "../../../api/types";
import { DAY, millis } from "../../../lib/time";

/** A part of the time in which a device was in one state, in milliseconds. */
export interface Segment {
  state: string;
  from: number;
  to: number;
}

/** The states of a device within the last `length`, oldest first; before its first known change it is not known. */
export function segments({ items }: Pick<Presence, "items">, now: number, length = DAY): Segment[] {
  const begin = now - length;
  const found: Segment[] = [];
  let to = now;
  for (const { at, state } of items) {
    const from = Math.max(millis(at), begin);
    if (from < to) found.push({ state, from, to });
    to = Math.min(to, from);
    if (from === begin) break;
  }
  if (to > begin) found.push({ state: "unknown", from: begin, to });
  return found.reverse();
}
