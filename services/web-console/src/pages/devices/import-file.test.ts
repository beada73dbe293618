import { expect, it } from "vitest";
import { importType, inOrder } from "./import-file";

it.each([
  ["fleet.csv", "{", "text/csv"],
  ["fleet.NDJSON", "serial", "application/x-ndjson"],
  ["fleet", ' {"serial":"A"}', "application/x-ndjson"],
  ["fleet.txt", "serial,name", "text/csv"],
])("takes %s for what it is", (name, beginning, type) => {
  expect(importType(name, beginning)).toBe(type);
});

it("shows refused lines first", () => {
  const line = (number: number, outcome: string) => ({ line: number, outcome });
  const sorted = inOrder([line(1, "unchanged"), line(2, "created"), line(4, "refused"), line(3, "refused")]);
  expect(sorted.map(({ line: number }) => number)).toEqual([3, 4, 2, 1]);
});
