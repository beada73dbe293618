import { SegmentedControl, TextInput } from "@mantine/core";
import { useDebouncedCallback, useHotkeys } from "@mantine/hooks";
import { useNavigate, useRouter, useSearch } from "@tanstack/react-router";
import { useRef, useState } from "react";
import type { Device, Overview } from "../../api/types";
import { count } from "../../lib/format";
import type { StatusFilter } from "../../router";
import { Freshness } from "../../ui/freshness";
import { SearchIcon } from "../../ui/icons";
import { LiveTag } from "../../ui/live-tag";
import { Pager } from "../../ui/pager";
import { Panel } from "../../ui/panel";
import { Answered, Empty } from "../../ui/states";
import { DeviceTable } from "./device-table";
import classes from "./fleet.module.css";
import { DEVICES_EVERY, lastSeen, useDevices, useLiveLastSeen } from "./use-fleet";

const NONE: Device[] = [];

/** The devices, searchable, a page at a time, with their last sign of life as it happens. */
export function DeviceList({ overview }: { overview: Overview }) {
  const { q, status } = useSearch({ from: "/signed-in/" });
  const [trail, setTrail] = useState<string[]>([]);
  const filter = { ...(q ? { q } : {}), ...(status ? { status } : {}) };
  const devices = useDevices(filter, trail.at(-1) ?? null);
  const items = devices.data?.items ?? NONE;
  const { seen, state } = useLiveLastSeen(items);

  return (
    <Panel
      flush
      title="Devices"
      aside={
        <>
          <Freshness updatedAt={devices.dataUpdatedAt} every={DEVICES_EVERY} />
          <LiveTag state={state} />
        </>
      }
    >
      <Filters overview={overview} onChange={() => setTrail([])} />
      <Answered query={devices} what="The devices" lines={6}>
        {(page) =>
          page.items.length === 0 ? (
            <Empty title="No device matches">Change the search or the status.</Empty>
          ) : (
            <DeviceTable devices={page.items} lastSeen={(device) => lastSeen(device, seen)} />
          )
        }
      </Answered>
      <Pager
        trail={trail}
        next={devices.data?.next_cursor ?? null}
        busy={devices.isPlaceholderData}
        onTrail={setTrail}
      />
    </Panel>
  );
}

function Filters({ overview, onChange }: { overview: Overview; onChange: () => void }) {
  const { q, status } = useSearch({ from: "/signed-in/" });
  const navigate = useNavigate();
  const router = useRouter();
  const input = useRef<HTMLInputElement>(null);
  useHotkeys([["/", () => input.current?.focus()]]);

  const search = useDebouncedCallback((value: string) => {
    // Whoever followed a link meanwhile is not called back.
    if (router.latestLocation.pathname !== "/") return;
    onChange();
    void navigate({
      to: "/",
      search: { ...(status ? { status } : {}), ...(value ? { q: value } : {}) },
      replace: true,
    });
  }, 200);
  const choose = (value: string): void => {
    onChange();
    const chosen = value === "all" ? {} : { status: value as StatusFilter };
    void navigate({ to: "/", search: { ...(q ? { q } : {}), ...chosen }, replace: true });
  };

  return (
    <div className={classes.filters}>
      <TextInput
        ref={input}
        size="xs"
        className={classes.search ?? ""}
        type="search"
        placeholder="Search serial, name or model"
        aria-label="Search devices"
        leftSection={<SearchIcon size={15} />}
        rightSection={<kbd className={classes.key}>/</kbd>}
        defaultValue={q ?? ""}
        onChange={(event) => search(event.currentTarget.value.trim())}
      />
      <SegmentedControl
        size="xs"
        aria-label="Status"
        value={status ?? "all"}
        onChange={choose}
        data={[
          { value: "all", label: "All" },
          { value: "online", label: `Online ${count(overview.devices.online)}` },
          { value: "silent", label: `Silent ${count(overview.devices.silent)}` },
          { value: "never_seen", label: `Never ${count(overview.devices.never_seen)}` },
        ]}
      />
    </div>
  );
}
