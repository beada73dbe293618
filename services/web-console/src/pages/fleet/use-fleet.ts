import { keepPreviousData } from "@tanstack/react-query";
import { useCallback, useState } from "react";
import { $api } from "../../api/client";
import type { Device, LiveReading } from "../../api/types";
import type { StreamState } from "../../live/stream";
import { useLiveStream } from "../../live/use-live-stream";

export const OVERVIEW_EVERY = 2_000;
export const DEVICES_EVERY = 5_000;
export const PAGE_SIZE = 25;

export function useOverview() {
  return $api.useQuery("get", "/v1/overview", {}, { refetchInterval: OVERVIEW_EVERY });
}

export interface DeviceFilter {
  q?: string;
  status?: Device["status"];
}

export function useDevices(filter: DeviceFilter, cursor: string | null) {
  const query = { ...filter, limit: PAGE_SIZE, ...(cursor === null ? {} : { cursor }) };
  return $api.useQuery(
    "get",
    "/v1/devices",
    { params: { query } },
    { refetchInterval: DEVICES_EVERY, placeholderData: keepPreviousData },
  );
}

/** When each of the shown devices was last heard, as their readings arrive. */
export function useLiveLastSeen(devices: readonly Device[]): {
  seen: ReadonlyMap<string, string>;
  state: StreamState;
} {
  const [seen, setSeen] = useState<ReadonlyMap<string, string>>(new Map());
  const filter = devices
    .map(({ serial }) => serial)
    .sort()
    .map((serial) => `device=${encodeURIComponent(serial)}`)
    .join("&");
  const take = useCallback((readings: LiveReading[]) => {
    setSeen((before) => {
      const after = new Map(before);
      for (const { serial, received_at } of readings) {
        const known = after.get(serial);
        if (known === undefined || known < received_at) after.set(serial, received_at);
      }
      return after;
    });
  }, []);
  const state = useLiveStream(filter === "" ? "/v1/stream" : `/v1/stream?${filter}`, take);
  return { seen, state };
}

/** The later of what the list says and what arrived since. */
export function lastSeen(device: Device, seen: ReadonlyMap<string, string>): string | null {
  const listed = device.last_seen_at ?? null;
  const live = seen.get(device.serial);
  if (live === undefined) return listed;
  return listed === null || Date.parse(listed) < Date.parse(live) ? live : listed;
}
