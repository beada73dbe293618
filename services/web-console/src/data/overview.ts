import { useEffect, useSyncExternalStore } from "react";
import { $api } from "../api/client";
import type { Overview } from "../api/types";
import { session } from "../auth/session";
import { addSample, type Sample } from "../lib/trend";

export const OVERVIEW_EVERY = 2_000;

let samples: readonly Sample[] = [];
const listeners = new Set<() => void>();

function publish(next: readonly Sample[]): void {
  if (next === samples) return;
  samples = next;
  for (const listener of listeners) listener();
}

session.subscribe(() => {
  if (!session.get()) publish([]);
});

/** The platform in numbers, asked for again and again; every answer also becomes a sample of the trend. */
export function useOverview() {
  const overview = $api.useQuery("get", "/v1/overview", {}, { refetchInterval: OVERVIEW_EVERY });
  const { data, dataUpdatedAt } = overview;
  useEffect(() => {
    if (data) publish(addSample(samples, sampleOf(data, dataUpdatedAt)));
  }, [data, dataUpdatedAt]);
  return overview;
}

function sampleOf({ ingest }: Overview, at: number): Sample {
  return {
    at,
    messages: ingest.messages,
    readings: ingest.processed,
    pending: ingest.pending ?? null,
  };
}

/** What the counters said since the console was opened in this tab. */
export function useTrend(): readonly Sample[] {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => samples,
  );
}
