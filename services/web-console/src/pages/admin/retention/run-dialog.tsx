import { $api } from "../../../api/client";
import type { RetentionRunDetail } from "../../../api/types";
import { bytes, count, counted } from "../../../lib/format";
import { Dialog, DialogBody } from "../../../ui/dialog";
import { Notice } from "../../../ui/notice";
import { Answered, Empty } from "../../../ui/states";
import { numeric, Table, wideOnly } from "../../../ui/table";
import { Tag } from "../../../ui/tag";
import { LocalTime } from "../../../ui/time";
import classes from "../admin.module.css";
import { CLASS_LABEL, isOpen, STATE_TONE } from "./labels";

/** A run: how far it is, what goes with it, and what cannot be asked any more afterwards. */
export function RunDialog({ id, onClose }: { id: number | null; onClose: () => void }) {
  return (
    <Dialog title={`Run ${id ?? ""}`} wide open={id !== null} onClose={onClose}>
      <DialogBody>{id === null ? null : <Detail id={String(id)} />}</DialogBody>
    </Dialog>
  );
}

function Detail({ id }: { id: string }) {
  const run = $api.useQuery(
    "get",
    "/v1/retention-runs/{id}",
    { params: { path: { id } } },
    { refetchInterval: ({ state }) => (state.data && !isOpen(state.data.state) ? false : 700) },
  );
  return (
    <Answered query={run} what="The run" lines={5}>
      {(data) => <RunView run={data} />}
    </Answered>
  );
}

function RunView({ run }: { run: RetentionRunDetail }) {
  return (
    <div className={classes.run}>
      <p>
        <Tag tone={STATE_TONE[run.state] ?? "quiet"}>{run.state}</Tag>{" "}
        {isOpen(run.state)
          ? "A worker takes it up within seconds."
          : `${counted(run.rows, "row")} in ${bytes(run.bytes)} ${run.dry_run ? "would go" : "went"}.`}
      </p>
      {run.detail ? <Notice tone="warn">{run.detail}</Notice> : null}
      {run.items.length === 0 ? (
        isOpen(run.state) ? null : (
          <Empty title="Nothing is due">Everything is younger than the settings say.</Empty>
        )
      ) : (
        <Table label="Partitions">
          <thead>
            <tr>
              <th scope="col">What</th>
              <th scope="col">From</th>
              <th scope="col" className={numeric}>
                Rows
              </th>
              <th scope="col" className={wideOnly}>
                Cannot be asked any more
              </th>
              <th scope="col">Outcome</th>
            </tr>
          </thead>
          <tbody>
            {run.items.map((item) => (
              <tr key={`${item.class}${item.from}${item.action}${item.metrics.join()}`}>
                <td>{CLASS_LABEL[item.class] ?? item.class}</td>
                <td>
                  <LocalTime time={item.from} />
                </td>
                <td className={numeric}>{count(item.rows)}</td>
                <td className={wideOnly}>{item.lost}</td>
                <td title={item.reason ?? undefined}>{item.outcome}</td>
              </tr>
            ))}
          </tbody>
        </Table>
      )}
    </div>
  );
}
