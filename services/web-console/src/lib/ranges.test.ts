import { expect, it } from "vitest";
import { defaultRange, isRange, lengthOf, RANGES, windowOf } from "./ranges";
import { DAY, HOUR, MINUTE } from "./time";

const NOW = Date.parse("2026-11-21T10:00:00Z");

it.each([
  ["a device that just began", 0, 2 * MINUTE, "15m"],
  ["a device sending for a day", 1_000, DAY, "1h"],
  ["silent for two hours", 2 * HOUR, DAY, "6h"],
  ["silent for 23.5 hours", 23.5 * HOUR, 3 * DAY, "7d"],
  ["silent for a year", 365 * DAY, 400 * DAY, "all"],
  ["a clock that runs ahead", -5 * MINUTE, DAY, "1h"],
] as const)("begins with what shows data: %s", (_case, silentFor, knownFor, range) => {
  expect(defaultRange(NOW - silentFor, NOW - knownFor, NOW)).toBe(range);
});

it("begins with a day when there is nothing to show", () => {
  expect(defaultRange(null, null, NOW)).toBe("24h");
});

it.each([
  ["a device that was there before", "1h", 2 * DAY, HOUR / 2, HOUR],
  ["a device that began within the range", "1h", 10 * MINUTE, 5 * MINUTE, 10 * MINUTE],
  ["readings from before its first arrival", "1h", 10 * MINUTE, 20 * MINUTE, 20 * MINUTE],
  ["a device that began just now", "15m", 0, 0, MINUTE],
  ["everything", "all", 90 * DAY, 100 * DAY, 100 * DAY],
] as const)("shows what a range can hold: %s", (_case, range, knownFor, oldestAge, shown) => {
  const window = windowOf(range, NOW, NOW - knownFor, NOW, NOW - oldestAge);
  expect(window).toEqual({ from: NOW - shown, to: NOW });
});

it("follows a device clock that runs ahead, within a day", () => {
  expect(windowOf("1h", NOW, null, NOW + HOUR).to).toBe(NOW + HOUR);
  expect(windowOf("1h", NOW, null, NOW + 9 * DAY).to).toBe(NOW + DAY);
});

it("knows its ranges", () => {
  expect(RANGES.every(isRange)).toBe(true);
  expect(isRange("2h")).toBe(false);
  expect(lengthOf("all")).toBe(Number.POSITIVE_INFINITY);
});
