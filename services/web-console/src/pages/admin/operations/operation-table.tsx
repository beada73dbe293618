import { Button } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { $api } from "../../../api/client";
import type { Operation } from "../../../api/types";
import { usePermissions } from "../../../auth/roles";
import { count } from "../../../lib/format";
import { afterCancel, isCancellable, KIND_LABEL } from "../../../lib/operations";
import { Confirm } from "../../../ui/confirm";
import { Table, wideOnly } from "../../../ui/table";
import { Tag } from "../../../ui/tag";
import { TimeAgo } from "../../../ui/time";
import classes from "../admin.module.css";
import { STATE_TONE } from "../retention/labels";
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
              {operation.problem ? <div className={own.problem}>{operation.problem.detail}</div> : null}
            </td>
            <td className={wideOnly}>
              <Progress {...operation.progress} name={operation.id} />
            </td>
            <td className={wideOnly}>
              <TimeAgo time={operation.requested_at} />
              <div className="muted">{operation.requested_by}</div>
            </td>
            <td className={classes.action}>
              <span className={classes.buttons}>
                <Cancel operation={operation} />
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

/** How far something is; without a total, how much is done. */
export function Progress({ done, total, name }: { done: number; total?: number | null; name: string }) {
  if (total == null) return <span className="num">{count(done)}</span>;
  return (
    <span className={own.progress}>
      <progress max={Math.max(total, 1)} value={total === 0 ? 1 : done} aria-label={`Progress of ${name}`} />
      <span className="num">
        {count(done)} of {count(total)}
      </span>
    </span>
  );
}

/** Ends an operation before its end, where its kind and its state allow it. */
export function Cancel({ operation }: { operation: Pick<Operation, "id" | "kind" | "state"> }) {
  const { operate } = usePermissions();
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
  if (!operate || !isCancellable(operation)) return null;
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
