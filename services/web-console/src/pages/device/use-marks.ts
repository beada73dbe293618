import { keepPreviousData } from "@tanstack/react-query";
import { useMemo } from "react";
import { $api } from "../../api/client";
import type { Mark } from "../../chart/marks";
import { DAY, MINUTE, millis } from "../../lib/time";
import type { Window } from "../../lib/windows";

const ERRORS_EVERY = 10_000;
const STARTS_EVERY = 60_000;
const MOST_ERRORS = 200;
/** The platform looks at most this far to each side of a time. */
const MOST_WITHIN = DAY;

/** The interval around a window that is asked about, in whole minutes so that answers are shared; of a long window the newest part. */
export function around({ from, to }: Window): { at: string; within: number } {
  const end = Math.ceil(to / MINUTE) * MINUTE;
  const begin = Math.max(Math.floor(from / MINUTE) * MINUTE, end - 2 * MOST_WITHIN);
  return {
    at: new Date((begin + end) / 2).toISOString(),
    within: Math.max(1, Math.round((end - begin) / 2_000)),
  };
}

function useErrors(serial: string): Mark[] {
  const errors = $api.useQuery(
    "get",
    "/v1/ingest-errors",
    { params: { query: { serial, limit: MOST_ERRORS } } },
    { refetchInterval: ERRORS_EVERY },
  );
  return useMemo(
    () =>
      (errors.data?.items ?? []).map(({ received_at, reason }) => ({
        at: millis(received_at),
        kind: "error",
        label: `refused: ${reason}`,
      })),
    [errors.data],
  );
}

function useStarts(serial: string, window: Window): Mark[] {
  const explanation = $api.useQuery(
    "get",
    "/v1/devices/{serial}/explain",
    { params: { path: { serial }, query: around(window) } },
    { staleTime: STARTS_EVERY, placeholderData: keepPreviousData },
  );
  return useMemo(
    () =>
      (explanation.data?.starts ?? []).map(({ started_at, firmware }) => ({
        at: millis(started_at),
        kind: "startup",
        label: firmware ? `started with ${firmware}` : "started",
      })),
    [explanation.data],
  );
}

/** What happened to a device within a window: refused readings, of many the newest, and its starts. */
export function useDeviceMarks(serial: string, window: Window): readonly Mark[] {
  const errors = useErrors(serial);
  const starts = useStarts(serial, window);
  const { from, to } = window;
  return useMemo(
    () => [...errors, ...starts].filter(({ at }) => at >= from && at <= to),
    [errors, starts, from, to],
  );
}
