import { Link } from "@tanstack/react-router";
import type { Overview } from "../../api/types";
import { compact, count, counted, rate } from "../../lib/format";
import { Stat, Stats } from "../../ui/stat";
import classes from "./overview.module.css";

/** The numbers an operator looks at first. */
export function FleetStats({ overview }: { overview: Overview }) {
  const { devices, ingest, rate: pace, errors_by_reason } = overview;
  const errors = errors_by_reason.reduce((sum, each) => sum + each.count, 0);
  const silent = devices.silent > 0 ? { tone: "warn" as const } : {};
  const failing = errors > 0 ? { tone: "bad" as const } : {};
  return (
    <Stats label="Fleet in numbers">
      <Stat label="Online" value={count(devices.online)} unit={`of ${count(devices.total)}`} tone="good" />
      <Stat label="Silent" value={count(devices.silent)} {...silent} note="not heard lately" />
      <Stat
        label="Never seen"
        value={count(devices.never_seen)}
        note={counted(devices.placeholder, "placeholder")}
      />
      <Stat
        label="Messages"
        value={rate(pace.messages_per_second)}
        unit="/s"
        note={`${compact(ingest.messages)} in all`}
      />
      <Stat
        label="Readings"
        value={rate(pace.readings_per_second)}
        unit="/s"
        note={`${compact(ingest.processed)} stored`}
      />
      <Stat
        label="Erring"
        value={
          devices.erring > 0 ? (
            <Link to="/devices" search={{ erring: true }} className={classes.figure}>
              {count(devices.erring)}
            </Link>
          ) : (
            count(devices.erring)
          )
        }
        {...failing}
        note={<Link to="/ingest">{compact(errors)} errors, 24 h</Link>}
      />
      <Stat
        label="In flight"
        value={ingest.pending == null ? "?" : compact(ingest.pending)}
        note={ingest.pending == null ? "NATS cannot be reached" : "not stored yet"}
      />
      <Stat
        label="Dead letters"
        value={compact(ingest.dead_letters)}
        {...(ingest.dead_letters > 0 ? { tone: "bad" as const } : {})}
        note={ingest.dead_letters > 0 ? "wait for a decision" : "none wait"}
      />
    </Stats>
  );
}
