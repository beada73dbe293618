import { Link } from "@tanstack/react-router";
import { $api } from "../../api/client";
import type { Accounting, Durability } from "../../api/types";
import { compact, count } from "../../lib/format";
import { ShieldIcon } from "../../ui/icons";
import { Panel } from "../../ui/panel";
import { Answered, Empty } from "../../ui/states";
import { StatusTag, Tag } from "../../ui/tag";
import { TimeAgo } from "../../ui/time";
import classes from "./overview.module.css";

const LEDGER_EVERY = 5_000;
const DURABILITY_EVERY = 30_000;
const SILENT_EVERY = 10_000;
const MOST_SILENT = 6;

/** Whether everything that arrived is accounted for. */
export function LedgerCard() {
  const ledger = $api.useQuery("get", "/v1/accounting", {}, { refetchInterval: LEDGER_EVERY });
  return (
    <Panel title="Ledger" aside={<Link to="/ingest">Ingest health</Link>}>
      <Answered query={ledger} what="The ledger" lines={4}>
        {(data) => <Ledger ledger={data} />}
      </Answered>
    </Panel>
  );
}

function Ledger({ ledger: { messages, readings, balanced } }: { ledger: Accounting }) {
  return (
    <>
      <p className={classes.verdict}>
        {balanced ? (
          <Tag tone="good" dot>
            Balanced
          </Tag>
        ) : (
          <Tag tone="bad" dot>
            Does not add up
          </Tag>
        )}
        <span className="muted">
          {balanced ? "every message is accounted for" : "messages are missing in the ledger"}
        </span>
      </p>
      <dl className={classes.sums}>
        <Sum name="Messages received" value={messages.received} />
        <Sum name="Readings stored" value={readings.processed} />
        <Sum name="Duplicates" value={readings.duplicate} />
        <Sum name="Errors kept" value={readings.error} />
        <Sum name="Dead letters" value={messages.dead} bad />
      </dl>
    </>
  );
}

function Sum({ name, value, bad = false }: { name: string; value: number; bad?: boolean }) {
  return (
    <div className={classes.sum}>
      <dt>{name}</dt>
      <dd title={count(value)} data-bad={bad && value > 0}>
        {compact(value)}
      </dd>
    </div>
  );
}

/** Whether what is acknowledged survives a power cut, by the settings in force. */
export function DurabilityCard() {
  const durability = $api.useQuery("get", "/v1/system/durability", {}, { refetchInterval: DURABILITY_EVERY });
  return (
    <Panel
      title="Durability"
      aside={
        <Link to="/admin" search={{ tab: "system" }}>
          Settings
        </Link>
      }
    >
      <Answered query={durability} what="The certificate" lines={4}>
        {(data) => <Certificate durability={data} />}
      </Answered>
    </Panel>
  );
}

const VERDICTS: Record<string, { tone: "good" | "warn" | "bad"; label: string; text: string }> = {
  strict: { tone: "good", label: "Strict", text: "What is acknowledged survives a power cut." },
  degraded: { tone: "bad", label: "Degraded", text: "What is acknowledged may be lost in a power cut." },
};

function Certificate({ durability }: { durability: Durability }) {
  const known = VERDICTS[durability.verdict];
  const { tone, label, text } = known ?? {
    tone: "warn" as const,
    label: durability.verdict,
    text: "Some settings could not be read.",
  };
  return (
    <>
      <div className={classes.certificate} data-tone={tone}>
        <ShieldIcon size={30} />
        <div>
          <strong>{label}</strong>
          <p className="muted">{text}</p>
        </div>
      </div>
      <ul className={classes.reasons}>
        {durability.reasons.map(({ code, detail }) => (
          <li key={`${code}${detail}`}>
            <code>{code}</code> {detail}
          </li>
        ))}
      </ul>
      <p className={classes.note}>
        Settings read <TimeAgo time={durability.read_at} />
      </p>
    </>
  );
}

/** Devices that were heard once and are not heard now. */
export function SilentDevices() {
  const query = { status: "silent" as const, limit: MOST_SILENT };
  const silent = $api.useQuery(
    "get",
    "/v1/devices",
    { params: { query } },
    { refetchInterval: SILENT_EVERY },
  );
  return (
    <Panel
      title="Gone silent"
      aside={
        <Link to="/devices" search={{ status: "silent" }}>
          All
        </Link>
      }
    >
      <Answered query={silent} what="Silent devices" lines={4}>
        {({ items, next_cursor }) =>
          items.length === 0 ? (
            <Empty title="None">Every device that was ever heard is heard now.</Empty>
          ) : (
            <ul className={classes.devices}>
              {items.map((device) => (
                <li key={device.serial}>
                  <Link to="/devices/$serial" params={{ serial: device.serial }}>
                    {device.serial}
                  </Link>
                  <span className={classes.ago}>
                    <TimeAgo time={device.last_seen_at ?? null} />
                  </span>
                  <StatusTag status={device.status} />
                </li>
              ))}
              {next_cursor ? <li className="muted">and others</li> : null}
            </ul>
          )
        }
      </Answered>
    </Panel>
  );
}
