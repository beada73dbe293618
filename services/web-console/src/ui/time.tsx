import { ago, localClock, localDateTime, millis, utc } from "../lib/time";
import { useNow } from "./now";

/** How long ago something was; the exact UTC time on hover. */
export function TimeAgo({ time }: { time: string | null }) {
  const now = useNow();
  if (time === null) return <span className="muted">never</span>;
  const at = millis(time);
  return (
    <time className="num nowrap" dateTime={time} title={`${localDateTime(at)} local\n${utc(at)}`}>
      {ago(at, now)}
    </time>
  );
}

/** An instant in the viewer's zone; UTC on hover. */
export function LocalTime({ time, clock = false }: { time: string | null; clock?: boolean }) {
  if (time === null) return <span className="muted">–</span>;
  const at = millis(time);
  return (
    <time className="num nowrap" dateTime={time} title={utc(at)}>
      {clock ? localClock(at) : localDateTime(at)}
    </time>
  );
}
