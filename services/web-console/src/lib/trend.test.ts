import { expect, it } from "vitest";
import { addSample, rates, type Sample, TREND_LENGTH, waiting } from "./trend";

function samples(...counts: [second: number, messages: number][]): Sample[] {
  return counts.map(([second, messages]) => ({ at: second * 1_000, messages, readings: 0, pending: null }));
}

it("keeps samples in order and for a while only", () => {
  const [first, second] = samples([10, 1], [12, 5]) as [Sample, Sample];
  const both = addSample(addSample([], first), second);
  expect(both).toEqual([first, second]);
  expect(addSample(both, second)).toBe(both);
  const late = { ...second, at: first.at + TREND_LENGTH + 1 };
  expect(addSample(both, late)).toEqual([second, late]);
});

it("tells the rate between samples", () => {
  expect(rates(samples([0, 0], [2, 20], [4, 60]), "messages").values).toEqual([10, 15]);
});

it("smooths over the last few seconds only", () => {
  const series = rates(samples([0, 0], [2, 0], [4, 0], [6, 0], [8, 60], [10, 60]), "messages");
  expect(series.values.at(-1)).toBe(10);
});

it("claims nothing about a time without samples, or across a counter that began again", () => {
  expect(rates(samples([0, 0], [2, 20], [60, 800], [62, 820]), "messages").values).toEqual([10, null, 10]);
  expect(rates(samples([0, 500], [2, 10], [4, 30]), "messages").values).toEqual([null, 10]);
});

it("breaks the line while nobody knows what waits", () => {
  const known = { at: 0, messages: 0, readings: 0, pending: 4 };
  expect(waiting([known, { ...known, at: 1_000, pending: null }]).values).toEqual([4, null]);
});
