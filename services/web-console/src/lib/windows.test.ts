import { expect, it } from "vitest";
import { moved, spanLength, zoomed } from "./windows";

const HOUR = { from: 0, to: 3_600_000 };

it("moves along the time by parts of its length", () => {
  expect(moved(HOUR, -0.5)).toEqual({ from: -1_800_000, to: 1_800_000 });
});

it("zooms around its middle, within bounds", () => {
  expect(zoomed(HOUR, 0.5)).toEqual({ from: 900_000, to: 2_700_000 });
  expect(spanLength(zoomed({ from: 0, to: 1_200 }, 0.1))).toBe(1_000);
  expect(spanLength(zoomed(HOUR, 1e12))).toBeLessThan(21 * 365 * 86_400_000);
});

it("knows how long a span is", () => {
  expect(spanLength({ range: "1h" })).toBe(3_600_000);
  expect(spanLength({ range: "all" })).toBe(Number.POSITIVE_INFINITY);
});
