import { useEffect, useRef, useState } from "react";
import type { LiveReading } from "../api/types";
import { session } from "../auth/session";
import { LiveStream, type StreamState } from "./stream";

/**
 * Keeps a live stream open while the component is shown.
 * `onReadings` gets everything new; `onResumed` is called when the stream is live again after a break, or has left something out.
 */
export function useLiveStream(
  path: string,
  onReadings: (readings: LiveReading[]) => void,
  onResumed?: () => void,
): StreamState {
  const [state, setState] = useState<StreamState>(() => ({ phase: "connecting", since: Date.now() }));
  const handlers = useRef({ onReadings, onResumed });
  useEffect(() => {
    handlers.current = { onReadings, onResumed };
  });
  useEffect(() => {
    let broken = false;
    const stream = new LiveStream({
      url: path,
      key: () => session.get()?.key ?? null,
      onReadings: (readings) => handlers.current.onReadings(readings),
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
  }, [path]);
  return state;
}
