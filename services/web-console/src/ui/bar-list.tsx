import type { ReactNode } from "react";
import { count as formatCount } from "../lib/format";
import classes from "./bar-list.module.css";

export interface BarItem {
  key: string;
  label: ReactNode;
  count: number;
}

/** Counts as bars, the largest first. */
export function BarList({ items, tone = "accent" }: { items: BarItem[]; tone?: "accent" | "bad" }) {
  const sorted = [...items].sort((a, b) => b.count - a.count);
  const largest = sorted[0]?.count ?? 1;
  return (
    <ul className={classes.list}>
      {sorted.map((item) => (
        <li key={item.key} className={classes.item}>
          <span className={classes.label}>{item.label}</span>
          <span className={classes.count}>{formatCount(item.count)}</span>
          <span className={classes.track} aria-hidden="true">
            <span
              className={classes.bar}
              data-tone={tone}
              style={{ width: `${Math.max((item.count / Math.max(largest, 1)) * 100, 1)}%` }}
            />
          </span>
        </li>
      ))}
    </ul>
  );
}
