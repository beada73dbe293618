import { Button } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { $api } from "../../../api/client";
import { toApiError } from "../../../api/problem";
import type { RetentionRun } from "../../../api/types";
import { usePermissions } from "../../../auth/roles";
import { Confirm } from "../../../ui/confirm";
import { Notice } from "../../../ui/notice";
import { Panel } from "../../../ui/panel";
import { Answered, Empty } from "../../../ui/states";
import { Table, wideOnly } from "../../../ui/table";
import { Tag } from "../../../ui/tag";
import { TimeAgo } from "../../../ui/time";
import classes from "../admin.module.css";
import { isOpen, STATE_TONE } from "./labels";
import { RunDialog } from "./run-dialog";

/** The newest runs; a plan first, which drops nothing, then the run itself. */
export function Runs() {
  const queries = useQueryClient();
  const { operate } = usePermissions();
  const [shown, setShown] = useState<number | null>(null);
  const [asking, setAsking] = useState(false);
  const runs = $api.useQuery(
    "get",
    "/v1/retention-runs",
    {},
    {
      refetchInterval: ({ state }) => (state.data?.items.some((run) => isOpen(run.state)) ? 1_000 : 10_000),
    },
  );
  const start = $api.useMutation("post", "/v1/retention-runs", {
    onSuccess: ({ id }) => {
      setAsking(false);
      setShown(id);
      void queries.invalidateQueries({ queryKey: ["get", "/v1/retention-runs"] });
    },
  });
  const run = (dry_run: boolean): void => start.mutate({ params: { query: { dry_run } } });
  return (
    <Panel
      flush
      title="Runs"
      aside={
        operate ? (
          <span className={classes.buttons}>
            <Button size="compact-sm" loading={start.isPending && !asking} onClick={() => run(true)}>
              Plan a run
            </Button>
            <Button size="compact-sm" variant="default" onClick={() => setAsking(true)}>
              Let go now
            </Button>
          </span>
        ) : null
      }
    >
      {start.error && !asking ? <Notice tone="bad">{toApiError(start.error).message}</Notice> : null}
      <Answered query={runs} what="The runs" lines={4}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty title="No run yet">A worker looks every hour for what is due.</Empty>
          ) : (
            <RunTable runs={items} onShow={setShown} />
          )
        }
      </Answered>
      <Confirm
        title="Let go what is older than the settings say?"
        action="Let go"
        danger
        open={asking}
        busy={start.isPending}
        error={start.error}
        onClose={() => setAsking(false)}
        onConfirm={() => run(false)}
      >
        <p>
          What goes is gone for good. Plan a run first: it says which partitions would go, and what could not
          be asked any more.
        </p>
      </Confirm>
      <RunDialog id={shown} onClose={() => setShown(null)} />
    </Panel>
  );
}

function RunTable({ runs, onShow }: { runs: readonly RetentionRun[]; onShow: (id: number) => void }) {
  return (
    <Table label="Runs of retention">
      <thead>
        <tr>
          <th scope="col">Run</th>
          <th scope="col">State</th>
          <th scope="col">Asked for</th>
          <th scope="col" className={wideOnly}>
            By
          </th>
          <th scope="col">
            <span className="visually-hidden">Details</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {runs.map((run) => (
          <tr key={run.id}>
            <td className="num">
              {run.id} {run.dry_run ? <Tag>plan</Tag> : null}
            </td>
            <td>
              <Tag tone={STATE_TONE[run.state] ?? "quiet"}>{run.state}</Tag>
            </td>
            <td>
              <TimeAgo time={run.requested_at} />
            </td>
            <td className={wideOnly}>{run.requested_by}</td>
            <td className={classes.action}>
              <Button
                size="compact-xs"
                variant="default"
                aria-label={`Show run ${run.id}`}
                onClick={() => onShow(run.id)}
              >
                Show
              </Button>
            </td>
          </tr>
        ))}
      </tbody>
    </Table>
  );
}
