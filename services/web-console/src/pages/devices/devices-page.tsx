import { Button } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useSearch } from "@tanstack/react-router";
import { useEffect, useMemo, useState } from "react";
import type { Device } from "../../api/types";
import { DEVICES_EVERY, lastSeen, useDevices, useLiveLastSeen } from "../../data/devices";
import { useOverview } from "../../data/overview";
import { count, counted } from "../../lib/format";
import { localClock } from "../../lib/time";
import { Freshness } from "../../ui/freshness";
import { LiveTag } from "../../ui/live-tag";
import { PageHeader } from "../../ui/panel";
import { Answered, Empty } from "../../ui/states";
import { DeviceTable } from "./device-table";
import classes from "./devices.module.css";
import { Filters } from "./filters";

const NONE: Device[] = [];
/** How many of the drawn devices are listened to at most. */
const MOST_HEARD = 60;

/** All devices, searchable, with their last sign of life as it happens. */
export function DevicesPage() {
  const filter = useSearch({ from: "/signed-in/devices" });
  const overview = useOverview();
  const devices = useDevices(filter);
  const pages = devices.data?.pages;
  const items = useMemo(() => pages?.flatMap((page) => page.items) ?? NONE, [pages]);
  const [shown, setShown] = useState<readonly string[]>([]);
  // While the list is scrolled, the stream stays as it is.
  const [heard] = useDebouncedValue(shown, 400);
  const { seen, state } = useLiveLastSeen(heard.slice(0, MOST_HEARD));
  const filtered = filter.q !== undefined || filter.status !== undefined;
  const refreshed = (pages?.length ?? 0) <= 2;

  return (
    <div className={classes.page}>
      <PageHeader
        title="Devices"
        note={
          filtered || devices.hasNextPage || !pages
            ? `${count(items.length)} shown of ${count(overview.data?.devices.total ?? items.length)}`
            : counted(items.length, "device")
        }
      >
        {refreshed ? (
          <Freshness updatedAt={devices.dataUpdatedAt} every={DEVICES_EVERY} />
        ) : (
          <>
            <span className="muted">as of {localClock(devices.dataUpdatedAt)}</span>
            <Button size="compact-xs" variant="default" onClick={() => void devices.refetch()}>
              Refresh
            </Button>
          </>
        )}
        <LiveTag state={state} />
      </PageHeader>
      <div className={classes.panel}>
        <Filters overview={overview.data} />
        <Answered query={devices} what="The devices" lines={6}>
          {() =>
            items.length === 0 ? (
              <Empty title={filtered ? "No device matches" : "No device yet"}>
                {filtered
                  ? "Change the search or the status."
                  : "A device appears here with its first message."}
              </Empty>
            ) : (
              <DeviceTable
                // Another filter starts at its top.
                key={`${filter.q ?? ""}/${filter.status ?? ""}`}
                devices={items}
                complete={!devices.hasNextPage}
                lastSeen={(device) => lastSeen(device, seen)}
                onShown={setShown}
                onEnd={() => {
                  if (devices.hasNextPage && !devices.isFetchingNextPage) void devices.fetchNextPage();
                }}
              />
            )
          }
        </Answered>
        <More failed={devices.isFetchNextPageError} onRetry={() => void devices.fetchNextPage()} />
      </div>
    </div>
  );
}

function More({ failed, onRetry }: { failed: boolean; onRetry: () => void }) {
  const [told, setTold] = useState(false);
  useEffect(() => setTold(failed), [failed]);
  if (!told) return null;
  return (
    <p className={classes.more} role="alert">
      More devices could not be loaded.{" "}
      <Button size="compact-xs" variant="default" onClick={onRetry}>
        Try again
      </Button>
    </p>
  );
}
