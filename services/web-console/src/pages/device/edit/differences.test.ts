import { expect, it } from "vitest";
import { differences } from "./differences";

const BEFORE = { name: "Gate 3", model: null, legacy_id: null, labels: { site: "vie", line: "3" } };

it("shows what they changed, what I change, and both on one part", () => {
  const theirs = { ...BEFORE, name: "Gate 4", labels: { site: "graz" } };
  const patch = { name: "Gate 5", labels: { site: "rome", shift: "2" } };
  expect(differences(BEFORE, theirs, patch)).toEqual([
    { part: "Name", before: "Gate 3", theirs: "Gate 4", mine: "Gate 5" },
    { part: "Label site", before: "vie", theirs: "graz", mine: "rome" },
    { part: "Label line", before: "3", theirs: null, mine: undefined },
    { part: "Label shift", before: null, theirs: null, mine: "2" },
  ]);
});

it("says nothing of what both want alike", () => {
  expect(differences(BEFORE, BEFORE, {})).toEqual([]);
  const theirs = { ...BEFORE, model: "SX-2" };
  expect(differences(BEFORE, theirs, { model: "SX-2" })).toEqual([
    { part: "Model", before: null, theirs: "SX-2", mine: "SX-2" },
  ]);
});
