import { expect, it } from "vitest";
import { inOrder } from "./import-file";

it("shows refused lines first", () => {
  const line = (number: number, outcome: string) => ({ line: number, outcome });
  const sorted = inOrder([line(1, "unchanged"), line(2, "created"), line(4, "refused"), line(3, "refused")]);
  expect(sorted.map(({ line: number }) => number)).toEqual([3, 4, 2, 1]);
});
