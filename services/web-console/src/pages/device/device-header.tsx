import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import type { Device } from "../../api/types";
import { BackIcon } from "../../ui/icons";
import { StatusTag, Tag } from "../../ui/tag";
import { LocalTime, TimeAgo } from "../../ui/time";
import classes from "./device.module.css";

/** Who the device is and how it is. */
export function DeviceHeader({ device, seen }: { device: Device; seen: string | null }) {
  return (
    <div className={classes.header}>
      <Link to="/" className={classes.back}>
        <BackIcon size={15} /> Fleet
      </Link>
      <div className={classes.title}>
        <h1>{device.serial}</h1>
        <StatusTag status={device.status} />
        {device.placeholder ? <Tag>placeholder</Tag> : null}
      </div>
      {device.name ? <p className="muted">{device.name}</p> : null}
      <dl className={classes.facts}>
        <Fact name="Last seen">
          <TimeAgo time={seen} />
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
    </div>
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
