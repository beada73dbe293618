import type { ReactNode } from "react";
import classes from "./table.module.css";

/** A dense table that scrolls by itself when there is no room, by keyboard too. */
export function Table({
  label,
  children,
  minWidth,
}: {
  label: string;
  children: ReactNode;
  minWidth?: number;
}) {
  return (
    // biome-ignore lint/a11y: a region that scrolls must be reachable by keyboard
    <div className={classes.scroll} role="group" aria-label={label} tabIndex={0}>
      <table className={classes.table} style={minWidth ? { minWidth } : undefined}>
        {children}
      </table>
    </div>
  );
}

/** Class for cells that hold numbers. */
export const numeric = classes.numeric ?? "";
/** Class for cells that leave on narrow screens. */
export const wideOnly = classes.wide ?? "";
