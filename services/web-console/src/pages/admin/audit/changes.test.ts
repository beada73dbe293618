import { expect, it } from "vitest";
import { changed } from "./changes";

it("names every member that differs, however deep", () => {
  const before = { name: "Gate 3", version: 1, labels: { site: "vie", line: "3" }, model: null };
  const after = { name: "Gate 3", version: 2, labels: { site: "graz" }, model: "SX" };
  expect(changed(before, after)).toEqual([
    { path: "version", before: "1", after: "2" },
    { path: "labels.site", before: "vie", after: "graz" },
    { path: "labels.line", before: "3", after: null },
    { path: "model", before: null, after: "SX" },
  ]);
});

it("takes what is new, and what is gone, as a whole", () => {
  expect(changed(null, { role: "viewer", serials: ["A"] })).toEqual([
    { path: "role", before: null, after: "viewer" },
    { path: "serials", before: null, after: '["A"]' },
  ]);
  expect(changed({ keep_days: 30 }, null)).toEqual([{ path: "keep_days", before: "30", after: null }]);
  expect(changed(null, null)).toEqual([]);
});
