import type { ReactNode } from "react";
import type { DeviceStatus } from "../api/types";
import classes from "./tag.module.css";

export type Tone = "good" | "warn" | "bad" | "info" | "quiet";

/** A short label in a tone. Tone never stands alone: the text says the same. */
export function Tag({
  tone = "quiet",
  dot = false,
  children,
}: {
  tone?: Tone;
  dot?: boolean;
  children: ReactNode;
}) {
  return (
    <span className={classes.tag} data-tone={tone}>
      {dot ? <span className={classes.dot} /> : null}
      {children}
    </span>
  );
}

const STATUS: Record<DeviceStatus, { tone: Tone; text: string }> = {
  online: { tone: "good", text: "Online" },
  silent: { tone: "warn", text: "Silent" },
  never_seen: { tone: "quiet", text: "Never seen" },
};

export function StatusTag({ status }: { status: DeviceStatus }) {
  const { tone, text } = STATUS[status];
  return (
    <Tag tone={tone} dot>
      {text}
    </Tag>
  );
}

/** The machine-readable reason of an ingest error. */
export function ReasonTag({ reason }: { reason: string }) {
  return (
    <Tag tone="bad">
      <span className="mono">{reason}</span>
    </Tag>
  );
}
