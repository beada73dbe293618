import type { ReactNode } from "react";
import { $api } from "../../../api/client";
import type { Durability } from "../../../api/types";
import { duration } from "../../../lib/time";
import { Panel } from "../../../ui/panel";
import { Answered } from "../../../ui/states";
import { Table, wideOnly } from "../../../ui/table";
import { Tag } from "../../../ui/tag";
import { TimeAgo } from "../../../ui/time";
import classes from "../admin.module.css";

/** Which build runs, whether its parts are well, and by which settings data is kept. */
export function SystemPage() {
  return (
    <div className={classes.grid}>
      <Health />
      <DurabilitySettings />
    </div>
  );
}

function Health() {
  const health = $api.useQuery("get", "/health", {}, { refetchInterval: 5_000 });
  return (
    <Panel
      title="This replica of the API"
      aside={health.data ? `${health.data.version} · build ${health.data.build_sha.slice(0, 12)}` : null}
    >
      <Answered query={health} what="The health report" lines={3}>
        {(data) => (
          <ul className={classes.components}>
            {data.components.map(({ name, ok, detail }) => (
              <li key={name}>
                <span>{name}</span>
                {detail ? <span className="muted">{detail}</span> : null}
                <Tag tone={ok ? "good" : "bad"} dot>
                  {ok ? "ok" : "failing"}
                </Tag>
              </li>
            ))}
          </ul>
        )}
      </Answered>
    </Panel>
  );
}

function DurabilitySettings() {
  const durability = $api.useQuery("get", "/v1/system/durability", {}, { refetchInterval: 30_000 });
  return (
    <Answered query={durability} what="The durability settings" lines={6}>
      {(data) => (
        <>
          <Verdict durability={data} />
          <Streams durability={data} />
          <Sessions durability={data} />
          <Database durability={data} />
        </>
      )}
    </Answered>
  );
}

function Verdict({ durability }: { durability: Durability }) {
  const strict = durability.verdict === "strict";
  return (
    <Panel
      title="Durability certificate"
      aside={
        <>
          read <TimeAgo time={durability.read_at} />
          <Tag tone={strict ? "good" : "bad"} dot>
            {durability.verdict}
          </Tag>
        </>
      }
    >
      {durability.reasons.length === 0 ? (
        <p className="muted">
          NATS, its streams, the broker's sessions and PostgreSQL are set so that what is acknowledged
          survives a power cut.
        </p>
      ) : (
        <ul className={classes.reasons}>
          {durability.reasons.map(({ code, detail }) => (
            <li key={`${code}${detail}`}>
              <code>{code}</code> {detail}
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}

function Unread() {
  return <p className={classes.unread}>This part could not be read.</p>;
}

function Streams({ durability: { settings } }: { durability: Durability }) {
  return (
    <Panel
      flush
      title="Streams"
      aside={
        settings.nats
          ? settings.nats.sync_always
            ? "every message is synced to disk"
            : `synced every ${settings.nats.sync_interval_seconds} s`
          : null
      }
    >
      {settings.streams ? (
        <Table label="Streams">
          <Head names={["Stream", "Replicas", "Storage", "Kept for", "When full"]} />
          <tbody>
            {settings.streams.map((stream) => (
              <tr key={stream.name}>
                <td>
                  <code>{stream.name}</code>
                </td>
                <td className="num">{stream.replicas}</td>
                <td className={wideOnly}>{stream.storage}</td>
                <td className={wideOnly}>
                  {stream.max_age_seconds === 0 ? stream.retention : duration(stream.max_age_seconds * 1_000)}
                </td>
                <td className={wideOnly}>
                  {stream.discard === "new" ? "new ones are refused" : "old ones are dropped"}
                </td>
              </tr>
            ))}
          </tbody>
        </Table>
      ) : (
        <Unread />
      )}
    </Panel>
  );
}

function Sessions({ durability: { settings } }: { durability: Durability }) {
  return (
    <Panel flush title="Ingestion workers at the broker">
      {settings.mqtt_sessions ? (
        <Table label="Sessions">
          <Head names={["Client", "QoS", "Session kept for", "In flight at most", "Served"]} />
          <tbody>
            {settings.mqtt_sessions.map((session) => (
              <tr key={session.client_id}>
                <td>
                  <code>{session.client_id}</code>
                </td>
                <td className="num">{session.qos}</td>
                <td className={wideOnly}>{duration(session.session_expiry_seconds * 1_000)}</td>
                <td className={`${wideOnly} num`}>{session.receive_maximum}</td>
                <td className={wideOnly}>
                  <Tag tone={session.served ? "good" : "warn"}>{session.served ? "now" : "not now"}</Tag>
                </td>
              </tr>
            ))}
          </tbody>
        </Table>
      ) : (
        <Unread />
      )}
    </Panel>
  );
}

function Database({ durability: { settings } }: { durability: Durability }) {
  return (
    <Panel flush title="PostgreSQL">
      {settings.database ? (
        <Table label="PostgreSQL settings">
          <Head names={["Setting", "Value", "Where"]} narrow={2} />
          <tbody>
            {settings.database.map(({ name, value, scope }) => (
              <tr key={`${name}${scope ?? ""}`}>
                <td>
                  <code>{name}</code>
                </td>
                <td>
                  <code>{value}</code>
                </td>
                <td className={wideOnly}>{scope ?? "server"}</td>
              </tr>
            ))}
          </tbody>
        </Table>
      ) : (
        <Unread />
      )}
    </Panel>
  );
}

/** Column heads; those behind the first `narrow` leave on narrow screens. */
function Head({ names, narrow = 2 }: { names: readonly string[]; narrow?: number }): ReactNode {
  return (
    <thead>
      <tr>
        {names.map((name, index) => (
          <th key={name} scope="col" className={index < narrow ? undefined : wideOnly}>
            {name}
          </th>
        ))}
      </tr>
    </thead>
  );
}
