import { Link } from "@tanstack/react-router";
import type { Overview } from "../../api/types";
import { BarList } from "../../ui/bar-list";
import { Panel } from "../../ui/panel";
import { Empty } from "../../ui/states";

/** What went wrong in the last day, by reason. */
export function ErrorReasons({ overview }: { overview: Overview }) {
  const items = overview.errors_by_reason.map(({ reason, count }) => ({
    key: reason,
    count,
    label: (
      <Link to="/ingest" search={{ reason }} className="mono">
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

/** How many devices run which firmware. */
export function Firmware({ overview }: { overview: Overview }) {
  const items = overview.firmware.map(({ firmware, count }) => ({
    key: firmware ?? "",
    count,
    label: firmware === null ? <span className="muted">not reported</span> : firmware,
  }));
  return (
    <Panel title="Firmware" aside="devices">
      {items.length > 0 ? <BarList items={items} /> : <Empty title="No firmware reported" />}
    </Panel>
  );
}
