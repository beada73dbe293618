import { type ReactNode, useState } from "react";
import { count } from "../../lib/format";
import { Empty } from "../../ui/states";
import { numeric, Table } from "../../ui/table";
import classes from "./analytics.module.css";

export interface Column<Row> {
  key: string;
  label: string;
  /** What rows are ordered by; null goes last. */
  sort: (row: Row) => number | string | null;
  show: (row: Row) => ReactNode;
  number?: boolean;
}

/** More rows than this are not drawn at once; the order and the filter say which. */
const MOST_ROWS = 300;

interface Order {
  key: string;
  descending: boolean;
}

interface SortableTableProps<Row> {
  label: string;
  rows: readonly Row[];
  columns: readonly Column<Row>[];
  rowKey: (row: Row) => string;
}

/** Rows in an order, nulls last whichever way. */
export function ordered<Row>(
  rows: readonly Row[],
  column: Column<Row> | undefined,
  descending: boolean,
): Row[] {
  if (!column) return [...rows];
  return [...rows].sort((left, right) => {
    const a = column.sort(left);
    const b = column.sort(right);
    if (a === null || b === null) return a === b ? 0 : a === null ? 1 : -1;
    const way = typeof a === "string" ? a.localeCompare(String(b), "en") : a - Number(b);
    return descending ? -way : way;
  });
}

/** A table whose columns can be ordered by. */
export function SortableTable<Row>({ label, rows, columns, rowKey }: SortableTableProps<Row>) {
  const [order, setOrder] = useState<Order>({ key: columns[0]?.key ?? "", descending: false });
  if (rows.length === 0) return <Empty title="No readings of this kind yet" />;
  const chosen = columns.find(({ key }) => key === order.key);
  const choose = (column: Column<Row>): void =>
    setOrder(({ key, descending }) => ({
      key: column.key,
      descending: key === column.key ? !descending : column.number === true,
    }));
  const sorted = ordered(rows, chosen, order.descending);
  return (
    <>
      <Table label={label}>
        <thead>
          <tr>
            {columns.map((column) => (
              <Head key={column.key} column={column} order={order} onChoose={() => choose(column)} />
            ))}
          </tr>
        </thead>
        <tbody>
          {sorted.slice(0, MOST_ROWS).map((row) => (
            <tr key={rowKey(row)}>
              {columns.map((column) => (
                <td key={column.key} className={column.number ? numeric : undefined}>
                  {column.show(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </Table>
      {sorted.length > MOST_ROWS ? (
        <p className={classes.cut}>
          The first {count(MOST_ROWS)} of {count(sorted.length)} devices in this order. Filter by serial to
          see others.
        </p>
      ) : null}
    </>
  );
}

interface HeadProps<Row> {
  column: Column<Row>;
  order: Order;
  onChoose: () => void;
}

function Head<Row>({ column, order, onChoose }: HeadProps<Row>) {
  const active = order.key === column.key;
  const direction = order.descending ? "descending" : "ascending";
  return (
    <th scope="col" className={column.number ? numeric : undefined} aria-sort={active ? direction : "none"}>
      <button type="button" className={classes.sort} data-number={column.number === true} onClick={onChoose}>
        {column.label}
        <span aria-hidden="true" className={classes.arrow} data-active={active}>
          {active && order.descending ? "↓" : "↑"}
        </span>
      </button>
    </th>
  );
}
