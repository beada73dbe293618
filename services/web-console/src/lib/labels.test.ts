import { expect, it } from "vitest";
import { draftLabels, labelFault, labelPatch, labelsOf } from "./labels";

it("sends back what it was given when nothing is typed", () => {
  const labels = { site: "vie", line: "3" };
  expect(labelsOf(draftLabels(labels))).toEqual(labels);
  expect(labelPatch(labels, labelsOf(draftLabels(labels)))).toBeNull();
});

it("says only what changes: a removed label as null", () => {
  expect(labelPatch({ site: "vie", old: "1" }, { site: "graz", line: "" })).toEqual({
    old: null,
    site: "graz",
    line: "",
  });
});

it.each([
  ["", "", null],
  ["site", "", null],
  ["app/role", "pump:2", null],
  ["", "x", "A label needs a key."],
  ["two words", "", "Only A-Z a-z 0-9 . _ : / - are taken."],
  ["k", "ü", "Only A-Z a-z 0-9 . _ : / - are taken."],
  ["k".repeat(64), "", "At most 63 characters."],
])("judges %s=%s", (key, value, fault) => {
  expect(labelFault({ key, value })).toBe(fault);
});
