import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import type { Device, LatestValue } from "../../api/types";
import { clockOf } from "../../lib/clock";
import { BackIcon } from "../../ui/icons";
import { StatusTag, Tag } from "../../ui/tag";
import { LocalTime, TimeAgo } from "../../ui/time";
import classes from "./device.module.css";
import { DeviceActions } from "./edit/device-actions";

interface DeviceHeaderProps {
  device: Device;
  values: readonly LatestValue[];
  seen: string | null;
}

/** Who the device is and how it is. */
export function DeviceHeader({ device, values, seen }: DeviceHeaderProps) {
  const clock = clockOf(values);
  return (
    <div className={classes.header}>
      <Link to="/devices" className={classes.back}>
        <BackIcon size={15} /> Devices
      </Link>
      <div className={classes.title}>
        <h1>{device.serial}</h1>
        <StatusTag status={device.status} />
        {device.placeholder ? <Tag>placeholder</Tag> : null}
        <span className={classes.headActions}>
          <DeviceActions device={device} />
        </span>
      </div>
      {device.name ? <p className="muted">{device.name}</p> : null}
      <dl className={classes.facts}>
        <Fact name="Last seen">
          <TimeAgo time={seen} />
        </Fact>
        {device.last_error_at ? (
          <Fact name="Last error">
            <Link to="/ingest" search={{ serial: device.serial }}>
              <TimeAgo time={device.last_error_at} />
            </Link>
          </Fact>
        ) : null}
        <Fact name="Clock">
          <span data-tone={clock.good ? undefined : "warn"} className={classes.clock} title={clock.detail}>
            {clock.text}
          </span>
        </Fact>
        <Fact name="Firmware">{device.firmware ?? "not reported"}</Fact>
        {device.model ? <Fact name="Model">{device.model}</Fact> : null}
        {device.legacy_id != null ? <Fact name="Legacy id">{device.legacy_id}</Fact> : null}
        <Fact name="First seen">
          <LocalTime time={device.first_seen_at ?? null} />
        </Fact>
        <Fact name="Provisioned">
          {device.provisioned_at ? <LocalTime time={device.provisioned_at} /> : "not provisioned"}
        </Fact>
      </dl>
      <LabelLinks labels={device.labels} />
    </div>
  );
}

/** The labels; each leads to the devices that have it too. */
function LabelLinks({ labels }: { labels: Device["labels"] }) {
  const pairs = Object.entries(labels);
  if (pairs.length === 0) return null;
  return (
    <ul className={classes.labels} aria-label="Labels">
      {pairs.map(([key, value]) => {
        const selector = value === "" ? key : `${key}=${value}`;
        return (
          <li key={key}>
            <Link to="/devices" search={{ label: [selector] }}>
              {selector}
            </Link>
          </li>
        );
      })}
    </ul>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className={classes.fact}>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
