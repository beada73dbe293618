import { useMemo } from "react";
import { $api } from "../../api/client";
import type { Mark } from "../../chart/marks";
import { millis } from "../../lib/time";
import type { Window } from "../../lib/windows";

const EVERY = 10_000;
const MOST = 200;

/** The refused readings of a device as marks; of many, the newest. */
export function useDeviceMarks(serial: string, { from, to }: Window): readonly Mark[] {
  const errors = $api.useQuery(
    "get",
    "/v1/ingest-errors",
    { params: { query: { serial, limit: MOST } } },
    { refetchInterval: EVERY },
  );
  const all = useMemo<Mark[]>(
    () =>
      (errors.data?.items ?? []).map(({ received_at, reason }) => ({
        at: millis(received_at),
        kind: "error",
        label: `refused: ${reason}`,
      })),
    [errors.data],
  );
  return useMemo(() => all.filter(({ at }) => at >= from && at <= to), [all, from, to]);
}
