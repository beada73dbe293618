import { Link } from "@tanstack/react-router";
import type { Overview } from "../../api/types";
import { BarList } from "../../ui/bar-list";
import { Panel } from "../../ui/panel";
import { Empty } from "../../ui/states";

/** The reasons of the last day; choosing one narrows the list of errors. */
export function ReasonChoice({ overview }: { overview: Overview }) {
  const items = overview.errors_by_reason.map(({ reason, count }) => ({
    key: reason,
    count,
    label: (
      <Link
        from="/ingest"
        to="/ingest"
        search={(before) => ({ ...before, reason })}
        className="mono"
        resetScroll={false}
      >
        {reason}
      </Link>
    ),
  }));
  return (
    <Panel title="Errors by reason" aside="24 hours">
      {items.length > 0 ? (
        <BarList items={items} tone="bad" />
      ) : (
        <Empty title="No errors">All readings were good.</Empty>
      )}
    </Panel>
  );
}
