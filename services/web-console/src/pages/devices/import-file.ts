import { problemOf } from "../../api/problem";
import type { ImportResult } from "../../api/types";
import { session } from "../../auth/session";

/** The content type a file of devices is sent as: by its ending, else by how it begins. */
export function importType(name: string, beginning: string): "text/csv" | "application/x-ndjson" {
  if (/\.(ndjson|jsonl|json)$/i.test(name)) return "application/x-ndjson";
  if (/\.csv$/i.test(name)) return "text/csv";
  return beginning.trimStart().startsWith("{") ? "application/x-ndjson" : "text/csv";
}

/** Sends a file of devices; with `dryRun` the platform only says what it would do. */
export async function sendImport(file: File, dryRun: boolean): Promise<ImportResult> {
  const type = importType(file.name, await file.slice(0, 64).text());
  const response = await fetch(`/v1/devices:import${dryRun ? "?dry_run=true" : ""}`, {
    method: "POST",
    headers: { "content-type": type, authorization: `Bearer ${session.get()?.key ?? ""}` },
    body: file,
  });
  if (!response.ok) throw await problemOf(response);
  return (await response.json()) as ImportResult;
}

const ORDER: Record<string, number> = { refused: 0, created: 1, changed: 2, unchanged: 3 };

/** The lines of a result, those first that need a look. */
export function inOrder(items: ImportResult["items"]): ImportResult["items"] {
  return [...items].sort((a, b) => (ORDER[a.outcome] ?? 9) - (ORDER[b.outcome] ?? 9) || a.line - b.line);
}
