import { useDebouncedCallback } from "@mantine/hooks";
import { useNavigate } from "@tanstack/react-router";
import { type MouseEvent, memo, type ReactNode, useCallback, useEffect, useState } from "react";
import type { Device } from "../../api/types";
import { isErring } from "../../lib/erring";
import type { DeviceSort, DevicesSearch } from "../../lib/search";
import { AlertIcon, SortIcon } from "../../ui/icons";
import { useNow } from "../../ui/now";
import { StatusTag, Tag } from "../../ui/tag";
import { TimeAgo } from "../../ui/time";
import { useVisibleRows } from "../../ui/use-visible-rows";
import classes from "./devices.module.css";
import { LabelTags } from "./label-tags";
import type { Selected } from "./use-selected";

/** Every row is this high, which is what lets the table draw only what is seen; also in the style sheet. */
const ROW_HEIGHT = 42;
/** More rows are asked for when fewer than this lie below. */
const AHEAD = 60;
/** Milliseconds for which the drawn rows must stay the same before they are told. */
const REST = 400;

interface DeviceTableProps {
  devices: readonly Device[];
  /** Whether these are still those of another view. */
  busy: boolean;
  /** Whether there are no more than these. */
  complete: boolean;
  sort: DevicesSearch["sort"];
  /** What is chosen to be changed together; nothing for keys that change nothing. */
  selected: Selected | null;
  lastSeen: (device: Device) => string | null;
  onSort: (sort: DevicesSearch["sort"]) => void;
  onLabel: (selector: string) => void;
  /** Gets the drawn devices, once scrolling rests. */
  onShown: (serials: readonly string[]) => void;
  onEnd: () => void;
}

/** A table that draws only the rows in sight, however many there are. */
export function DeviceTable(props: DeviceTableProps) {
  const { devices, complete, selected, lastSeen, onShown, onEnd } = props;
  const { container, start, end, before, after } = useVisibleRows(devices.length, ROW_HEIGHT);
  const rows = devices.slice(start, end);
  const serials = rows.map(({ serial }) => serial).join("\n");
  const tell = useDebouncedCallback(onShown, REST);
  useEffect(() => tell(serials.split("\n")), [serials, tell]);
  const near = end > devices.length - AHEAD;
  const navigate = useNavigate();
  const open = useCallback(
    (serial: string) => void navigate({ to: "/devices/$serial", params: { serial } }),
    [navigate],
  );
  // biome-ignore lint/correctness/useExhaustiveDependencies: asked again when more rows came and the end is still near
  useEffect(() => {
    if (near && !complete) onEnd();
  }, [near, complete, devices.length]);

  return (
    // biome-ignore lint/a11y: a region that scrolls must be reachable by keyboard
    <div ref={container} className={classes.scroll} role="group" aria-label="Devices" tabIndex={0}>
      <table
        className={classes.table}
        aria-busy={props.busy}
        aria-rowcount={complete ? devices.length + 1 : -1}
      >
        <Head {...props} />
        <tbody>
          <Spacer height={before} />
          {rows.map((device, index) => (
            <DeviceRow
              key={device.serial}
              device={device}
              seen={lastSeen(device)}
              rowIndex={start + index + 2}
              selected={selected}
              onLabel={props.onLabel}
              onOpen={open}
            />
          ))}
          <Spacer height={after} />
        </tbody>
      </table>
    </div>
  );
}

function Head({ devices, selected, sort, onSort }: DeviceTableProps) {
  const some = selected !== null && selected.serials.size > 0;
  const all = some && selected.serials.size >= devices.length;
  return (
    <thead>
      <tr>
        {selected ? (
          <th scope="col" className={classes.check}>
            <input
              type="checkbox"
              aria-label="Choose all devices listed so far"
              checked={all}
              ref={(box) => {
                if (box) box.indeterminate = some && !all;
              }}
              onChange={() => selected.set(all ? [] : devices.map(({ serial }) => serial))}
            />
          </th>
        ) : null}
        <Sorted by="serial" sort={sort ?? "serial"} onSort={onSort}>
          Device
        </Sorted>
        <Sorted by="name" sort={sort ?? "serial"} onSort={onSort} className={classes.roomy}>
          Name
        </Sorted>
        <th scope="col" className={classes.status}>
          Status
        </th>
        <Sorted by="last_seen_at" sort={sort ?? "serial"} onSort={onSort} className={classes.last}>
          Last seen
        </Sorted>
        <Sorted by="firmware" sort={sort ?? "serial"} onSort={onSort} className={classes.wide}>
          Firmware
        </Sorted>
        <th scope="col" className={classes.roomy}>
          Model
        </th>
        <th scope="col" className={classes.labels}>
          Labels
        </th>
      </tr>
    </thead>
  );
}

interface SortedProps {
  by: DeviceSort;
  sort: NonNullable<DevicesSearch["sort"]>;
  onSort: (sort: DevicesSearch["sort"]) => void;
  className?: string | undefined;
  children: ReactNode;
}

/** A column that can be sorted by: first ascending, then descending; times begin with the latest. */
function Sorted({ by, sort, onSort, className, children }: SortedProps) {
  const up = sort === by;
  const down = sort === `-${by}`;
  const first = by === "last_seen_at" ? (`-${by}` as const) : by;
  const second = by === "last_seen_at" ? by : (`-${by}` as const);
  return (
    <th scope="col" className={className} aria-sort={up ? "ascending" : down ? "descending" : undefined}>
      <button
        type="button"
        className={classes.sort}
        data-chosen={up || down || undefined}
        onClick={() => onSort(sort === first ? second : first)}
      >
        {children}
        {up || down ? <SortIcon size={13} up={up} /> : null}
      </button>
    </th>
  );
}

/** Takes the room of rows that are not drawn. */
function Spacer({ height }: { height: number }) {
  if (height === 0) return null;
  return (
    // biome-ignore lint/a11y/noAriaHiddenOnFocusable: a row of a table takes no focus
    <tr aria-hidden="true" className={classes.spacer}>
      <td style={{ height }} />
    </tr>
  );
}

/** A sign and no word: rows must stay as high as they are on narrow screens too. */
function Erring() {
  return (
    <span className={classes.erring} title="Something it sent was refused within the last 24 hours">
      <AlertIcon size={14} />
      <span className="visually-hidden">erring</span>
    </span>
  );
}

/** When a device was last heard; what arrives while it is in sight pulses. */
function LastSeen({ time }: { time: string | null }) {
  const [before] = useState(time);
  return (
    <span className={classes.seen}>
      <TimeAgo time={time} />
      {/* A new key restarts the animation: one pulse per sign of life. */}
      {time === before ? null : <span key={time} className={classes.pulse} aria-hidden="true" />}
    </span>
  );
}

interface DeviceRowProps {
  device: Device;
  seen: string | null;
  rowIndex: number;
  selected: Selected | null;
  onLabel: (selector: string) => void;
  onOpen: (serial: string) => void;
}

/** Whether a click asks for nothing but to follow the link: no new tab, no new window, no menu. */
function isPlain(event: MouseEvent): boolean {
  return event.button === 0 && !(event.metaKey || event.ctrlKey || event.shiftKey || event.altKey);
}

/** Drawn again only when something of it changed: while the table is scrolled most rows stay what they are. */
const DeviceRow = memo(function DeviceRow(props: DeviceRowProps) {
  const { device, seen, rowIndex, selected, onLabel, onOpen } = props;
  const { serial } = device;
  const chosen = selected?.serials.has(serial) ?? false;
  const now = useNow();
  return (
    <tr aria-rowindex={rowIndex} data-chosen={chosen || undefined}>
      {selected ? (
        <td className={classes.check}>
          <input
            type="checkbox"
            aria-label={`Choose ${serial}`}
            checked={chosen}
            onChange={() => selected.toggle(serial)}
          />
        </td>
      ) : null}
      <td>
        <span className={classes.device}>
          {/* A plain link: one of the router's takes longer to make than the rest of the row. */}
          <a
            href={`/devices/${encodeURIComponent(serial)}`}
            className={classes.serial}
            onClick={(event) => {
              if (!isPlain(event)) return;
              event.preventDefault();
              onOpen(serial);
            }}
          >
            {serial}
          </a>
          {isErring(device, now) ? <Erring /> : null}
          {device.placeholder ? <Tag>placeholder</Tag> : null}
          {device.name ? <span className={classes.name}>{device.name}</span> : null}
        </span>
      </td>
      <td className={classes.roomy}>{device.name ?? <span className="muted">–</span>}</td>
      <td>
        <StatusTag status={device.status} />
      </td>
      <td>
        <LastSeen time={seen} />
      </td>
      <td className={`${classes.wide} num`}>{device.firmware ?? <span className="muted">–</span>}</td>
      <td className={classes.roomy}>{device.model ?? <span className="muted">–</span>}</td>
      <td className={classes.labels}>
        <LabelTags labels={device.labels} onPick={onLabel} />
      </td>
    </tr>
  );
});
