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
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
    <section className={classes.scroll} aria-label={label} tabIndex={0}>
      <table className={classes.table} style={minWidth ? { minWidth } : undefined}>
        {children}
      </table>
    </section>
  );
}

/** Class for cells that hold numbers. */
export const numeric = classes.numeric ?? "";
/** Class for cells that leave on narrow screens. */
export const wideOnly = classes.wide ?? "";
/** Class for rows that lead somewhere. */
export const clickable = classes.clickable ?? "";
