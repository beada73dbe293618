import { expect, it } from "vitest";
import { exportOrder, exportResult, fewOf, whyNoFile } from "./export-run";

const NOW = Date.parse("2026-11-21T12:00:00Z");
const DONE = {
  format: "csv",
  compression: "gzip",
  rows: 12_000,
  bytes: 88_123,
  share: 1,
  sha256: "ab",
  expires_at: "2026-11-22T12:00:00.000000Z",
  available: true,
  query: { device: ["A"], last: "24h", format: "csv" },
};
const LINKS = { self: "/v1/operations/export-7", resource: "/v1/operations/export-7" };

it("reads what an export came to", () => {
  expect(exportResult(DONE)).toEqual({
    form: "CSV, gzip",
    rows: 12_000,
    bytes: 88_123,
    share: 1,
    expiresAt: "2026-11-22T12:00:00.000000Z",
    order: { devices: ["A"], metrics: [], from: null, to: null, others: [["Last", "24h"]] },
  });
  expect(exportResult({ ...DONE, format: "parquet", compression: "none" }).form).toBe("Parquet");
  expect(exportResult({ ...DONE, format: "new", compression: "lz4" }).form).toBe("new, lz4");
  expect(exportResult(null)).toEqual({ form: "", rows: 0, bytes: 0, share: 0, expiresAt: null, order: null });
});

it.each([
  ["running", DONE, null],
  ["cancelled", DONE, "It was cancelled: there is no file."],
  ["failed", DONE, "There is no file."],
  ["done", { ...DONE, expires_at: "2026-11-21T11:59:59Z" }, "The file has expired: export it again."],
  ["done", DONE, "The file was deleted, by hand or with a device that was erased."],
])("says why there is no file of one that is %s", (state, result, why) => {
  expect(whyNoFile({ state, result, links: LINKS }, NOW)).toBe(why);
});

it("says nothing while there is a file", () => {
  const links = { ...LINKS, content: "/v1/exports/7/content" };
  expect(whyNoFile({ state: "done", result: DONE, links }, NOW)).toBeNull();
});

it("reads what was asked for, by the console or by others", () => {
  expect(
    exportOrder({
      device: ["A", "B"],
      metric: "battery_charge",
      from: "2026-11-20T00:00:00Z",
      to: "2026-11-21T00:00:00Z",
      format: "csv",
      compression: "gzip",
      label: ["site=vie"],
      resolution: "auto",
      tz: null,
    }),
  ).toEqual({
    devices: ["A", "B"],
    metrics: ["battery_charge"],
    from: "2026-11-20T00:00:00Z",
    to: "2026-11-21T00:00:00Z",
    others: [
      ["Label", "site=vie"],
      ["Resolution", "auto"],
    ],
  });
  expect(exportOrder({ last: "30d" })).toEqual({
    devices: [],
    metrics: [],
    from: null,
    to: null,
    others: [["Last", "30d"]],
  });
  expect(exportOrder(undefined)).toBeNull();
});

it("names a few and counts the rest", () => {
  expect(fewOf(["A", "B"], 2)).toBe("A, B");
  expect(fewOf(["A", "B", "C", "D"], 2)).toBe("A, B and 2 more");
});
