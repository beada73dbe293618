import { Link } from "@tanstack/react-router";
import classes from "./tabs.module.css";

export interface TabItem {
  key: string;
  label: string;
}

interface TabsProps {
  label: string;
  items: readonly TabItem[];
  active: string;
  /** The search of the address that shows a tab. */
  search: (key: string) => Record<string, unknown>;
}

/** Parts of a page, each at an address of its own. */
export function Tabs({ label, items, active, search }: TabsProps) {
  return (
    <nav className={classes.tabs} aria-label={label}>
      {items.map(({ key, label: text }) => (
        <Link
          key={key}
          to="."
          search={search(key) as never}
          replace
          resetScroll={false}
          className={classes.tab}
          aria-current={key === active ? "page" : undefined}
          data-chosen={key === active || undefined}
        >
          {text}
        </Link>
      ))}
    </nav>
  );
}
