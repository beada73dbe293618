import { Link } from "@tanstack/react-router";
import type { Device } from "../../api/types";
import { Table, wideOnly } from "../../ui/table";
import { StatusTag, Tag } from "../../ui/tag";
import { TimeAgo } from "../../ui/time";
import classes from "./fleet.module.css";

interface DeviceTableProps {
  devices: readonly Device[];
  lastSeen: (device: Device) => string | null;
}

export function DeviceTable({ devices, lastSeen }: DeviceTableProps) {
  return (
    <Table label="Devices">
      <thead>
        <tr>
          <th scope="col">Device</th>
          <th scope="col">Status</th>
          <th scope="col">Last seen</th>
          <th scope="col" className={wideOnly}>
            Firmware
          </th>
          <th scope="col" className={wideOnly}>
            Model
          </th>
        </tr>
      </thead>
      <tbody>
        {devices.map((device) => (
          <DeviceRow key={device.serial} device={device} seen={lastSeen(device)} />
        ))}
      </tbody>
    </Table>
  );
}

function DeviceRow({ device, seen }: { device: Device; seen: string | null }) {
  return (
    <tr>
      <td>
        <span className={classes.device}>
          <Link to="/devices/$serial" params={{ serial: device.serial }} className={classes.serial}>
            {device.serial}
          </Link>
          {device.placeholder ? <Tag>placeholder</Tag> : null}
        </span>
        {device.name ? <div className={classes.name}>{device.name}</div> : null}
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
      <td className={`${wideOnly} num`}>{device.firmware ?? <span className="muted">–</span>}</td>
      <td className={wideOnly}>{device.model ?? <span className="muted">–</span>}</td>
    </tr>
  );
}
