import type { Operation } from "../api/types";
import { COMPRESSIONS, FORMATS } from "./export";
import { humanize } from "./format";
import { isUnderWay, members, number, text } from "./operations";
import { millis } from "./time";

const FORMAT_LABEL: Record<string, { label: string }> = FORMATS;
const COMPRESSION_LABEL: Record<string, string> = COMPRESSIONS;

export interface ExportResult {
  /** Format and compression: `CSV, gzip`. */
  form: string;
  rows: number;
  bytes: number;
  /** The part of the interval that was read, 0 to 1. */
  share: number;
  expiresAt: string | null;
  /** What was asked for. */
  order: ExportOrder | null;
}

/** What an export says of itself. */
export function exportResult(result: unknown): ExportResult {
  const { format, compression, rows, bytes, share, expires_at, query } = members(result);
  const [kind, packed] = [text(format) ?? "", text(compression) ?? "none"];
  const label = FORMAT_LABEL[kind]?.label ?? kind;
  return {
    form: packed === "none" ? label : `${label}, ${COMPRESSION_LABEL[packed] ?? packed}`,
    rows: number(rows),
    bytes: number(bytes),
    share: number(share),
    expiresAt: text(expires_at),
    order: exportOrder(query),
  };
}

/** Why an export that is over has no file to download; nothing while it may still get one, or has one. */
export function whyNoFile(
  operation: Pick<Operation, "state" | "result" | "links">,
  now: number,
): string | null {
  if (isUnderWay(operation) || operation.links.content) return null;
  if (operation.state === "cancelled") return "It was cancelled: there is no file.";
  if (operation.state !== "done") return "There is no file.";
  const { expiresAt } = exportResult(operation.result);
  if (expiresAt !== null && millis(expiresAt) <= now) return "The file has expired: export it again.";
  return "The file was deleted, by hand or with a device that was erased.";
}

export interface ExportOrder {
  /** Empty: all that the key may see. */
  devices: string[];
  /** Empty: all. */
  metrics: string[];
  from: string | null;
  to: string | null;
  /** Whatever else was asked for, by name. */
  others: [string, string][];
}

/** Members that are told elsewhere. */
const TOLD = ["format", "compression"];

function words(value: unknown): string[] {
  if (value == null) return [];
  return (Array.isArray(value) ? value : [value]).map((each: unknown) =>
    typeof each === "object" ? JSON.stringify(each) : String(each),
  );
}

/** What was asked for, from the body of the request; nothing when it is none. */
export function exportOrder(body: unknown): ExportOrder | null {
  if (typeof body !== "object" || body === null) return null;
  const { device, metric, from, to, ...rest } = members(body);
  const others = Object.entries(rest).flatMap(([name, value]): [string, string][] => {
    const said = words(value).join(", ");
    return TOLD.includes(name) || said === "" ? [] : [[humanize(name), said]];
  });
  return { devices: words(device), metrics: words(metric), from: text(from), to: text(to), others };
}

/** Some names, the rest only counted: `A, B and 3 more`. */
export function fewOf(names: readonly string[], most: number): string {
  const shown = names.slice(0, most).join(", ");
  return names.length > most ? `${shown} and ${names.length - most} more` : shown;
}
