import { Link } from "@tanstack/react-router";
import { useEffect } from "react";
import type { Device } from "../../api/types";
import { StatusTag, Tag } from "../../ui/tag";
import { TimeAgo } from "../../ui/time";
import { useVisibleRows } from "../../ui/use-visible-rows";
import classes from "./devices.module.css";

/** Every row is this high, which is what lets the table draw only what is seen; also in the style sheet. */
const ROW_HEIGHT = 42;
/** More rows are asked for when fewer than this lie below. */
const AHEAD = 60;

interface DeviceTableProps {
  devices: readonly Device[];
  /** Whether there are no more than these. */
  complete: boolean;
  lastSeen: (device: Device) => string | null;
  onShown: (serials: readonly string[]) => void;
  onEnd: () => void;
}

/** A table that draws only the rows in sight, however many there are. */
export function DeviceTable({ devices, complete, lastSeen, onShown, onEnd }: DeviceTableProps) {
  const { container, start, end, before, after } = useVisibleRows(devices.length, ROW_HEIGHT);
  const rows = devices.slice(start, end);
  const serials = rows.map(({ serial }) => serial).join("\n");
  useEffect(() => onShown(serials.split("\n")), [serials, onShown]);
  const near = end > devices.length - AHEAD;
  // biome-ignore lint/correctness/useExhaustiveDependencies: asked again when more rows came and the end is still near
  useEffect(() => {
    if (near && !complete) onEnd();
  }, [near, complete, devices.length]);

  return (
    // biome-ignore lint/a11y: a region that scrolls must be reachable by keyboard
    <div ref={container} className={classes.scroll} role="group" aria-label="Devices" tabIndex={0}>
      <table className={classes.table} aria-rowcount={complete ? devices.length + 1 : -1}>
        <thead>
          <tr>
            <th scope="col">Device</th>
            <th scope="col" className={classes.status}>
              Status
            </th>
            <th scope="col" className={classes.last}>
              Last seen
            </th>
            <th scope="col" className={classes.wide}>
              Firmware
            </th>
            <th scope="col" className={classes.wide}>
              Model
            </th>
          </tr>
        </thead>
        <tbody>
          <Spacer height={before} />
          {rows.map((device, index) => (
            <DeviceRow
              key={device.serial}
              device={device}
              seen={lastSeen(device)}
              rowIndex={start + index + 2}
            />
          ))}
          <Spacer height={after} />
        </tbody>
      </table>
    </div>
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

function DeviceRow({ device, seen, rowIndex }: { device: Device; seen: string | null; rowIndex: number }) {
  return (
    <tr aria-rowindex={rowIndex}>
      <td>
        <span className={classes.device}>
          <Link to="/devices/$serial" params={{ serial: device.serial }} className={classes.serial}>
            {device.serial}
          </Link>
          {device.placeholder ? <Tag>placeholder</Tag> : null}
          {device.name ? <span className={classes.name}>{device.name}</span> : null}
        </span>
      </td>
      <td>
        <StatusTag status={device.status} />
      </td>
      <td>
        <span className={classes.seen}>
          <TimeAgo time={seen} />
          {/* A new key restarts the animation: one pulse per sign of life. */}
          <span key={seen} className={classes.pulse} aria-hidden="true" />
        </span>
      </td>
      <td className={`${classes.wide} num`}>{device.firmware ?? <span className="muted">–</span>}</td>
      <td className={classes.wide}>{device.model ?? <span className="muted">–</span>}</td>
    </tr>
  );
}
