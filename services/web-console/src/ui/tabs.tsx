import { Link } from "@tanstack/react-router";
import { useEffect, useRef } from "react";
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
  const row = useRef<HTMLElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the chosen tab may lie outside of a narrow screen
  useEffect(() => {
    const chosen = row.current?.querySelector<HTMLElement>("[aria-current]");
    if (chosen && row.current) row.current.scrollLeft = chosen.offsetLeft - row.current.offsetLeft - 40;
  }, [active]);
  return (
    <nav ref={row} className={classes.tabs} aria-label={label}>
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
