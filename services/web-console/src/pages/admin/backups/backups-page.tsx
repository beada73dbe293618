import { useState } from "react";
import type { BackupPage, BackupRun } from "../../../api/types";
import { useBackups } from "../../../data/backups";
import { heldSince, judgeBackups } from "../../../lib/backups";
import { bytes } from "../../../lib/format";
import { duration, millis } from "../../../lib/time";
import { useNow } from "../../../ui/now";
import { Pager } from "../../../ui/pager";
import { Panel } from "../../../ui/panel";
import { Answered, Empty } from "../../../ui/states";
import { numeric, Table, wideOnly } from "../../../ui/table";
import { Tag } from "../../../ui/tag";
import { LocalTime, TimeAgo } from "../../../ui/time";
import classes from "../admin.module.css";
import own from "./backups.module.css";

const PAGE = 25;

/** What is backed up, and what of it was ever restored. */
export function BackupsPage() {
  const [trail, setTrail] = useState<string[]>([]);
  const backups = useBackups(PAGE, trail.at(-1));
  return (
    <Answered query={backups} what="The backups" lines={5}>
      {(page) => (
        <div className={classes.grid}>
          <State page={page} />
          <Panel flush title="Runs">
            {page.items.length === 0 ? (
              <Empty title="No run yet">
                <code>sensctl backup --to PLACE --verify</code> takes a backup and proves it. The chart does
                it every night with <code>backup.enabled</code>.
              </Empty>
            ) : (
              <Runs runs={page.items} />
            )}
            <Pager
              trail={trail}
              next={page.next_cursor ?? null}
              busy={backups.isPlaceholderData}
              onTrail={setTrail}
            />
          </Panel>
        </div>
      )}
    </Answered>
  );
}

function State({ page }: { page: BackupPage }) {
  const verdict = judgeBackups(page, useNow());
  return (
    <Panel
      title="State"
      aside={
        <Tag tone={verdict.tone} dot>
          {verdict.label}
        </Tag>
      }
    >
      <p className="muted">{verdict.text}</p>
      <dl className={own.facts}>
        <Fact name="Last proven backup" run={page.last_proven ?? null} proof />
        <Fact name="Newest backup" run={page.last_taken ?? null} />
      </dl>
    </Panel>
  );
}

function Fact({ name, run, proof = false }: { name: string; run: BackupRun | null; proof?: boolean }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        {run ? (
          <>
            holds everything up to <LocalTime time={heldSince(run)} /> (<TimeAgo time={heldSince(run)} />)
            <div className="muted">
              <code>{run.backup_id}</code>
              {run.place ? <> in {run.place}</> : null}
              {proof ? (
                <>
                  , proven <TimeAgo time={run.finished_at} />
                </>
              ) : null}
            </div>
          </>
        ) : (
          "never"
        )}
      </dd>
    </div>
  );
}

const KIND: Record<string, string> = { backup: "Backup", verify: "Proof", restore: "Restore" };

function Runs({ runs }: { runs: readonly BackupRun[] }) {
  return (
    <Table label="Runs of backups">
      <thead>
        <tr>
          <th scope="col">Run</th>
          <th scope="col">Outcome</th>
          <th scope="col">Ended</th>
          <th scope="col" className={wideOnly}>
            Took
          </th>
          <th scope="col" className={`${numeric} ${wideOnly}`}>
            Size
          </th>
          <th scope="col" className={wideOnly}>
            Place
          </th>
        </tr>
      </thead>
      <tbody>
        {runs.map((run) => (
          <tr key={run.id}>
            <td>
              <strong className={classes.name}>{KIND[run.kind] ?? run.kind}</strong>
              {run.backup_id ? (
                <div>
                  <code className="muted">{run.backup_id}</code>
                </div>
              ) : null}
            </td>
            <td>
              <Tag tone={run.outcome === "done" ? "good" : "bad"}>{run.outcome}</Tag>
              {run.detail ? <div className={own.detail}>{run.detail}</div> : null}
            </td>
            <td>
              <TimeAgo time={run.finished_at} />
            </td>
            <td className={wideOnly}>
              {run.started_at ? duration(millis(run.finished_at) - millis(run.started_at)) : "–"}
            </td>
            <td className={`${numeric} ${wideOnly}`}>{run.bytes == null ? "–" : bytes(run.bytes)}</td>
            <td className={wideOnly}>
              {run.place ?? "–"}
              {run.schema_version == null ? null : <div className="muted">schema {run.schema_version}</div>}
            </td>
          </tr>
        ))}
      </tbody>
    </Table>
  );
}
