import { Link } from "@tanstack/react-router";
import { $api } from "../../../api/client";
import type { Replay } from "../../../api/types";
import { count } from "../../../lib/format";
import { Dialog, DialogBody } from "../../../ui/dialog";
import { Notice } from "../../../ui/notice";
import { Answered, Empty } from "../../../ui/states";
import { numeric, Table, wideOnly } from "../../../ui/table";
import { Tag } from "../../../ui/tag";
import { LocalTime } from "../../../ui/time";
import classes from "../admin.module.css";
import { isOpen, STATE_TONE } from "../retention/labels";
import { Cancel, Progress } from "./operation-table";
import own from "./operations.module.css";

/** A replay: how far it is, and what it changed or would change. */
export function ReplayDialog({ id, onClose }: { id: string | null; onClose: () => void }) {
  return (
    <Dialog title={`Replay ${id ?? ""}`} wide open={id !== null} onClose={onClose}>
      <DialogBody>{id === null ? null : <ReplayView id={id} />}</DialogBody>
    </Dialog>
  );
}

export function ReplayView({ id }: { id: string }) {
  const replay = $api.useQuery(
    "get",
    "/v1/replays/{id}",
    { params: { path: { id } } },
    { refetchInterval: ({ state }) => (state.data && !isOpen(state.data.state) ? false : 700) },
  );
  return (
    <Answered query={replay} what="The replay" lines={5}>
      {(data) => <Shown replay={data} />}
    </Answered>
  );
}

const SUMS: readonly [keyof Replay["progress"], string][] = [
  ["records", "Messages read"],
  ["unchanged", "Unchanged"],
  ["added", "New readings"],
  ["superseded", "Superseded"],
  ["restored", "Count again"],
  ["resolved", "Errors resolved"],
  ["errors", "Still refused"],
  ["skipped", "Left alone"],
];

function Shown({ replay }: { replay: Replay }) {
  const { id, state, dry_run, progress, total, changes, device, from, to, detail } = replay;
  return (
    <div className={classes.run}>
      <p className={classes.versionHead} role="status">
        <Tag tone={STATE_TONE[state] ?? "quiet"}>{state}</Tag>
        {dry_run ? <Tag>dry run</Tag> : null}
        {isOpen(state) ? (
          <Progress done={progress.records} total={total ?? null} name={`replay ${id}`} />
        ) : null}
        <Cancel operation={{ id: `replay-${id}`, kind: "replay", state }} />
      </p>
      <p className="muted">
        {device ? (
          <>
            of <code>{device}</code>
          </>
        ) : (
          "of all devices"
        )}
        {from ? (
          <>
            , arrived from <LocalTime time={from} />
          </>
        ) : null}
        {to ? (
          <>
            {" "}
            up to <LocalTime time={to} />
          </>
        ) : null}
      </p>
      {detail ? <Notice tone="warn">{detail}</Notice> : null}
      <dl className={own.sums}>
        {SUMS.map(([key, name]) => (
          <div key={key}>
            <dt>{name}</dt>
            <dd>{count(progress[key])}</dd>
          </div>
        ))}
      </dl>
      {changes.length > 0 ? (
        <Changes changes={changes} />
      ) : isOpen(state) ? null : (
        <Empty title={dry_run ? "Nothing would change" : "Nothing changed"}>
          Every reading came out as it is stored.
        </Empty>
      )}
    </div>
  );
}

function Changes({ changes }: { changes: Replay["changes"] }) {
  return (
    <Table label="Changed readings">
      <thead>
        <tr>
          <th scope="col">Change</th>
          <th scope="col">Device</th>
          <th scope="col">Metric</th>
          <th scope="col" className={numeric}>
            Value
          </th>
          <th scope="col" className={wideOnly}>
            Measured
          </th>
          <th scope="col" className={wideOnly}>
            Message
          </th>
        </tr>
      </thead>
      <tbody>
        {changes.map(({ change, serial, metric, value, recorded_at, raw_record_id }) => (
          <tr key={`${change}${serial}${metric}${recorded_at}${raw_record_id}`}>
            <td>
              <Tag tone={change === "superseded" ? "warn" : "good"}>{change}</Tag>
            </td>
            <td>{serial}</td>
            <td>
              <code>{metric}</code>
            </td>
            <td className={numeric}>{String(value)}</td>
            <td className={wideOnly}>
              <LocalTime time={recorded_at} />
            </td>
            <td className={wideOnly}>
              <Link to="/messages/$id" params={{ id: raw_record_id }} className="mono">
                {raw_record_id}
              </Link>
            </td>
          </tr>
        ))}
      </tbody>
    </Table>
  );
}
