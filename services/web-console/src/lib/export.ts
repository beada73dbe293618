import type { ExportRequest } from "../api/types";
import { fileStamp } from "./download";
import { isFixed, type Span, type Window } from "./windows";

/** What a view takes from the platform: for each device these metrics, in this part of the time. */
export interface Selection {
  devices: readonly string[];
  metrics: readonly string[];
  window: Window;
}

/** The forms a file can have. */
export const FORMATS = {
  csv: { label: "CSV", accept: "text/csv", ending: "csv" },
  parquet: { label: "Parquet", accept: "application/vnd.apache.parquet", ending: "parquet" },
  ndjson: { label: "NDJSON", accept: "application/x-ndjson", ending: "ndjson" },
  arrow: { label: "Arrow", accept: "application/vnd.apache.arrow.stream", ending: "arrows" },
} as const;
export type Format = keyof typeof FORMATS;

/** How a file that the platform writes is packed. */
export const COMPRESSIONS = { none: "None", gzip: "gzip", zstd: "Zstandard" } as const;
export type Compression = keyof typeof COMPRESSIONS;

/** Whether files of a format can be packed: a Parquet file is compressed by itself. */
export function isPackable(format: Format): boolean {
  return format !== "parquet";
}

/** Every single reading, or what charts show of a long time: means by minute, hour or day. */
export type Detail = "raw" | "auto";

/** The path that gives a selection as a whole, where the answer is no JSON. */
export function measurementsPath({ devices, metrics, window }: Selection, detail: Detail): string {
  const query = new URLSearchParams();
  for (const serial of devices) query.append("device", serial);
  for (const metric of metrics) query.append("metric", metric);
  query.set("from", new Date(window.from).toISOString());
  query.set("to", new Date(window.to).toISOString());
  if (detail === "auto") query.set("resolution", "auto");
  return `/v1/measurements?${query.toString()}`;
}

/** What asks the platform to write the file of a selection in the background. */
export function exportRequest(
  { devices, metrics, window }: Selection,
  detail: Detail,
  format: Format,
  compression: Compression,
): ExportRequest {
  return {
    device: [...devices],
    metric: [...metrics],
    from: new Date(window.from).toISOString(),
    to: new Date(window.to).toISOString(),
    ...(detail === "auto" ? { resolution: "auto" } : {}),
    format,
    ...(isPackable(format) && compression !== "none" ? { compression } : {}),
  };
}

/** The same by hand. The key stays in the environment of whoever runs it. */
export function curlCommand(origin: string, selection: Selection, detail: Detail, format: Format): string {
  const { accept } = FORMATS[format];
  return (
    `curl '${origin}${measurementsPath(selection, detail)}' \\\n` +
    `  -H "Authorization: Bearer $SENS_API_KEY" -H 'Accept: ${accept}' \\\n` +
    `  --fail --compressed -o ${fileName(selection, format)}`
  );
}

/** A name for the file of a selection. */
export function fileName({ devices, window }: Selection, format: Format): string {
  // Serials may have colons, which files on some systems cannot.
  const who = devices.length === 1 ? devices[0]?.replaceAll(":", "-") : `${devices.length}-devices`;
  return `${who}_${fileStamp(window.from)}_${fileStamp(window.to)}.${FORMATS[format].ending}`;
}

/** The search of an address that shows the same again, whenever it is opened. */
export function pinned(span: Span, window: Window): { from: number; to: number } {
  const { from, to } = isFixed(span) ? span : window;
  return { from: Math.round(from), to: Math.round(to) };
}
