import { useUnreachableSince } from "../api/reachability";
import { localClock } from "../lib/time";
import { OfflineIcon } from "../ui/icons";
import classes from "./unreachable.module.css";

/** Says so when the platform does not answer: what is shown is then the last that was known. */
export function Unreachable() {
  const since = useUnreachableSince();
  return (
    <div role="status">
      {since === null ? null : (
        <p className={classes.banner}>
          <OfflineIcon size={16} />
          The platform has not answered since {localClock(since)}. What you see is the last known state; the
          console keeps trying.
        </p>
      )}
    </div>
  );
}
