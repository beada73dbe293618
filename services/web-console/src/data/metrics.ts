import { useMemo } from "react";
import { $api } from "../api/client";
import type { Metric } from "../api/types";

/** The catalogue of metrics, by name. */
export function useCatalogue(): ReadonlyMap<string, Metric> {
  const metrics = $api.useQuery("get", "/v1/metrics", {}, { staleTime: 300_000 });
  return useMemo(
    () => new Map((metrics.data?.items ?? []).map((metric) => [metric.name, metric])),
    [metrics.data],
  );
}
