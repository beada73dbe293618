import { describe, expect, it } from "vitest";
import { ago, duration, fromLocalInput, localDateTime, toLocalInput, utc } from "./time";

describe("ago", () => {
  const now = Date.parse("2026-11-21T10:00:00Z");
  it.each([
    [0, "now"],
    [1_900, "now"],
    [42_000, "42 s ago"],
    [59_999, "59 s ago"],
    [60_000, "1 min ago"],
    [3 * 3_600_000, "3 h ago"],
    [47 * 3_600_000, "47 h ago"],
    [3 * 86_400_000, "3 d ago"],
    [-300_000, "in 5 min"],
    [Number.NaN, "–"],
  ])("%d ms before now is %s", (distance, text) => {
    expect(ago(now - distance, now)).toBe(text);
  });
});

it("shows lengths in their largest unit", () => {
  expect([1_000, 61_000, 7_200_000, 172_800_000].map(duration)).toEqual(["1 s", "1 min", "2 h", "2 d"]);
});

it("shows an instant in the viewer's zone, and in UTC on hover", () => {
  const at = Date.parse("2026-11-21T09:14:05.120Z");
  expect(localDateTime(at)).toBe("21 Nov 2026, 09:14:05");
  expect(utc(at)).toBe("2026-11-21 09:14:05.120 UTC");
  expect(utc(Number.NaN)).toBe("");
});

it("goes through a date field and back, to the second", () => {
  const at = Date.parse("2026-11-21T09:14:05.120Z");
  expect(toLocalInput(at)).toBe("2026-11-21T09:14:05");
  expect(fromLocalInput(toLocalInput(at))).toBe(at - 120);
  expect(fromLocalInput("")).toBeNull();
  expect(fromLocalInput("soon")).toBeNull();
});
