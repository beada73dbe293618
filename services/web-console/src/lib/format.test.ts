import { describe, expect, it } from "vitest";
import type { Metric } from "../api/types";
import { bytes, compact, decimal, displayOf, humanize, rate, valueText } from "./format";

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
  version: 1,
};

describe("displayOf", () => {
  it("converts ticks to millimetres: 20 ticks are 1 mm", () => {
    const display = displayOf(TICKS.name, TICKS, true);
    expect(display).toEqual({ label: "Platform extension", unit: "mm", factor: 0.05 });
    expect(valueText(1200, display)).toBe("60");
  });

  it("keeps the native unit when asked", () => {
    const display = displayOf(TICKS.name, TICKS, false);
    expect(display.unit).toBe("tick");
    expect(valueText(1200, display)).toBe("1,200");
  });

  it("shows a metric the catalogue does not know by its own name and unit", () => {
    expect(displayOf("motor_temp", undefined, true, "Cel")).toEqual({
      label: "Motor temp",
      unit: "Cel",
      factor: 1,
    });
  });
});

it("shows booleans and text as they are", () => {
  const display = { label: "", unit: null, factor: 1 };
  expect([true, false, "open"].map((value) => valueText(value, display))).toEqual(["true", "false", "open"]);
});

it("gives a number as many decimals as are useful for its size", () => {
  expect([0.12345, 12.345, 1234.567, -0.5].map(decimal)).toEqual(["0.123", "12.35", "1,234.6", "-0.5"]);
});

it("shows counts, rates and sizes briefly", () => {
  expect([0, 99_999, 1_248_000].map(compact)).toEqual(["0", "99,999", "1.2M"]);
  expect([0, 0.44, 12.46, 3410.2].map(rate)).toEqual(["0", "0.4", "12.5", "3,410"]);
  expect([63, 4_096, 1_500_000].map(bytes)).toEqual(["63 B", "4.1 kB", "1.5 MB"]);
  expect(humanize("battery_charge")).toBe("Battery charge");
});
