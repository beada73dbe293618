import { expect, it } from "vitest";
import { erasureResult, historyResult, isCancellable, mayCancel, plainResult } from "./operations";

it.each([
  ["replay", "running", true],
  ["import", "requested", true],
  ["import", "done", false],
  ["export", "running", true],
  ["erasure", "requested", true],
  ["erasure", "running", false],
  ["retention", "requested", false],
])("a %s that is %s can be cancelled: %s", (kind, state, cancellable) => {
  expect(isCancellable({ kind, state })).toBe(cancellable);
});

it.each([
  ["an operator any", { kind: "import", requested_by: "bo" }, true, true],
  ["a viewer no import", { kind: "import", requested_by: "ada" }, false, false],
  ["a viewer their own export", { kind: "export", requested_by: "ada" }, false, true],
  ["a viewer nobody else's export", { kind: "export", requested_by: "bo" }, false, false],
  ["a viewer none whose author is not known", { kind: "export" }, false, false],
])("says whether they may cancel: %s", (_who, operation, operate, may) => {
  expect(mayCancel(operation, { operate, name: "ada" })).toBe(may);
});

it("reads what an erasure would take, the most first, without what is empty", () => {
  const found = erasureResult({
    device: "A",
    reason: "asked for",
    received_before: "2026-11-21T12:00:00Z",
    before: { raw_record: 3, processed_record: 12, series: 0 },
    after: null,
    notes: {},
  });
  expect(found.tables).toEqual([
    { table: "processed_record", before: 12, after: null },
    { table: "raw_record", before: 3, after: null },
  ]);
  expect([found.rows, found.deadLetters]).toEqual([15, 0]);
});

it("reads what an erasure has taken", () => {
  const found = erasureResult({
    before: { raw_record: 3 },
    after: { raw_record: 0 },
    notes: { dead_letters: 2, shared_payloads: 1 },
  });
  expect(found.tables).toEqual([{ table: "raw_record", before: 3, after: 0 }]);
  expect([found.deadLetters, found.sharedPayloads]).toEqual([2, 1]);
  expect(erasureResult(null).tables).toEqual([]);
});

it("reads an import with its refused lines", () => {
  const error = { line: 3, reason: "out_of_range", detail: "150 is above 100" };
  expect(historyResult({ lines: 5, accepted: 3, known: 1, refused: 1, errors: [error, "odd"] })).toEqual({
    lines: 5,
    accepted: 3,
    known: 1,
    refused: 1,
    errors: [error, { line: 0, reason: "", detail: "" }],
  });
  expect(historyResult(undefined).errors).toEqual([]);
});

it("shows numbers and words of kinds it does not know", () => {
  expect(plainResult({ rows: 3, format: "csv", more: { a: 1 }, none: null })).toEqual([
    ["rows", 3],
    ["format", "csv"],
  ]);
});
