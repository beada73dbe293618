import { Button } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { $api } from "../../../api/client";
import { toApiError } from "../../../api/problem";
import type { Operation } from "../../../api/types";
import { usePermissions } from "../../../auth/roles";
import { useSession } from "../../../auth/session";
import { type ExportOrder, exportResult, fewOf, whyNoFile } from "../../../lib/export-run";
import { bytes } from "../../../lib/format";
import { mayCancel } from "../../../lib/operations";
import { Confirm } from "../../../ui/confirm";
import { DownloadIcon } from "../../../ui/icons";
import { Notice } from "../../../ui/notice";
import { useNow } from "../../../ui/now";
import { LocalTime } from "../../../ui/time";
import { useDownload } from "../../../ui/use-download";
import own from "./operations.module.css";
import { Sums } from "./sums";

/** More names than these are only counted. */
const MOST_NAMES = 8;

/** An export: what was asked for, what its file is, and the file as long as it is kept. */
export function Exported({ operation }: { operation: Operation }) {
  const now = useNow();
  const { form, rows, bytes: size, expiresAt, order } = exportResult(operation.result);
  const { content } = operation.links;
  const missing = whyNoFile(operation, now);
  return (
    <>
      {order ? <Order order={order} /> : null}
      <Sums
        sums={[
          ["Format", form],
          ["Rows", rows],
          ["Size", bytes(size)],
          ...(content ? ([["Kept until", <LocalTime key="until" time={expiresAt} />]] as const) : []),
        ]}
      />
      {content ? (
        <div className={own.file}>
          <DownloadExport operation={operation} prominent />
          <DeleteFile operation={operation} />
        </div>
      ) : null}
      {missing ? <Notice tone="quiet">{missing}</Notice> : null}
    </>
  );
}

/** What an export is of. */
export function Order({ order: { devices, metrics, from, to, others } }: { order: ExportOrder }) {
  return (
    <dl className={own.order}>
      <Part name="Devices">{devices.length === 0 ? "all" : fewOf(devices, MOST_NAMES)}</Part>
      <Part name="Metrics">{metrics.length === 0 ? "all" : fewOf(metrics, MOST_NAMES)}</Part>
      {from ? (
        <Part name="From">
          <LocalTime time={from} />
        </Part>
      ) : null}
      {to ? (
        <Part name="To">
          <LocalTime time={to} />
        </Part>
      ) : null}
      {others.map(([name, value]) => (
        <Part key={name} name={name}>
          {value}
        </Part>
      ))}
    </dl>
  );
}

function Part({ name, children }: { name: string; children: ReactNode }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </>
  );
}

/** Deletes the file before it expires, so that there is room for others. */
function DeleteFile({ operation }: { operation: Operation }) {
  const { operate } = usePermissions();
  const name = useSession()?.name;
  const queries = useQueryClient();
  const [asking, setAsking] = useState(false);
  const remove = $api.useMutation("delete", "/v1/exports/{id}/content", {
    onSuccess: () => {
      setAsking(false);
      void queries.invalidateQueries({ queryKey: ["get", "/v1/operations"] });
      void queries.invalidateQueries({ queryKey: ["get", "/v1/operations/{id}"] });
    },
  });
  if (!mayCancel(operation, { operate, name })) return null;
  return (
    <>
      <Button size="xs" variant="default" onClick={() => setAsking(true)}>
        Delete the file
      </Button>
      <Confirm
        title={`Delete the file of ${operation.id}?`}
        action="Delete it"
        danger
        open={asking}
        busy={remove.isPending}
        error={remove.error}
        onClose={() => setAsking(false)}
        onConfirm={() => remove.mutate({ params: { path: { id: numberOf(operation) } } })}
      >
        <p>It makes room for others. The readings stay, and can be exported again.</p>
      </Confirm>
    </>
  );
}

function numberOf({ id }: Pick<Operation, "id">): string {
  return id.replace("export-", "");
}

/** Fetches the file of an export, under the name that the platform gives it. */
export function DownloadExport({
  operation: { id, links },
  prominent = false,
}: {
  operation: Pick<Operation, "id" | "links">;
  prominent?: boolean;
}) {
  const { size, error, run } = useDownload();
  const { content } = links;
  if (!content) return null;
  const label = size === null ? "Download" : `${bytes(size)}…`;
  return (
    <>
      <Button
        size={prominent ? "xs" : "compact-xs"}
        variant={prominent ? "filled" : "default"}
        disabled={size !== null}
        {...(prominent ? { leftSection: <DownloadIcon size={15} /> } : { "aria-label": `Download ${id}` })}
        onClick={() => void run(content, "*/*", null)}
      >
        {label}
      </Button>
      {error ? <Notice tone="bad">{toApiError(error).message}</Notice> : null}
    </>
  );
}
