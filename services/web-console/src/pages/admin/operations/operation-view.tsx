import { Link } from "@tanstack/react-router";
import { $api } from "../../../api/client";
import type { Operation } from "../../../api/types";
import { count, humanize } from "../../../lib/format";
import {
  type ErasureResult,
  erasureResult,
  type HistoryResult,
  historyResult,
  isUnderWay,
  KIND_LABEL,
  plainResult,
} from "../../../lib/operations";
import { Dialog, DialogBody } from "../../../ui/dialog";
import { Notice } from "../../../ui/notice";
import { Answered, Empty } from "../../../ui/states";
import { numeric, Table } from "../../../ui/table";
import { Tag } from "../../../ui/tag";
import { LocalTime } from "../../../ui/time";
import classes from "../admin.module.css";
import { STATE_TONE } from "../retention/labels";
import { Exported } from "./export-view";
import { Cancel, OperationProgress } from "./operation-table";
import { Sums } from "./sums";

/** An operation of a kind without a page of its own: an erasure, an import, an export. */
export function OperationDialog({
  operation,
  onClose,
}: {
  operation: Operation | null;
  onClose: () => void;
}) {
  const title = operation ? `${KIND_LABEL[operation.kind] ?? operation.kind}: ${operation.id}` : "";
  return (
    <Dialog title={title} wide open={operation !== null} onClose={onClose}>
      <DialogBody>{operation ? <OperationView id={operation.id} /> : null}</DialogBody>
    </Dialog>
  );
}

/** An operation as it is now, asked for until it is over. */
export function useOperation(id: string) {
  return $api.useQuery(
    "get",
    "/v1/operations/{id}",
    { params: { path: { id } } },
    { refetchInterval: ({ state }) => (state.data && !isUnderWay(state.data) ? false : 700) },
  );
}

/** How far an operation is, and what it came to. */
export function OperationView({ id }: { id: string }) {
  const operation = useOperation(id);
  return (
    <Answered query={operation} what="The operation" lines={5}>
      {(data) => (
        <div className={classes.run}>
          <p className={classes.versionHead} role="status">
            <Tag tone={STATE_TONE[data.state] ?? "quiet"}>{data.state}</Tag>
            {data.dry_run ? <Tag>dry run</Tag> : null}
            {isUnderWay(data) ? <OperationProgress operation={data} /> : null}
            <Cancel operation={data} />
          </p>
          {data.problem ? <Notice tone="bad">{data.problem.detail}</Notice> : null}
          <Result operation={data} />
        </div>
      )}
    </Answered>
  );
}

function Result({ operation }: { operation: Operation }) {
  const { kind, result, dry_run, state } = operation;
  if (kind === "erasure") return <Erased result={erasureResult(result)} dryRun={dry_run} state={state} />;
  if (kind === "import") return <Imported result={historyResult(result)} dryRun={dry_run} />;
  if (kind === "export") return <Exported operation={operation} />;
  return <Sums sums={plainResult(result).map(([name, value]) => [humanize(name), value])} />;
}

function Erased({ result, dryRun, state }: { result: ErasureResult; dryRun: boolean; state: string }) {
  const { device, reason, receivedBefore, tables, rows, deadLetters, sharedPayloads } = result;
  const counted = receivedBefore !== null;
  return (
    <>
      <p className="muted">
        {device ? (
          <>
            of{" "}
            <Link to="/devices/$serial" params={{ serial: device }}>
              {device}
            </Link>
          </>
        ) : null}
        {receivedBefore ? (
          <>
            , what was received before <LocalTime time={receivedBefore} />
          </>
        ) : null}
        {reason ? <>: {reason}</> : null}
      </p>
      {counted && rows === 0 ? <Empty title="Nothing is stored of it" /> : null}
      {tables.length > 0 ? (
        <Table label="Rows by table">
          <thead>
            <tr>
              <th scope="col">Table</th>
              <th scope="col" className={numeric}>
                {dryRun ? "Would go" : "Rows before"}
              </th>
              {dryRun ? null : (
                <th scope="col" className={numeric}>
                  Left
                </th>
              )}
            </tr>
          </thead>
          <tbody>
            {tables.map(({ table, before, after }) => (
              <tr key={table}>
                <td>
                  <code>{table}</code>
                </td>
                <td className={numeric}>{count(before)}</td>
                {dryRun ? null : <td className={numeric}>{after === null ? "…" : count(after)}</td>}
              </tr>
            ))}
          </tbody>
        </Table>
      ) : null}
      {state === "done" && !dryRun ? (
        <Sums
          sums={[
            ["Dead letters that went with it", deadLetters],
            ["Payloads it shared with others", sharedPayloads],
          ]}
        />
      ) : null}
    </>
  );
}

function Imported({ result, dryRun }: { result: HistoryResult; dryRun: boolean }) {
  const { lines, accepted, known, refused, errors } = result;
  return (
    <>
      <Sums
        sums={[
          ["Lines read", lines],
          [dryRun ? "Would be stored" : "Taken in", accepted],
          ["Known before", known],
          ["Refused", refused],
        ]}
      />
      {errors.length > 0 ? (
        <Table label="Refused lines">
          <thead>
            <tr>
              <th scope="col" className={numeric}>
                Line
              </th>
              <th scope="col">Reason</th>
              <th scope="col">Detail</th>
            </tr>
          </thead>
          <tbody>
            {errors.map(({ line, reason, detail }) => (
              <tr key={`${line}${reason}${detail}`}>
                <td className={numeric}>{count(line)}</td>
                <td>
                  <code>{reason}</code>
                </td>
                <td>{detail}</td>
              </tr>
            ))}
          </tbody>
        </Table>
      ) : null}
      {refused > errors.length ? <p className="muted">and {count(refused - errors.length)} more</p> : null}
    </>
  );
}
