import type { SseEvent } from "./sse-parser";
import type { StreamState } from "./stream";
import { useEventStream } from "./use-live-stream";

export type DeviceEventKind = "command" | "presence";

/** That something happened is all that is taken: what stands there now is asked for. */
function kindOf({ event }: SseEvent): DeviceEventKind | null {
  return event === "command" || event === "presence" ? event : null;
}

/** Calls `onChange` whenever a command of a device takes a step, or its presence changes. */
export function useDeviceEvents(serial: string, kind: DeviceEventKind, onChange: () => void): StreamState {
  const path = `/v1/events/stream?kind=${kind}&device=${encodeURIComponent(serial)}`;
  return useEventStream(path, kindOf, onChange, onChange);
}
