import { describe, expect, it } from "vitest";
import { mergePoints, type Point, summarize, toSeries } from "./series";

const points = (...seconds: number[]): Point[] =>
  seconds.map((second) => ({ at: second * 1_000, value: second }));

describe("mergePoints", () => {
  it("puts late readings where they belong and keeps one of equal ones", () => {
    const merged = mergePoints(points(1, 3, 5), points(3, 2, 6));
    expect(merged.map(({ value }) => value)).toEqual([1, 2, 3, 5, 6]);
  });

  it("keeps two different values of one instant", () => {
    const merged = mergePoints([{ at: 1, value: 1 }], [{ at: 1, value: 2 }]);
    expect(merged).toHaveLength(2);
  });
});

describe("toSeries", () => {
  it("scales and cuts to the window", () => {
    const series = toSeries(points(1, 2, 3, 4), 0.5, 2_000, 3_000);
    expect(series).toEqual({ times: [2, 3], values: [1, 1.5], lows: [null, null], highs: [null, null] });
  });

  it("scales what a mean spans too", () => {
    const mean = { at: 2_000, value: 10, min: 4, max: 30 };
    const series = toSeries([mean], 0.5, 0, 9_000);
    expect([series.values, series.lows, series.highs]).toEqual([[5], [2], [15]]);
  });

  it("breaks the line by a given distance", () => {
    expect(toSeries(points(0, 60, 240), 1, 0, 300_000, 150_000).values).toEqual([0, 60, null, 240]);
  });

  it("breaks the line where the device was silent", () => {
    const series = toSeries(points(0, 10, 20, 500, 510), 1, 0, 1_000_000);
    expect(series.values).toEqual([0, 10, 20, null, 500, 510]);
    expect(series.times[3]).toBe(260);
  });

  it("does not break a device that reports rarely", () => {
    const series = toSeries(points(0, 900, 1_800, 2_700), 1, 0, 3_000_000);
    expect(series.values).not.toContain(null);
  });
});

it("summarizes what is shown, means by what they span", () => {
  const none = [null, null, null];
  expect(summarize({ times: [1, 2, 3], values: [4, null, 2], lows: none, highs: none })).toEqual({
    count: 2,
    min: 2,
    max: 4,
    last: 2,
  });
  expect(summarize({ times: [1], values: [4], lows: [1], highs: [9] })).toEqual({
    count: 1,
    min: 1,
    max: 9,
    last: 4,
  });
  expect(summarize({ times: [], values: [], lows: [], highs: [] })).toBeNull();
});
