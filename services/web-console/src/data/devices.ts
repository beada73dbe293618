import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { useCallback, useState } from "react";
import { api } from "../api/client";
import type { Device, LiveReading, Query } from "../api/types";
import type { DevicesSearch } from "../lib/search";
import type { StreamState } from "../live/stream";
import { useLiveStream } from "../live/use-live-stream";

export const DEVICES_EVERY = 5_000;
const PAGE_SIZE = 200;
/** Longer lists are not asked for again by themselves: their age is told, and there is a button. */
const REFRESHED_PAGES = 2;

/** The devices that match, as many pages as were asked for. */
export function useDevices(filter: DevicesSearch) {
  return useInfiniteQuery({
    queryKey: ["devices", filter],
    queryFn: async ({ pageParam, signal }) => {
      // How many there are is counted for the first page only.
      const page: Query<"/v1/devices"> = pageParam === null ? { count: "estimate" } : { cursor: pageParam };
      const query = { ...filter, limit: PAGE_SIZE, ...page };
      const { data } = await api.GET("/v1/devices", { params: { query }, signal });
      return data ?? { items: [], next_cursor: null };
    },
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor ?? null,
    placeholderData: keepPreviousData,
    refetchInterval: ({ state }) =>
      (state.data?.pages.length ?? 0) <= REFRESHED_PAGES ? DEVICES_EVERY : false,
  });
}

/** When each of the shown devices was last heard, as their readings arrive. */
export function useLiveLastSeen(serials: readonly string[]): {
  seen: ReadonlyMap<string, string>;
  state: StreamState;
} {
  const [seen, setSeen] = useState<ReadonlyMap<string, string>>(new Map());
  const filter = [...serials]
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
