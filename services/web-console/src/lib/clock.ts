import { duration, MINUTE, millis, SECOND } from "./time";

export interface Clock {
  text: string;
  detail: string;
  /** Whether there is nothing to look into. */
  good: boolean;
}

/** A device that buffers may send late without a wrong clock; above this it is worth a look. */
const NOTABLE = 5 * MINUTE;

/**
 * How a device's clock stands, judged by its newest readings: how far the time they claim lies from their arrival.
 * A reading that claims no time at all has exactly the time of its arrival.
 */
export function clockOf(values: readonly { recorded_at: string; received_at: string }[]): Clock {
  const newest = [...values].sort((a, b) => millis(b.received_at) - millis(a.received_at))[0];
  if (!newest) return { text: "unknown", detail: "There is no reading to judge it by.", good: true };
  if (newest.recorded_at === newest.received_at) {
    return {
      text: "sends no time",
      detail: "Its readings stand at the time of their arrival.",
      good: true,
    };
  }
  const behind = millis(newest.received_at) - millis(newest.recorded_at);
  const size = Math.abs(behind);
  const detail = "The time its newest reading claims, against the time of its arrival.";
  if (size < 2 * SECOND) return { text: "agrees", detail, good: true };
  const text = `${duration(size)} ${behind > 0 ? "behind arrival" : "ahead"}`;
  return { text, detail, good: behind > 0 ? size < NOTABLE : size < MINUTE };
}
