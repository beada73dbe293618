import { SegmentedControl, Switch } from "@mantine/core";
import { useLocalStorage } from "@mantine/hooks";
import { Link, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useEffect, useMemo, useState } from "react";
import { $api } from "../../api/client";
import { toApiError } from "../../api/problem";
import type { Device, LatestValue, Metric } from "../../api/types";
import { displayOf } from "../../lib/format";
import { defaultRange, RANGES, type Range } from "../../lib/ranges";
import { millis } from "../../lib/time";
import { Panel } from "../../ui/panel";
import { Answered, Empty } from "../../ui/states";
import classes from "./device.module.css";
import { DeviceHeader } from "./device-header";
import { LatestValues } from "./latest-values";
import { LiveReadings } from "./live-readings";
import { MetricChart } from "./metric-chart";
import { newestValues, useDeviceLive } from "./use-device-live";

const DEVICE_EVERY = 10_000;
const COLORS = ["--chart-1", "--chart-2", "--chart-3", "--chart-4"];

/** Everything about one device. */
export function DevicePage() {
  const { serial } = useParams({ from: "/signed-in/devices/$serial" });
  const init = { params: { path: { serial } } };
  const device = $api.useQuery("get", "/v1/devices/{serial}", init, { refetchInterval: DEVICE_EVERY });
  const latest = $api.useQuery("get", "/v1/devices/{serial}/latest", init, { refetchInterval: DEVICE_EVERY });
  if (device.error && toApiError(device.error).status === 404) {
    return (
      <Empty page title={`There is no device ${serial}`}>
        <Link to="/">Go to the fleet</Link>
      </Empty>
    );
  }
  return (
    <Answered query={device} what="The device" lines={3}>
      {(found) => (
        <Answered query={latest} what="The latest values" lines={6}>
          {/* The key makes another device start from nothing: no readings of the one before. */}
          {(values) => <DeviceView key={serial} device={found} fetched={values.items} />}
        </Answered>
      )}
    </Answered>
  );
}

function useCatalogue(): ReadonlyMap<string, Metric> {
  const metrics = $api.useQuery("get", "/v1/metrics", {}, { staleTime: 300_000 });
  return useMemo(
    () => new Map((metrics.data?.items ?? []).map((metric) => [metric.name, metric])),
    [metrics.data],
  );
}

function newestAt(values: readonly LatestValue[]): number | null {
  return values.length === 0 ? null : Math.max(...values.map((value) => millis(value.recorded_at)));
}

function firstSeenAt(device: Device): number | null {
  return device.first_seen_at ? millis(device.first_seen_at) : null;
}

function DeviceView({ device, fetched }: { device: Device; fetched: readonly LatestValue[] }) {
  const metrics = useCatalogue();
  const live = useDeviceLive(device.serial);
  const values = useMemo(() => newestValues(fetched, live.recent), [fetched, live.recent]);
  const [converted, setConverted] = useLocalStorage({ key: "sens.converted", defaultValue: true });
  const [range, setRange] = useRange(device, newestAt(values));
  const charted = values.filter(({ value }) => typeof value !== "string");
  const convertible = values.some(({ metric }) => (metrics.get(metric)?.display_factor ?? 1) !== 1);
  const received = live.recent[0]?.received_at;
  const seen =
    received && (!device.last_seen_at || received > device.last_seen_at) ? received : device.last_seen_at;

  return (
    <>
      <DeviceHeader device={device} seen={seen ?? null} />
      <div className={classes.toolbar}>
        <SegmentedControl
          size="xs"
          aria-label="Time range"
          value={range}
          onChange={(value) => setRange(value as Range)}
          data={RANGES.map((value) => ({ value, label: value }))}
        />
        {convertible ? (
          <Switch
            size="xs"
            label="Show ticks in mm"
            checked={converted}
            onChange={(event) => setConverted(event.currentTarget.checked)}
          />
        ) : null}
      </div>
      <div className={classes.columns}>
        <div className={classes.charts}>
          {charted.map(({ metric, unit, value }, index) => (
            <MetricChart
              key={metric}
              serial={device.serial}
              metric={metric}
              range={range}
              display={displayOf(metric, metrics.get(metric), converted, unit)}
              color={COLORS[index % COLORS.length] ?? "--chart-1"}
              stepped={typeof value === "boolean"}
              live={live.state.phase === "live"}
              livePoints={live.points.get(metric) ?? NONE}
              firstSeen={firstSeenAt(device)}
            />
          ))}
          {values.length === 0 ? <NoReadings serial={device.serial} /> : null}
        </div>
        <div className={classes.side}>
          <LatestValues values={values} metrics={metrics} converted={converted} />
          <LiveReadings live={live} metrics={metrics} converted={converted} />
        </div>
      </div>
    </>
  );
}

const NONE: never[] = [];

/** The range in the address, or else the one in which this device has something to show. */
function useRange(device: Device, newest: number | null): [Range, (range: Range) => void] {
  const { range } = useSearch({ from: "/signed-in/devices/$serial" });
  const navigate = useNavigate({ from: "/devices/$serial" });
  const [initial, setInitial] = useState(() => defaultRange(newest, firstSeenAt(device), Date.now()));
  const empty = newest === null;
  useEffect(() => {
    // The first reading arrives while the page is open.
    if (empty) setInitial("15m");
  }, [empty]);
  return [range ?? initial, (next) => void navigate({ search: { range: next }, replace: true })];
}

function NoReadings({ serial }: { serial: string }) {
  return (
    <Panel title="Readings">
      <Empty title="This device has not sent a reading yet">
        It publishes to <code>sens/v1/{serial}/telemetry</code>. The first reading appears here by itself.
      </Empty>
    </Panel>
  );
}
