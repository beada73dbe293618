import type { ImportResult } from "../../api/types";
import { sendLines } from "../../lib/send-file";

/** Sends a file of devices; with `dryRun` the platform only says what it would do. */
export function sendImport(file: File, dryRun: boolean): Promise<ImportResult> {
  return sendLines<ImportResult>("/v1/devices:import", file, dryRun);
}

const ORDER: Record<string, number> = { refused: 0, created: 1, changed: 2, unchanged: 3 };

/** The lines of a result, those first that need a look. */
export function inOrder(items: ImportResult["items"]): ImportResult["items"] {
  return [...items].sort((a, b) => (ORDER[a.outcome] ?? 9) - (ORDER[b.outcome] ?? 9) || a.line - b.line);
}
