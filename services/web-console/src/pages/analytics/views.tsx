import { Link } from "@tanstack/react-router";
import { $api } from "../../api/client";
import type {
  AverageExtension,
  BatterySummary,
  ExtensionVsRetraction,
  PlatformHeight,
} from "../../api/types";
import { count, oneDecimal } from "../../lib/format";
import { millis } from "../../lib/time";
import { Freshness } from "../../ui/freshness";
import { Panel } from "../../ui/panel";
import { Answered } from "../../ui/states";
import { TimeAgo } from "../../ui/time";
import { type Column, SortableTable } from "./sortable-table";

const EVERY = 15_000;
const REFRESH = { refetchInterval: EVERY } as const;

function device<Row extends { serial: string }>(): Column<Row> {
  return {
    key: "serial",
    label: "Device",
    sort: (row) => row.serial,
    show: (row) => (
      <Link to="/devices/$serial" params={{ serial: row.serial }} className="nowrap">
        {row.serial}
      </Link>
    ),
  };
}

function measured<Row>(
  key: string,
  label: string,
  read: (row: Row) => number | null | undefined,
  format: (value: number) => string = oneDecimal,
): Column<Row> {
  return {
    key,
    label,
    number: true,
    sort: (row) => read(row) ?? null,
    show: (row) => {
      const value = read(row);
      return value == null ? <span className="muted">–</span> : format(value);
    },
  };
}

const AVERAGE: Column<AverageExtension>[] = [
  device(),
  measured("avg", "Average, mm", (row) => row.avg_extension_mm),
];

const MOVES: Column<ExtensionVsRetraction>[] = [
  device(),
  measured("extensions", "Extensions", (row) => row.extensions, count),
  measured("retractions", "Retractions", (row) => row.retractions, count),
  measured("balance", "Difference", (row) => row.extensions - row.retractions, count),
];

const BATTERY: Column<BatterySummary>[] = [
  device(),
  measured("last", "Last, %", (row) => row.last_pct),
  measured("min", "Min, %", (row) => row.min_pct),
  measured("avg", "Average, %", (row) => row.avg_pct),
  measured("max", "Max, %", (row) => row.max_pct),
  {
    key: "seen",
    label: "Measured",
    number: true,
    sort: (row) => (row.last_seen ? millis(row.last_seen) : null),
    show: (row) => <TimeAgo time={row.last_seen ?? null} />,
  },
];

const HEIGHT: Column<PlatformHeight>[] = [
  device(),
  measured("last", "Last, mm", (row) => row.last_mm),
  measured("min", "Min, mm", (row) => row.min_mm),
  measured("avg", "Average, mm", (row) => row.avg_mm),
  measured("max", "Max, mm", (row) => row.max_mm),
];

interface ViewProps<Row extends { serial: string }> {
  title: string;
  query: {
    data: { items: Row[] } | undefined;
    error: unknown;
    isPending: boolean;
    refetch: () => unknown;
    dataUpdatedAt: number;
  };
  columns: Column<Row>[];
  search: string;
}

function View<Row extends { serial: string }>({ title, query, columns, search }: ViewProps<Row>) {
  return (
    <Panel title={title} flush aside={<Freshness updatedAt={query.dataUpdatedAt} every={EVERY} />}>
      <Answered query={query} what={title} lines={6}>
        {({ items }) => (
          <SortableTable
            label={title}
            rows={items.filter(({ serial }) => serial.toLowerCase().includes(search))}
            columns={columns}
            rowKey={({ serial }) => serial}
          />
        )}
      </Answered>
    </Panel>
  );
}

interface SearchProps {
  search: string;
}

export function AverageExtensionView({ search }: SearchProps) {
  const query = $api.useQuery("get", "/v1/analytics/average-extension", {}, REFRESH);
  return <View title="Average extension" query={query} columns={AVERAGE} search={search} />;
}

export function ExtensionVsRetractionView({ search }: SearchProps) {
  const query = $api.useQuery("get", "/v1/analytics/extension-vs-retraction", {}, REFRESH);
  return <View title="Extension against retraction" query={query} columns={MOVES} search={search} />;
}

export function BatteryView({ search }: SearchProps) {
  const query = $api.useQuery("get", "/v1/analytics/battery-summary", {}, REFRESH);
  return <View title="Battery" query={query} columns={BATTERY} search={search} />;
}

export function HeightView({ search }: SearchProps) {
  const query = $api.useQuery("get", "/v1/analytics/platform-height", {}, REFRESH);
  return <View title="Platform height" query={query} columns={HEIGHT} search={search} />;
}
