import { Link } from "@tanstack/react-router";
import type { BackupPage } from "../../api/types";
import { useBackups } from "../../data/backups";
import { heldSince, judgeBackups } from "../../lib/backups";
import { BackupIcon } from "../../ui/icons";
import { useNow } from "../../ui/now";
import { Panel } from "../../ui/panel";
import { Answered } from "../../ui/states";
import { TimeAgo } from "../../ui/time";
import classes from "./overview.module.css";

/** How old the last proven backup is; honest when there is none. */
export function BackupCard() {
  const backups = useBackups(1);
  return (
    <Panel
      title="Backups"
      aside={
        <Link to="/admin" search={{ tab: "backups" }}>
          All runs
        </Link>
      }
    >
      <Answered query={backups} what="The state of the backups" lines={4}>
        {(page) => <State page={page} />}
      </Answered>
    </Panel>
  );
}

function State({ page }: { page: BackupPage }) {
  const { tone, label, text } = judgeBackups(page, useNow());
  const { last_proven = null, last_taken = null } = page;
  return (
    <>
      <div className={classes.certificate} data-tone={tone}>
        <BackupIcon size={30} />
        <div>
          <strong>{label}</strong>
          <p className="muted">{text}</p>
        </div>
      </div>
      <dl className={classes.sums}>
        <Age name="Last proven backup" time={heldSince(last_proven)} />
        <Age name="Newest backup" time={heldSince(last_taken)} />
        <Age name="Last proof" time={last_proven?.finished_at ?? null} />
      </dl>
    </>
  );
}

function Age({ name, time }: { name: string; time: string | null }) {
  return (
    <div className={classes.sum}>
      <dt>{name}</dt>
      <dd>
        <TimeAgo time={time} />
      </dd>
    </div>
  );
}
