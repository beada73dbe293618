import { useLocalStorage } from "@mantine/hooks";
import { Link, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useMemo } from "react";
import { $api } from "../../api/client";
import { toApiError } from "../../api/problem";
import type { Device, LatestValue } from "../../api/types";
import { useCatalogue } from "../../data/metrics";
import type { DeviceTab } from "../../lib/search";
import { Answered, Empty } from "../../ui/states";
import { type TabItem, Tabs } from "../../ui/tabs";
import { Commands } from "./commands/commands";
import { Corrections } from "./corrections/corrections";
import { DeviceCharts } from "./device-charts";
import { DeviceHeader } from "./device-header";
import { Messages } from "./messages";
import { Missing } from "./missing";
import { Presence } from "./presence/presence";
import { newestValues, useDeviceLive } from "./use-device-live";

const DEVICE_EVERY = 10_000;
const TABS: readonly (TabItem & { key: DeviceTab })[] = [
  { key: "charts", label: "Readings" },
  { key: "messages", label: "Messages" },
  { key: "missing", label: "Why is a reading missing?" },
  { key: "commands", label: "Commands" },
  { key: "presence", label: "Presence" },
  { key: "corrections", label: "Corrections" },
];

/** Everything about one device. */
export function DevicePage() {
  const { serial } = useParams({ from: "/signed-in/devices/$serial" });
  const init = { params: { path: { serial } } };
  const device = $api.useQuery("get", "/v1/devices/{serial}", init, { refetchInterval: DEVICE_EVERY });
  const latest = $api.useQuery("get", "/v1/devices/{serial}/latest", init, { refetchInterval: DEVICE_EVERY });
  if (device.error && toApiError(device.error).status === 404) {
    return (
      <Empty page title={`There is no device ${serial}`}>
        <Link to="/devices">Go to the devices</Link>
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

function DeviceView({ device, fetched }: { device: Device; fetched: readonly LatestValue[] }) {
  const { tab = "charts" } = useSearch({ from: "/signed-in/devices/$serial" });
  const navigate = useNavigate({ from: "/devices/$serial" });
  const metrics = useCatalogue();
  const live = useDeviceLive(device.serial);
  const values = useMemo(() => newestValues(fetched, live.recent), [fetched, live.recent]);
  const [converted, setConverted] = useLocalStorage({ key: "sens.converted", defaultValue: true });
  const received = live.recent[0]?.received_at;
  const seen =
    received && (!device.last_seen_at || received > device.last_seen_at) ? received : device.last_seen_at;
  return (
    <>
      <DeviceHeader device={device} values={values} seen={seen ?? null} />
      <Tabs
        label="About this device"
        items={TABS}
        active={tab}
        search={(key) => (key === "charts" ? {} : { tab: key })}
      />
      {tab === "charts" ? (
        <DeviceCharts
          device={device}
          values={values}
          metrics={metrics}
          live={live}
          converted={converted}
          onConverted={setConverted}
          onPick={(at, metric) => void navigate({ search: { tab: "missing", at, metric } })}
        />
      ) : null}
      {tab === "messages" ? <Messages serial={device.serial} /> : null}
      {tab === "missing" ? <Missing serial={device.serial} values={values} metrics={metrics} /> : null}
      {tab === "commands" ? <Commands serial={device.serial} /> : null}
      {tab === "presence" ? <Presence serial={device.serial} /> : null}
      {tab === "corrections" ? (
        <Corrections serial={device.serial} values={values} metrics={metrics} />
      ) : null}
    </>
  );
}
