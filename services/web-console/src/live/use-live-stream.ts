import { useEffect, useRef, useState } from "react";
import type { LiveReading } from "../api/types";
import { session } from "../auth/session";
import type { SseEvent } from "./sse-parser";
import { LiveStream, readingOf, type StreamState } from "./stream";

/**
 * Keeps a stream of live readings open while the component is shown.
 * `onReadings` gets everything new; `onResumed` is called when the stream is live again after a break, or has left something out.
 */
export function useLiveStream(
  path: string,
  onReadings: (readings: LiveReading[]) => void,
  onResumed?: () => void,
): StreamState {
  return useEventStream(path, readingOf, onReadings, onResumed);
}

/** The same for events of any kind; `read` stays the same function. */
export function useEventStream<T>(
  path: string,
  read: (event: SseEvent) => T | null,
  onItems: (items: T[]) => void,
  onResumed?: () => void,
): StreamState {
  const [state, setState] = useState<StreamState>(() => ({ phase: "connecting", since: Date.now() }));
  const handlers = useRef({ onItems, onResumed });
  useEffect(() => {
    handlers.current = { onItems, onResumed };
  });
  useEffect(() => {
    let broken = false;
    const stream = new LiveStream({
      url: path,
      key: () => session.get()?.key ?? null,
      read,
      onItems: (items) => handlers.current.onItems(items),
      onGap: () => handlers.current.onResumed?.(),
      onUnauthorized: () => session.expire(),
      onState: (next) => {
        if (next.phase === "waiting") broken = true;
        if (next.phase === "live" && broken) {
          broken = false;
          handlers.current.onResumed?.();
        }
        setState(next);
      },
    });
    stream.start();
    return () => stream.stop();
  }, [path, read]);
  return state;
}
