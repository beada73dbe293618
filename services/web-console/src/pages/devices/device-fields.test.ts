import { expect, it } from "vitest";
import { draftFields, fieldsOf, patchOf } from "./device-fields";

const DEVICE = { name: "Gate 3", model: null, legacy_id: 7, labels: { site: "vie", line: "3" } };

it("changes nothing when nothing is typed", () => {
  expect(patchOf(DEVICE, draftFields(DEVICE))).toEqual({});
});

it("says only what was changed, and null for what was emptied", () => {
  const draft = {
    ...draftFields(DEVICE),
    name: " ",
    model: "SX-2 ",
    legacyId: "",
    labels: [{ id: 0, key: "site", value: "graz" }],
  };
  expect(patchOf(DEVICE, draft)).toEqual({
    name: null,
    model: "SX-2",
    legacy_id: null,
    labels: { line: null, site: "graz" },
  });
});

it("enters a device without what was left empty", () => {
  expect(fieldsOf(draftFields(null))).toEqual({ name: null, model: null, legacy_id: null, labels: {} });
});
