import { useNavigate, useSearch } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import type { Device, LatestValue } from "../../api/types";
import { useOldest } from "../../data/history";
import { defaultRange, type Range, windowOf } from "../../lib/ranges";
import { millis } from "../../lib/time";
import { isFixed, type Span, type Window } from "../../lib/windows";
import { useNow } from "../../ui/now";

function newestAt(values: readonly LatestValue[]): number | null {
  return values.length === 0 ? null : Math.max(...values.map(({ recorded_at }) => millis(recorded_at)));
}

function firstSeenAt(device: Device): number | null {
  return device.first_seen_at ? millis(device.first_seen_at) : null;
}

export interface DeviceWindow {
  span: Span;
  window: Window;
  choose: (span: Span) => void;
  /** The range that leads back to live readings. */
  follow: Range;
  /** When the first reading was measured, as soon as it is known. */
  oldest: number | null | undefined;
}

/** The part of the time in the address, or else the one in which this device has something to show. */
export function useDeviceWindow(device: Device, values: readonly LatestValue[]): DeviceWindow {
  const { range, from, to } = useSearch({ from: "/signed-in/devices/$serial" });
  const navigate = useNavigate({ from: "/devices/$serial" });
  const newest = newestAt(values);
  const firstSeen = firstSeenAt(device);
  const [initial, setInitial] = useState(() => defaultRange(newest, firstSeen, Date.now()));
  const empty = newest === null;
  useEffect(() => {
    // The first reading arrives while the page is open.
    if (empty) setInitial("15m");
  }, [empty]);
  const oldest = useOldest(device.serial);
  const now = useNow();
  const span: Span = from !== undefined && to !== undefined ? { from, to } : { range: range ?? initial };
  const choose = (next: Span): void =>
    void navigate({
      search: ({ range: _range, from: _from, to: _to, ...rest }) => ({ ...rest, ...next }),
      replace: true,
      resetScroll: false,
    });
  const window = isFixed(span) ? span : windowOf(span.range, now, firstSeen, newest, oldest ?? null);
  return { span, window, choose, follow: initial, oldest };
}
