import { expect, it } from "vitest";
import { viewed } from "./use-visible-rows";

const MARGIN = 12;
const known = { first: 100, rows: 20, margin: MARGIN };

it.each([
  ["nothing moved", 100, known],
  ["what is drawn is still of use", 120, { first: 120, rows: 20, margin: MARGIN }],
  ["a leap leaves all of it behind", 121, { first: 121, rows: 20, margin: 0 }],
  ["a leap upwards too", 79, { first: 79, rows: 20, margin: 0 }],
])("%s", (_name, first, expected) => {
  expect(viewed(known, first, 20)).toEqual(expected);
});

it("draws the margin again when a leap is over", () => {
  const leapt = viewed(known, 5_000, 20);
  expect(viewed(leapt, 5_000, 20).margin).toBe(MARGIN);
});

it("stays the same object while the same rows are seen, so that nothing is drawn again", () => {
  expect(viewed(known, 100, 20)).toBe(known);
});
