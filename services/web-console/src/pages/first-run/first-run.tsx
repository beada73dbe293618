import { Button, Loader } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useCallback, useState } from "react";
import type { LiveReading, Overview } from "../../api/types";
import { counted } from "../../lib/format";
import { useLiveStream } from "../../live/use-live-stream";
import { CommandBlock } from "../../ui/copy";
import { CheckIcon } from "../../ui/icons";
import { LiveTag } from "../../ui/live-tag";
import { PageHeader, Panel } from "../../ui/panel";
import { LocalTime } from "../../ui/time";
import classes from "./first-run.module.css";

const EVENT = `{"device_id": 7, "event_type": "battery_charge", "value": 82.5}`;

function mqttCommand(): string {
  return `mosquitto_pub -h ${window.location.hostname} -p 1883 -q 1 \\
  -t sens/legacy/telemetry \\
  -m '${EVENT}'`;
}

function curlCommand(): string {
  return `curl ${window.location.origin}/v1/ingest \\
  -H "Authorization: Bearer $SENS_API_KEY" \\
  -H "Content-Type: application/json" \\
  -d '${EVENT}'`;
}

/** Shown until the first device exists: how to send a message, and the message when it arrives. */
export function FirstRun({ overview, onDone }: { overview: Overview; onDone: () => void }) {
  const [first, setFirst] = useState<LiveReading | null>(null);
  const take = useCallback(
    (readings: LiveReading[]) => setFirst((known) => known ?? readings[0] ?? null),
    [],
  );
  const state = useLiveStream("/v1/stream", take);
  const arrived = first !== null || overview.devices.total > 0;

  return (
    <div className={classes.page}>
      <PageHeader
        title="Send your first reading"
        note={
          arrived ? "The first device is here." : "The platform runs and has not heard from any device yet."
        }
      >
        <LiveTag state={state} />
      </PageHeader>
      <Panel title="1. Publish over MQTT, or post over HTTP">
        <div className={classes.commands}>
          <CommandBlock label="mosquitto_pub" command={mqttCommand()} />
          <CommandBlock label="curl" command={curlCommand()} />
        </div>
        <p className={classes.hint}>
          Device 7 becomes a placeholder with the serial <code>legacy-7</code>. Leave the time out and the
          time of arrival counts. Over HTTP the key needs the role <code>ingest</code>, <code>operator</code>{" "}
          or <code>admin</code>. If your broker stands elsewhere, put its address after <code>-h</code>.
        </p>
      </Panel>
      <Panel title="2. See it arrive">
        <div role="status" className={classes.arrival} data-arrived={arrived}>
          {arrived ? (
            <Arrived first={first} onDone={onDone} />
          ) : (
            <>
              <Loader size={18} type="dots" aria-hidden="true" />
              <span className="muted">Waiting for the first reading…</span>
            </>
          )}
        </div>
        {!arrived && overview.ingest.messages > 0 ? (
          <p className={classes.hint}>
            {counted(overview.ingest.messages, "message")} arrived, but held no good reading.{" "}
            <Link to="/ingest">See what was wrong</Link>
          </p>
        ) : null}
      </Panel>
    </div>
  );
}

function Arrived({ first, onDone }: { first: LiveReading | null; onDone: () => void }) {
  return (
    <>
      <span className={classes.check}>
        <CheckIcon size={18} />
      </span>
      <div className={classes.reading}>
        {first === null ? (
          <strong>The first device is here.</strong>
        ) : (
          <>
            <strong>
              {first.serial} · {first.metric} = {String(first.value)} {first.unit ?? ""}
            </strong>
            <span className="muted">
              stored, measured at <LocalTime time={first.recorded_at} />
            </span>
          </>
        )}
      </div>
      {first === null ? null : (
        <Link to="/devices/$serial" params={{ serial: first.serial }}>
          Open the device
        </Link>
      )}
      <Button size="xs" onClick={onDone}>
        Go to the overview
      </Button>
    </>
  );
}
