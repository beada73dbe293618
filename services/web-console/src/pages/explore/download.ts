import { problemOf } from "../../api/problem";
import { session } from "../../auth/session";
import { fileName, measurementsPath, nextLink, type Selection, withoutHead } from "../../lib/export";

const PAGE = 10_000;
const MOST_ROWS = 1_000_000;

async function fetchCsv(path: string): Promise<{ text: string; next: string | null }> {
  const response = await fetch(path, {
    headers: { accept: "text/csv", authorization: `Bearer ${session.get()?.key ?? ""}` },
  });
  if (!response.ok) throw await problemOf(response);
  return { text: await response.text(), next: nextLink(response.headers.get("link")) };
}

/** Fetches a selection page by page into one file and hands it to the browser; `cut` when it is not the whole. */
export async function downloadCsv(
  selection: Selection,
  onRows: (rows: number) => void,
): Promise<{ cut: boolean }> {
  const parts: string[] = [];
  let rows = 0;
  let cut = false;
  for (const serial of selection.devices) {
    let path: string | null = measurementsPath(serial, selection, PAGE);
    while (path !== null && !cut) {
      const page: { text: string; next: string | null } = await fetchCsv(path);
      const body = parts.length === 0 ? page.text : withoutHead(page.text);
      parts.push(body);
      rows += Math.max(0, withoutHead(page.text).split("\n").length - 1);
      onRows(rows);
      path = page.next;
      cut = rows >= MOST_ROWS && path !== null;
    }
  }
  save(new Blob(parts, { type: "text/csv" }), fileName(selection));
  return { cut };
}

function save(file: Blob, name: string): void {
  const url = URL.createObjectURL(file);
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
