import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useMemo, useState } from "react";
import type { LatestValue, LiveReading } from "../../api/types";
import { plottable } from "../../data/history";
import { mergePoints, type Point } from "../../lib/series";
import { millis } from "../../lib/time";
import type { StreamState } from "../../live/stream";
import { useLiveStream } from "../../live/use-live-stream";

const KEPT_READINGS = 60;
const KEPT_POINTS = 5_000;

/** A live reading with a number of its own: two equal readings are still two. */
export interface HeardReading extends LiveReading {
  nth: number;
}

export interface DeviceLive {
  state: StreamState;
  /** The newest readings, newest first. */
  recent: HeardReading[];
  /** Readings per metric since the page was opened, oldest first. */
  points: ReadonlyMap<string, Point[]>;
}

interface Buffer {
  recent: HeardReading[];
  points: ReadonlyMap<string, Point[]>;
}

const EMPTY: Buffer = { recent: [], points: new Map() };

function append(buffer: Buffer, readings: readonly LiveReading[]): Buffer {
  const points = new Map(buffer.points);
  for (const metric of new Set(readings.map((reading) => reading.metric))) {
    const fresh = readings.flatMap((reading) => {
      const value = reading.metric === metric ? plottable(reading.value) : null;
      return value === null ? [] : [{ at: millis(reading.recorded_at), value }];
    });
    points.set(metric, mergePoints(points.get(metric) ?? [], fresh).slice(-KEPT_POINTS));
  }
  const next = (buffer.recent[0]?.nth ?? 0) + 1;
  const heard = readings.map((reading, index) => ({ ...reading, nth: next + index })).reverse();
  return { points, recent: heard.concat(buffer.recent).slice(0, KEPT_READINGS) };
}

/** One device's readings as they are stored. After a break, what was fetched before is fetched again. */
export function useDeviceLive(serial: string): DeviceLive {
  const queries = useQueryClient();
  const [buffer, setBuffer] = useState<Buffer>(EMPTY);
  const take = useCallback((readings: LiveReading[]) => setBuffer((before) => append(before, readings)), []);
  const resumed = useCallback(() => {
    void queries.invalidateQueries({ queryKey: ["history", serial] });
  }, [queries, serial]);
  const state = useLiveStream(`/v1/devices/${encodeURIComponent(serial)}/stream`, take, resumed);
  return useMemo(() => ({ state, ...buffer }), [state, buffer]);
}

/** The newest value of each metric by the time it was measured: what was fetched, overtaken by what arrived since. */
export function newestValues(fetched: readonly LatestValue[], recent: readonly LiveReading[]): LatestValue[] {
  const byMetric = new Map(fetched.map((item) => [item.metric, item]));
  for (const reading of [...recent].reverse()) {
    const known = byMetric.get(reading.metric);
    if (known && millis(known.recorded_at) > millis(reading.recorded_at)) continue;
    byMetric.set(reading.metric, {
      metric: reading.metric,
      unit: reading.unit ?? known?.unit ?? null,
      value: reading.value,
      recorded_at: reading.recorded_at,
      received_at: reading.received_at,
    });
  }
  return [...byMetric.values()].sort((a, b) => a.metric.localeCompare(b.metric));
}
