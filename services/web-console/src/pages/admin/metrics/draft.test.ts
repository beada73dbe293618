import { expect, it } from "vitest";
import type { Metric } from "../../../api/types";
import { draftOf, fieldsOf } from "./draft";

const TICKS: Metric = {
  name: "platform_extension_ticks",
  unit: "tick",
  kind: "number",
  min: 0,
  max: 3000,
  display_name: "Platform extension",
  display_unit: "mm",
  display_factor: 0.05,
  listed: true,
  version: 4,
};

it("sends back what it was given when nothing is typed", () => {
  const { name: _name, version: _version, ...fields } = TICKS;
  expect(fieldsOf(draftOf(TICKS))).toEqual(fields);
});

it("sends an emptied field as none, and a decimal comma as a point", () => {
  const draft = { ...draftOf(TICKS), min: " ", unit: "", displayFactor: "0,5" };
  expect(fieldsOf(draft)).toMatchObject({ min: null, unit: null, display_factor: 0.5 });
});

it("starts a new metric as a described number", () => {
  expect(draftOf(null)).toMatchObject({ name: "", kind: "number", listed: true });
});
