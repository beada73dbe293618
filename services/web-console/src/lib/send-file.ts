import { problemOf } from "../api/problem";
import { session } from "../auth/session";

/** The content type a file of lines is sent as: by its ending, else by how it begins. */
export function linesType(name: string, beginning: string): "text/csv" | "application/x-ndjson" {
  if (/\.(ndjson|jsonl|json)$/i.test(name)) return "application/x-ndjson";
  if (/\.csv$/i.test(name)) return "text/csv";
  return beginning.trimStart().startsWith("{") ? "application/x-ndjson" : "text/csv";
}

/** Sends a file of lines as it is, however long; with `dryRun` the platform only says what it would do. */
export async function sendLines<T>(path: string, file: File, dryRun: boolean): Promise<T> {
  const type = linesType(file.name, await file.slice(0, 64).text());
  const response = await fetch(`${path}${dryRun ? "?dry_run=true" : ""}`, {
    method: "POST",
    headers: { "content-type": type, authorization: `Bearer ${session.get()?.key ?? ""}` },
    body: file,
  });
  if (!response.ok) throw await problemOf(response);
  return (await response.json()) as T;
}
