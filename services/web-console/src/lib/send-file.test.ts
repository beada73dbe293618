import { expect, it } from "vitest";
import { linesType } from "./send-file";

it.each([
  ["fleet.csv", "{", "text/csv"],
  ["fleet.NDJSON", "serial", "application/x-ndjson"],
  ["fleet", ' {"serial":"A"}', "application/x-ndjson"],
  ["fleet.txt", "serial,name", "text/csv"],
])("takes %s for what it is", (name, beginning, type) => {
  expect(linesType(name, beginning)).toBe(type);
});
