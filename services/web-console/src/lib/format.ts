import type { Metric, Value } from "../api/types";

const WHOLE = new Intl.NumberFormat("en-GB", { maximumFractionDigits: 0 });
/** Numbers with at most so many decimals; making a format is far dearer than using it. */
const UP_TO = [0, 1, 2, 3].map((digits) => new Intl.NumberFormat("en-GB", { maximumFractionDigits: digits }));
const ONE_DECIMAL = new Intl.NumberFormat("en-GB", { minimumFractionDigits: 1, maximumFractionDigits: 1 });
const COMPACT = new Intl.NumberFormat("en-US", { notation: "compact", maximumFractionDigits: 1 });

function upTo(digits: number, value: number): string {
  return (UP_TO[digits] ?? WHOLE).format(value);
}

/** A count, grouped: `12,480`. */
export function count(value: number): string {
  return WHOLE.format(value);
}

/** A count with what is counted: `1 reading`, `12 readings`. */
export function counted(value: number, word: string): string {
  return `${count(value)} ${word}${value === 1 ? "" : "s"}`;
}

/** A count in little room: `1.2M`. */
export function compact(value: number): string {
  return value < 100_000 ? count(value) : COMPACT.format(value);
}

/** A measured number, with as many decimals as are useful for its size. */
export function decimal(value: number): string {
  const size = Math.abs(value);
  const digits = size >= 1_000 ? 1 : size >= 10 ? 2 : 3;
  return upTo(digits, value);
}

/** A number beside others of its kind in a column: always one decimal. */
export function oneDecimal(value: number): string {
  return ONE_DECIMAL.format(value);
}

/** A rate per second: `0`, `0.4`, `12.5`, `3,410`. */
export function rate(value: number): string {
  return upTo(value < 100 ? 1 : 0, value);
}

/** Bytes in the unit people read. */
export function bytes(size: number): string {
  if (size < 1_000) return `${size} B`;
  if (size < 1_000_000) return `${(size / 1_000).toFixed(1)} kB`;
  return `${(size / 1_000_000).toFixed(1)} MB`;
}

/** `battery_charge` → `Battery charge`. */
export function humanize(name: string): string {
  const words = name.replaceAll("_", " ").trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** How a metric is shown: its name, unit and the factor its stored numbers are multiplied with. */
export interface Display {
  label: string;
  unit: string | null;
  factor: number;
}

/** Display of a metric in its native unit, or converted where the catalogue knows how (ticks in mm). */
export function displayOf(
  name: string,
  metric: Metric | undefined,
  converted: boolean,
  unit?: string | null,
): Display {
  const label = metric?.display_name ?? humanize(name);
  const factor = metric?.display_factor;
  if (converted && metric && factor != null && metric.display_unit) {
    return { label, unit: metric.display_unit, factor };
  }
  return { label, unit: metric?.unit ?? unit ?? null, factor: 1 };
}

/** A value as text, in the display's unit. */
export function valueText(value: Value, display: Display): string {
  if (typeof value === "boolean") return value ? "true" : "false";
  if (typeof value === "string") return value;
  return decimal(value * display.factor);
}
