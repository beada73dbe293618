import { type ReactNode, useId } from "react";
import classes from "./panel.module.css";

interface PanelProps {
  title: ReactNode;
  /** What stands at the right of the title. */
  aside?: ReactNode;
  /** Without inner padding, for tables. */
  flush?: boolean;
  children: ReactNode;
}

/** A titled box, the one container of all pages. */
export function Panel({ title, aside, flush = false, children }: PanelProps) {
  const id = useId();
  return (
    <section className={classes.panel} aria-labelledby={id}>
      <header className={classes.header}>
        <h2 id={id}>{title}</h2>
        {aside ? <div className={classes.aside}>{aside}</div> : null}
      </header>
      <div className={flush ? classes.flush : classes.body}>{children}</div>
    </section>
  );
}

/** The head of a page: its name, what it shows, and its controls. */
export function PageHeader({
  title,
  note,
  children,
}: {
  title: ReactNode;
  note?: ReactNode;
  children?: ReactNode;
}) {
  return (
    <div className={classes.page}>
      <div className={classes.titles}>
        <h1>{title}</h1>
        {note ? <div className={classes.note}>{note}</div> : null}
      </div>
      {children ? <div className={classes.controls}>{children}</div> : null}
    </div>
  );
}
