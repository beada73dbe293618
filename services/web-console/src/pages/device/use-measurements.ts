import { useQuery } from "@tanstack/react-query";
import { api } from "../../api/client";
import type { paths } from "../../api/schema";
import type { Measurement, Value } from "../../api/types";
import { lengthOf, type Range } from "../../lib/ranges";
import type { Point } from "../../lib/series";
import { millis } from "../../lib/time";

type MeasurementQuery = NonNullable<paths["/v1/devices/{serial}/measurements"]["get"]["parameters"]["query"]>;

const PAGE = 10_000;
/** How many pages one chart fetches at most; beyond, it says that it shows the newest only. */
const MOST_PAGES = 3;

export interface History {
  points: Point[];
  /** False when older readings of the range were left out. */
  complete: boolean;
}

/** A value as a number to draw, or null when it is text. */
export function plottable(value: Value): number | null {
  if (typeof value === "boolean") return value ? 1 : 0;
  return typeof value === "number" ? value : null;
}

function toPoints(items: readonly Measurement[]): Point[] {
  return items.flatMap((item) => {
    const value = plottable(item.value);
    return value === null ? [] : [{ at: millis(item.recorded_at), value }];
  });
}

async function fetchHistory(
  serial: string,
  metric: string,
  range: Range,
  signal: AbortSignal,
): Promise<History> {
  const length = lengthOf(range);
  const from = Number.isFinite(length) ? { from: new Date(Date.now() - length).toISOString() } : {};
  const points: Point[] = [];
  let cursor: string | null = null;
  for (let page = 0; page < MOST_PAGES; page++) {
    const { items, next }: { items: Measurement[]; next: string | null } = await fetchPage(
      serial,
      { metric: [metric], limit: PAGE, order: "desc", ...from, ...(cursor === null ? {} : { cursor }) },
      signal,
    );
    points.push(...toPoints(items));
    cursor = next;
    if (cursor === null) break;
  }
  return { points: points.reverse(), complete: cursor === null };
}

async function fetchPage(serial: string, query: MeasurementQuery, signal: AbortSignal) {
  const { data } = await api.GET("/v1/devices/{serial}/measurements", {
    params: { path: { serial }, query },
    signal,
  });
  // The document also offers CSV, which is not what was asked for.
  const page = typeof data === "object" ? data : undefined;
  return { items: page?.items ?? [], next: page?.next_cursor ?? null };
}

/** One metric's readings in a range, oldest first. Live readings are added by the chart, not fetched again. */
export function useHistory(serial: string, metric: string, range: Range, live: boolean) {
  return useQuery({
    queryKey: ["history", serial, metric, range],
    queryFn: ({ signal }) => fetchHistory(serial, metric, range, signal),
    staleTime: 10_000,
    // While readings do not flow by themselves, look for them.
    refetchInterval: live ? false : 15_000,
  });
}
