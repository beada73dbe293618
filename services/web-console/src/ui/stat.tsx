import type { ReactNode } from "react";
import classes from "./stat.module.css";
import type { Tone } from "./tag";

interface StatProps {
  label: string;
  value: ReactNode;
  /** A smaller word behind the value, such as a unit. */
  unit?: string;
  note?: ReactNode;
  tone?: Tone;
}

/** One number with its name. */
export function Stat({ label, value, unit, note, tone }: StatProps) {
  return (
    <div className={classes.stat}>
      <dt className={classes.label}>{label}</dt>
      <dd className={classes.figure} data-tone={tone}>
        <span className={classes.value}>{value}</span>
        {unit ? <span className={classes.unit}>{unit}</span> : null}
      </dd>
      {note ? <dd className={classes.note}>{note}</dd> : null}
    </div>
  );
}

/** A row of numbers, as many beside each other as there is room for. */
export function Stats({ label, children }: { label: string; children: ReactNode }) {
  return (
    <dl className={classes.stats} aria-label={label}>
      {children}
    </dl>
  );
}
