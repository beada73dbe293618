import type { Metric } from "../../../api/types";

/** A metric as it is typed. */
export interface Draft {
  name: string;
  displayName: string;
  kind: string;
  unit: string;
  min: string;
  max: string;
  displayUnit: string;
  displayFactor: string;
  listed: boolean;
}

export function draftOf(metric: Metric | null): Draft {
  const text = (value: string | number | null | undefined): string => (value == null ? "" : String(value));
  return {
    name: metric?.name ?? "",
    displayName: text(metric?.display_name),
    kind: metric?.kind ?? "number",
    unit: text(metric?.unit),
    min: text(metric?.min),
    max: text(metric?.max),
    displayUnit: text(metric?.display_unit),
    displayFactor: text(metric?.display_factor),
    listed: metric?.listed ?? true,
  };
}

/** What is sent for a draft: an empty field says that there is none. */
export function fieldsOf(draft: Draft) {
  const text = (value: string): string | null => value.trim() || null;
  const number = (value: string): number | null =>
    value.trim() === "" ? null : Number(value.replace(",", "."));
  return {
    display_name: text(draft.displayName),
    kind: draft.kind,
    unit: text(draft.unit),
    min: number(draft.min),
    max: number(draft.max),
    display_unit: text(draft.displayUnit),
    display_factor: number(draft.displayFactor),
    listed: draft.listed,
  };
}
