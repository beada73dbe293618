import { ago } from "../lib/time";
import type { StreamState } from "../live/stream";
import { useNow } from "./now";
import { Tag } from "./tag";

/** Whether live readings are flowing, and if not, since when. */
export function LiveTag({ state }: { state: StreamState }) {
  const now = useNow();
  if (state.phase === "live") {
    return (
      <Tag tone="good" dot>
        Live
      </Tag>
    );
  }
  if (state.phase === "connecting") return <Tag>Connecting…</Tag>;
  if (state.phase === "refused") return <Tag tone="bad">Live readings refused</Tag>;
  return <Tag tone="warn">Reconnecting · stale since {ago(state.since, now)}</Tag>;
}
