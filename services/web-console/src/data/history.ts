import { keepPreviousData, queryOptions, useQuery } from "@tanstack/react-query";
import { api } from "../api/client";
import type { paths } from "../api/schema";
import type { Measurement, Value } from "../api/types";
import type { Point } from "../lib/series";
import { DAY, HOUR, MINUTE, millis } from "../lib/time";
import { isFixed, type Span, spanLength } from "../lib/windows";

type MeasurementQuery = NonNullable<paths["/v1/devices/{serial}/measurements"]["get"]["parameters"]["query"]>;

const PAGE = 10_000;
/** How many pages of means one line fetches at most; beyond, it says that it shows the newest only. */
const MOST_PAGES = 3;
/** Up to this length single readings are shown, chosen by the platform so that every peak stays; beyond, means. */
const SINGLE_UP_TO = 6 * HOUR;
/** More points than this a chart cannot show. */
const MOST_POINTS = 2_000;

/** Where points come from: single readings, or their means over a minute, an hour or a day. */
export type Source = "raw" | "rollup_1m" | "rollup_1h" | "rollup_1d";

const BUCKET: Record<Source, number> = { raw: 0, rollup_1m: MINUTE, rollup_1h: HOUR, rollup_1d: DAY };

export interface History {
  points: Point[];
  source: Source;
  /** False when older readings of the span were left out. */
  complete: boolean;
  /** Whether there may be more readings than points: then every peak stays. */
  sampled: boolean;
}

/** Length of what one point stands for, in milliseconds; 0 for a single reading. */
export function bucketOf(source: Source): number {
  return BUCKET[source];
}

/** A value as a number to draw, or null when it is text. */
export function plottable(value: Value | null): number | null {
  if (typeof value === "boolean") return value ? 1 : 0;
  return typeof value === "number" ? value : null;
}

function toPoint({ value, recorded_at, rollup }: Measurement, half: number): Point[] {
  const number = value == null ? null : plottable(value);
  if (number === null) return [];
  const point: Point = { at: millis(recorded_at) + half, value: number };
  // A mean stands in the middle of what it is the mean of.
  if (rollup?.min != null && rollup.max != null) return [{ ...point, min: rollup.min, max: rollup.max }];
  return [point];
}

function isSource(name: string): name is Source {
  return name in BUCKET;
}

async function fetchPage(serial: string, query: MeasurementQuery, signal: AbortSignal) {
  const { data } = await api.GET("/v1/devices/{serial}/measurements", {
    params: { path: { serial }, query },
    signal,
  });
  // The document also offers CSV, which is not what was asked for.
  if (typeof data !== "object") throw new TypeError("measurements did not come as JSON");
  return data;
}

/** When the first reading of a device was measured; `null` when there is none. */
export function oldestOptions(serial: string) {
  return queryOptions({
    queryKey: ["oldest", serial],
    queryFn: async ({ signal }) => {
      const { data } = await api.GET("/v1/devices/{serial}/series", { params: { path: { serial } }, signal });
      const first = (data?.items ?? []).map(({ first_at }) => millis(first_at));
      return first.length > 0 ? Math.min(...first) : null;
    },
    staleTime: MINUTE,
    refetchInterval: ({ state }) => (state.data === null ? 5_000 : false),
  });
}

/** The same as a hook; undefined until it is known. */
export function useOldest(serial: string): number | null | undefined {
  return useQuery(oldestOptions(serial)).data;
}

/** The interval to ask for. The server picks the resolution by its length, so nothing empty is counted in. */
function interval(span: Span, oldest: number | null): { from: number; to?: number } {
  if (isFixed(span)) return { from: span.from, to: span.to };
  return { from: Math.max(oldest ?? 0, Date.now() - spanLength(span)) };
}

/** Single readings, of very many those that a chart needs. */
async function fetchPoints(
  serial: string,
  metric: string,
  asked: { from: number; to?: number },
  signal: AbortSignal,
): Promise<History> {
  const query: MeasurementQuery = {
    metric: [metric],
    points: MOST_POINTS,
    method: "minmax",
    shape: "columns",
    from: new Date(asked.from).toISOString(),
    ...(asked.to === undefined ? {} : { to: new Date(asked.to).toISOString() }),
  };
  const { columns = {} } = await fetchPage(serial, query, signal);
  const times = (columns.recorded_at ?? []) as string[];
  const values = (columns.value ?? []) as (Value | null)[];
  const points = times.flatMap((time, index) => {
    const value = plottable(values[index] ?? null);
    return value === null ? [] : [{ at: millis(time), value }];
  });
  // Fewer than are chosen from are all there are; slices without a reading of their own may leave some out.
  return { points, source: "raw", complete: true, sampled: points.length > MOST_POINTS / 2 };
}

async function fetchHistory(
  serial: string,
  metric: string,
  span: Span,
  oldest: number | null,
  signal: AbortSignal,
): Promise<History> {
  const asked = interval(span, oldest);
  if ((asked.to ?? Date.now()) - asked.from <= SINGLE_UP_TO)
    return fetchPoints(serial, metric, asked, signal);
  const query: MeasurementQuery = {
    metric: [metric],
    resolution: "auto",
    order: "desc",
    limit: PAGE,
    from: new Date(asked.from).toISOString(),
    ...(asked.to === undefined ? {} : { to: new Date(asked.to).toISOString() }),
  };
  const points: Point[] = [];
  let source: Source = "raw";
  let cursor: string | null = null;
  for (let page = 0; page < MOST_PAGES; page++) {
    const answer = await fetchPage(serial, cursor === null ? query : { ...query, cursor }, signal);
    source = isSource(answer.source) ? answer.source : "raw";
    const half = bucketOf(source) / 2;
    for (const item of answer.items ?? []) points.push(...toPoint(item, half));
    cursor = answer.next_cursor ?? null;
    if (cursor === null) break;
  }
  return { points: points.reverse(), source, complete: cursor === null, sampled: false };
}

/** What a line is drawn from. */
export interface LineSource {
  serial: string;
  metric: string;
  span: Span;
  /** When the device's first reading was measured; undefined until it is known. */
  oldest: number | null | undefined;
  /** Whether new readings flow by themselves. */
  live: boolean;
}

/** One metric of one device over a span, oldest first. */
export function historyOptions({ serial, metric, span, oldest, live }: LineSource) {
  return queryOptions({
    queryKey: ["history", serial, metric, span],
    queryFn: ({ signal }) => fetchHistory(serial, metric, span, oldest ?? null, signal),
    enabled: oldest !== undefined || isFixed(span),
    staleTime: isFixed(span) ? MINUTE : 10_000,
    placeholderData: keepPreviousData,
    // While readings do not flow by themselves, look for them; means grow by the minute either way.
    refetchInterval: isFixed(span) ? false : live ? MINUTE : 15_000,
  });
}

/** One metric's readings in a span. Live readings are added by the chart, not fetched again. */
export function useHistory(source: LineSource) {
  return useQuery(historyOptions(source));
}

/** What was fetched with what arrived since; single readings never stand within a mean that covers them. */
export function newerPoints(history: History | undefined, live: readonly Point[]): readonly Point[] {
  const bucket = bucketOf(history?.source ?? "raw");
  const last = history?.points.at(-1)?.at;
  if (bucket === 0 || last === undefined) return live;
  return live.filter(({ at }) => at > last + bucket / 2);
}
