import { expect, it } from "vitest";
import { defaultRange, isRange, lengthOf, RANGES } from "./ranges";
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

it("knows its ranges", () => {
  expect(RANGES.every(isRange)).toBe(true);
  expect(isRange("2h")).toBe(false);
  expect(lengthOf("all")).toBe(Number.POSITIVE_INFINITY);
});
