import { isFixed, type Span, type Window } from "./windows";

/** What a view takes from the platform: for each device these metrics, in this part of the time. */
export interface Selection {
  devices: readonly string[];
  metrics: readonly string[];
  window: Window;
}

/** The path that gives a device's part of a selection, `limit` readings a page. */
export function measurementsPath(serial: string, { metrics, window }: Selection, limit: number): string {
  const query = new URLSearchParams();
  for (const metric of metrics) query.append("metric", metric);
  query.set("from", new Date(window.from).toISOString());
  query.set("to", new Date(window.to).toISOString());
  query.set("resolution", "auto");
  query.set("limit", String(limit));
  return `/v1/devices/${encodeURIComponent(serial)}/measurements?${query.toString()}`;
}

/** The same by hand: a command for each device. The key stays in the environment of whoever runs it. */
export function curlCommands(origin: string, selection: Selection): string {
  return selection.devices
    .map(
      (serial) =>
        `curl '${origin}${measurementsPath(serial, selection, 10_000)}' \\\n` +
        `  -H "Authorization: Bearer $SENS_API_KEY" -H 'Accept: text/csv'`,
    )
    .join("\n\n");
}

/** The address of the next page, as the `Link` header names it. */
export function nextLink(header: string | null): string | null {
  return /<([^>]+)>\s*;\s*rel="?next"?/.exec(header ?? "")?.[1] ?? null;
}

/** A CSV text without its first line. */
export function withoutHead(csv: string): string {
  const end = csv.indexOf("\n");
  return end < 0 ? "" : csv.slice(end + 1);
}

/** A name for the file of a selection. */
export function fileName({ devices, window }: Selection): string {
  const stamp = (at: number): string => new Date(at).toISOString().slice(0, 16).replaceAll(":", "");
  const who = devices.length === 1 ? devices[0] : `${devices.length}-devices`;
  return `${who}_${stamp(window.from)}_${stamp(window.to)}.csv`;
}

/** The search of an address that shows the same again, whenever it is opened. */
export function pinned(span: Span, window: Window): { from: number; to: number } {
  const { from, to } = isFixed(span) ? span : window;
  return { from: Math.round(from), to: Math.round(to) };
}
