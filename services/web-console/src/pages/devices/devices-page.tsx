import { Button } from "@mantine/core";
import { useSearch } from "@tanstack/react-router";
import { useCallback, useEffect, useMemo, useState } from "react";
import type { Device, DeviceTotal } from "../../api/types";
import { usePermissions } from "../../auth/roles";
import { DEVICES_EVERY, lastSeen, useDevices, useLiveLastSeen } from "../../data/devices";
import { useOverview } from "../../data/overview";
import { counted } from "../../lib/format";
import { localClock } from "../../lib/time";
import { Freshness } from "../../ui/freshness";
import { LiveTag } from "../../ui/live-tag";
import { PageHeader } from "../../ui/panel";
import { Answered, Empty } from "../../ui/states";
import { BulkBar } from "./bulk-bar";
import { DeviceTable } from "./device-table";
import classes from "./devices.module.css";
import { Export } from "./export";
import { Filters, useChangeView } from "./filters";
import { ImportDialog } from "./import-dialog";
import { NewDevice } from "./new-device";
import { useSelected } from "./use-selected";

const NONE: Device[] = [];
/** How many of the drawn devices are listened to at most. */
const MOST_HEARD = 60;

/** How many there are, and how many of them are listed so far. */
function amount(listed: number, complete: boolean, total: DeviceTotal | null | undefined): string {
  if (complete || !total) return counted(listed, "device");
  return `${total.exact ? "" : "about "}${counted(Math.max(total.count, listed), "device")}`;
}

/** All devices: searched, filtered, sorted, changed together, with their last sign of life as it happens. */
export function DevicesPage() {
  const view = useSearch({ from: "/signed-in/devices" });
  const change = useChangeView();
  const { operate } = usePermissions();
  const narrow = useCallback(
    (selector: string) => change({ label: [...new Set([...(view.label ?? []), selector])] }),
    [change, view.label],
  );
  const overview = useOverview();
  const devices = useDevices(view);
  const pages = devices.data?.pages;
  const items = useMemo(() => pages?.flatMap((page) => page.items) ?? NONE, [pages]);
  const [shown, setShown] = useState<readonly string[]>([]);
  const { seen, state } = useLiveLastSeen(shown.slice(0, MOST_HEARD));
  const { sort: _sort, ...filters } = view;
  const filtered = Object.keys(filters).length > 0;
  const key = JSON.stringify(view);
  const selected = useSelected(key);
  const refreshed = (pages?.length ?? 0) <= 2;

  return (
    <div className={classes.page}>
      <PageHeader
        title="Devices"
        note={pages ? amount(items.length, !devices.hasNextPage, pages[0]?.total) : "…"}
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
        <Export view={view} />
        {operate ? <Enter /> : null}
      </PageHeader>
      <div className={classes.panel}>
        <Filters overview={overview.data} />
        {operate ? <BulkBar selected={selected} devices={items} /> : null}
        <Answered query={devices} what="The devices" lines={6}>
          {() =>
            items.length === 0 ? (
              <Empty title={filtered ? "No device matches" : "No device yet"}>
                {filtered
                  ? "Change the search or the filters."
                  : "A device appears here with its first message."}
              </Empty>
            ) : (
              <DeviceTable
                // Another view starts at its top.
                key={key}
                devices={items}
                // Until the answer is there, what is shown is of the view before.
                busy={devices.isPlaceholderData}
                complete={!devices.hasNextPage}
                sort={view.sort}
                selected={operate ? selected : null}
                lastSeen={(device) => lastSeen(device, seen)}
                onSort={(sort) => change({ sort: sort === "serial" ? undefined : sort })}
                onLabel={narrow}
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

/** The ways to enter devices, for keys that may. */
function Enter() {
  const [showing, setShowing] = useState<"new" | "import" | null>(null);
  const close = (): void => setShowing(null);
  return (
    <>
      <Button size="xs" variant="default" onClick={() => setShowing("import")}>
        Import
      </Button>
      <Button size="xs" onClick={() => setShowing("new")}>
        Add a device
      </Button>
      <ImportDialog open={showing === "import"} onClose={close} />
      <NewDevice open={showing === "new"} onClose={close} />
    </>
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
