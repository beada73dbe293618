import type { Operation } from "../api/types";

/** What is worked on, for people. */
export const KIND_LABEL: Record<string, string> = {
  replay: "Replay",
  retention: "Retention",
  erasure: "Erasure",
  import: "Import of history",
  export: "Export",
};

/** Whether an operation is still to end. */
export function isUnderWay({ state }: Pick<Operation, "state">): boolean {
  return state === "requested" || state === "running";
}

/** Whether an operation can be ended: an erasure only until it is begun, a run of retention never. */
export function isCancellable({ kind, state }: Pick<Operation, "kind" | "state">): boolean {
  if (kind === "retention") return false;
  return kind === "erasure" ? state === "requested" : isUnderWay({ state });
}

/** Whether somebody may end an operation of a kind, or drop its file: operators any, others the exports they asked for. */
export function mayCancel(
  { kind, requested_by }: { kind: string; requested_by?: string },
  { operate, name }: { operate: boolean; name: string | undefined },
): boolean {
  return operate || (kind === "export" && name !== undefined && requested_by === name);
}

/** What became of what a cancelled operation did until then. */
export function afterCancel(kind: string): string {
  if (kind === "erasure") return "It is not begun yet: nothing is erased.";
  if (kind === "export") return "What was written until then is thrown away.";
  return "It ends before its next part; what it changed until then stays.";
}

type Members = Record<string, unknown>;

/** The members of an object; none of anything else. */
export function members(value: unknown): Members {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Members) : {};
}

/** A text, where it is one. */
export function text(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}

/** A number, or 0. */
export function number(value: unknown): number {
  return typeof value === "number" ? value : 0;
}

export interface TableCount {
  table: string;
  before: number;
  /** Nothing until it is over. */
  after: number | null;
}

export interface ErasureResult {
  device: string | null;
  reason: string | null;
  receivedBefore: string | null;
  /** By table; only those in which there was something. */
  tables: TableCount[];
  /** Rows in all of them. */
  rows: number;
  deadLetters: number;
  sharedPayloads: number;
}

/** What an erasure says of itself. */
export function erasureResult(result: unknown): ErasureResult {
  const { device, reason, received_before, before, after, notes } = members(result);
  const left = after == null ? null : members(after);
  const tables = Object.entries(members(before))
    .map(([table, rows]) => ({ table, before: number(rows), after: left && number(left[table]) }))
    .filter((each) => each.before > 0 || (each.after ?? 0) > 0)
    .sort((a, b) => b.before - a.before);
  const { dead_letters, shared_payloads } = members(notes);
  return {
    device: text(device),
    reason: text(reason),
    receivedBefore: text(received_before),
    tables,
    rows: tables.reduce((sum, { before: rows }) => sum + rows, 0),
    deadLetters: number(dead_letters),
    sharedPayloads: number(shared_payloads),
  };
}

export interface RefusedLine {
  line: number;
  reason: string;
  detail: string;
}

export interface HistoryResult {
  lines: number;
  accepted: number;
  known: number;
  refused: number;
  /** The first of the refused. */
  errors: RefusedLine[];
}

/** What an import of history says of itself. */
export function historyResult(result: unknown): HistoryResult {
  const { lines, accepted, known, refused, errors } = members(result);
  return {
    lines: number(lines),
    accepted: number(accepted),
    known: number(known),
    refused: number(refused),
    errors: (Array.isArray(errors) ? errors : []).map((error: unknown) => {
      const { line, reason, detail } = members(error);
      return { line: number(line), reason: text(reason) ?? "", detail: text(detail) ?? "" };
    }),
  };
}

/** What an operation of any kind says of itself, as far as it is numbers and words. */
export function plainResult(result: unknown): [string, string | number][] {
  return Object.entries(members(result)).flatMap(([name, value]): [string, string | number][] =>
    typeof value === "string" || typeof value === "number" ? [[name, value]] : [],
  );
}
