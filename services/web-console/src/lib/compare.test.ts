import { expect, it } from "vitest";
import { comparedSpan, movedForward } from "./compare";
import { DAY } from "./time";

const AT = 20_000 * DAY;

it("compares with the same part of the day before, or of the week before", () => {
  const window = { from: AT, to: AT + 5_000 };
  expect(comparedSpan(window, window, "day")).toEqual({ from: AT - DAY, to: AT - DAY + 5_000 });
  expect(comparedSpan(window, window, "week")).toEqual({ from: AT - 7 * DAY, to: AT - 7 * DAY + 5_000 });
});

it("asks for whole minutes while the present is followed, so that answers are shared", () => {
  const window = { from: AT + 1_234, to: AT + 61_234 };
  expect(comparedSpan({ range: "1h" }, window, "day")).toEqual({ from: AT - DAY, to: AT - DAY + 120_000 });
});

it("puts the compared points where they are compared", () => {
  expect(movedForward([{ at: 0, value: 3, min: 1, max: 5 }], "day")).toEqual([
    { at: DAY, value: 3, min: 1, max: 5 },
  ]);
});
