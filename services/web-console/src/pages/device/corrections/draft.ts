import type { Value } from "../../../api/types";
import { fromLocalInput } from "../../../lib/time";

/** A correction as it is typed. */
export interface CorrectionDraft {
  metric: string;
  from: string;
  to: string;
  action: "set" | "withdraw";
  value: string;
  reason: string;
}

/** A typed value as the metric takes it; null when it is none. */
export function parseValue(kind: string, typed: string): Value | null {
  if (kind === "text") return typed;
  if (kind === "boolean") return typed === "true" ? true : typed === "false" ? false : null;
  const number = Number(typed.trim().replace(",", "."));
  return typed.trim() === "" || !Number.isFinite(number) ? null : number;
}

/** What a draft asks for, or in words what is missing. */
export function requestOf(device: string, kind: string, draft: CorrectionDraft) {
  const from = fromLocalInput(draft.from);
  const to = fromLocalInput(draft.to);
  if (from === null || to === null) return "Say from when to when.";
  if (from >= to) return "The end must lie behind the beginning.";
  if (draft.reason.trim() === "") return "Say why.";
  const value = parseValue(kind, draft.value);
  if (draft.action === "set" && value === null) return "This is no value of this metric.";
  return {
    device,
    metric: draft.metric,
    from: new Date(from).toISOString(),
    to: new Date(to).toISOString(),
    reason: draft.reason.trim(),
    ...(draft.action === "set" && value !== null ? { value } : { withdraw: true }),
  };
}
