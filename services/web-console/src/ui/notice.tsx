import type { ReactNode } from "react";
import classes from "./notice.module.css";
import type { Tone } from "./tag";

/** A sentence that must be read, in its tone; bad news is announced at once. */
export function Notice({ tone, children }: { tone: Tone; children: ReactNode }) {
  return (
    <div className={classes.notice} data-tone={tone} role={tone === "bad" ? "alert" : "status"}>
      {children}
    </div>
  );
}
