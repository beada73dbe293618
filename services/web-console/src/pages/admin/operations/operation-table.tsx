import { Button } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { $api } from "../../../api/client";
import type { Operation } from "../../../api/types";
import { usePermissions } from "../../../auth/roles";
import { useSession } from "../../../auth/session";
import { exportResult } from "../../../lib/export-run";
import { bytes, count } from "../../../lib/format";
import { afterCancel, isCancellable, isUnderWay, KIND_LABEL, mayCancel } from "../../../lib/operations";
import { Confirm } from "../../../ui/confirm";
import { Table, wideOnly } from "../../../ui/table";
import { Tag } from "../../../ui/tag";
import { TimeAgo } from "../../../ui/time";
import classes from "../admin.module.css";
import { STATE_TONE } from "../retention/labels";
import { DownloadExport } from "./export-view";
import own from "./operations.module.css";

interface OperationTableProps {
  operations: readonly Operation[];
  onShow: (operation: Operation) => void;
}

/** Operations, newest first, with how far each is. */
export function OperationTable({ operations, onShow }: OperationTableProps) {
  return (
    <Table label="Operations">
      <thead>
        <tr>
          <th scope="col">Operation</th>
          <th scope="col">State</th>
          <th scope="col" className={wideOnly}>
            Progress
          </th>
          <th scope="col" className={wideOnly}>
            Asked for
          </th>
          <th scope="col">
            <span className="visually-hidden">Actions</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {operations.map((operation) => (
          <tr key={operation.id}>
            <td>
              <strong className={classes.name}>{KIND_LABEL[operation.kind] ?? operation.kind}</strong>{" "}
              {operation.dry_run ? <Tag>dry run</Tag> : null}
              <div>
                <code className="muted">{operation.id}</code>
              </div>
            </td>
            <td>
              <Tag tone={STATE_TONE[operation.state] ?? "quiet"}>{operation.state}</Tag>
              {operation.kind === "export" ? <Form operation={operation} /> : null}
              {operation.problem ? <div className={own.problem}>{operation.problem.detail}</div> : null}
            </td>
            <td className={wideOnly}>
              <OperationProgress operation={operation} />
            </td>
            <td className={wideOnly}>
              <TimeAgo time={operation.requested_at} />
              <div className="muted">{operation.requested_by}</div>
            </td>
            <td className={classes.action}>
              <span className={classes.buttons}>
                <Cancel operation={operation} />
                {operation.links.content ? <DownloadExport operation={operation} /> : null}
                <Button
                  size="compact-xs"
                  variant="default"
                  aria-label={`Show ${operation.id}`}
                  onClick={() => onShow(operation)}
                >
                  Show
                </Button>
              </span>
            </td>
          </tr>
        ))}
      </tbody>
    </Table>
  );
}

/** What the file of an export is, and how large. */
function Form({ operation: { result, links } }: { operation: Operation }) {
  const { form, bytes: size } = exportResult(result);
  return (
    <div className="muted nowrap">
      {form}
      {links.content ? `, ${bytes(size)}` : null}
    </div>
  );
}

interface ProgressProps {
  done: number;
  total?: number | null;
  /** What part that is, where only the part is known. */
  share?: number | null;
  name: string;
}

/** How far something is; without a total or a part, how much is done. */
export function Progress({ done, total, share, name }: ProgressProps) {
  const part = total == null ? share : total === 0 ? 1 : done / total;
  const figures = total == null ? count(done) : `${count(done)} of ${count(total)}`;
  if (part == null) return <span className="num">{figures}</span>;
  return (
    <span className={own.progress}>
      <progress max={1} value={part} aria-label={`Progress of ${name}`} />
      <span className="num">{figures}</span>
    </span>
  );
}

/** How far an operation is; an export knows its part before it knows its rows. */
export function OperationProgress({ operation }: { operation: Operation }) {
  const { id, kind, progress, result } = operation;
  const share = kind === "export" && isUnderWay(operation) ? exportResult(result).share : null;
  return <Progress {...progress} share={share} name={id} />;
}

type Cancellable = Pick<Operation, "id" | "kind" | "state"> & Partial<Pick<Operation, "requested_by">>;

/** Ends an operation before its end, where its kind and its state allow it. */
export function Cancel({ operation }: { operation: Cancellable }) {
  const { operate } = usePermissions();
  const name = useSession()?.name;
  const queries = useQueryClient();
  const [asking, setAsking] = useState(false);
  const cancel = $api.useMutation("delete", "/v1/operations/{id}", {
    onSuccess: () => {
      setAsking(false);
      void queries.invalidateQueries({ queryKey: ["get", "/v1/operations"] });
      void queries.invalidateQueries({ queryKey: ["get", "/v1/operations/{id}"] });
      void queries.invalidateQueries({ queryKey: ["get", "/v1/replays/{id}"] });
    },
  });
  if (!mayCancel(operation, { operate, name }) || !isCancellable(operation)) return null;
  return (
    <>
      <Button
        size="compact-xs"
        variant="default"
        aria-label={`Cancel ${operation.id}`}
        onClick={() => setAsking(true)}
      >
        Cancel
      </Button>
      <Confirm
        title={`Cancel ${operation.id}?`}
        action="Cancel it"
        danger
        open={asking}
        busy={cancel.isPending}
        error={cancel.error}
        onClose={() => setAsking(false)}
        onConfirm={() => cancel.mutate({ params: { path: { id: operation.id } } })}
      >
        <p>{afterCancel(operation.kind)}</p>
      </Confirm>
    </>
  );
}
