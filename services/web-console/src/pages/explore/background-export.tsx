import { Button, NativeSelect } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { $api } from "../../api/client";
import { toApiError } from "../../api/problem";
import type { ExportRequest } from "../../api/types";
import {
  COMPRESSIONS,
  type Compression,
  type Detail,
  exportRequest,
  FORMATS,
  type Format,
  isPackable,
  type Selection,
} from "../../lib/export";
import { exportOrder } from "../../lib/export-run";
import { uniqueKey } from "../../lib/unique";
import { Dialog, DialogActions, DialogBody, SubmitActions } from "../../ui/dialog";
import { Notice } from "../../ui/notice";
import { Order } from "../admin/operations/export-view";
import { OperationView } from "../admin/operations/operation-view";
import classes from "./explore.module.css";

const DETAILS: Record<Detail, string> = {
  raw: "Every reading",
  auto: "As drawn, by the length of the time",
};

/** Has the platform write the file of a selection, shows how far it is, and gives the file. */
export function BackgroundExport({
  selection,
  onClose,
}: {
  selection: Selection | null;
  onClose: () => void;
}) {
  return (
    <Dialog title="Export in the background" wide open={selection !== null} onClose={onClose}>
      {selection ? <Export selection={selection} onClose={onClose} /> : null}
    </Dialog>
  );
}

function Export({ selection, onClose }: { selection: Selection; onClose: () => void }) {
  const queries = useQueryClient();
  const ask = $api.useMutation("post", "/v1/exports", {
    onSuccess: () => void queries.invalidateQueries({ queryKey: ["get", "/v1/operations"] }),
  });
  if (!ask.data) {
    return (
      <Form
        selection={selection}
        busy={ask.isPending}
        error={ask.error}
        onCancel={onClose}
        onSubmit={(body) => ask.mutate({ params: { header: { "Idempotency-Key": uniqueKey() } }, body })}
      />
    );
  }
  return (
    <>
      <DialogBody>
        <p className="muted">
          It goes on when this is closed, and stays under{" "}
          <Link to="/admin" search={{ tab: "operations" }}>
            Operations
          </Link>
          .
        </p>
        <OperationView id={ask.data.id} />
      </DialogBody>
      <DialogActions>
        <Button size="xs" variant="default" onClick={() => ask.reset()}>
          Another
        </Button>
        <Button size="xs" variant="default" onClick={onClose}>
          Done
        </Button>
      </DialogActions>
    </>
  );
}

interface FormProps {
  selection: Selection;
  busy: boolean;
  error: unknown;
  onCancel: () => void;
  onSubmit: (body: ExportRequest) => void;
}

function Form({ selection, busy, error, onCancel, onSubmit }: FormProps) {
  const [detail, setDetail] = useState<Detail>("raw");
  const [format, setFormat] = useState<Format>("csv");
  const [compression, setCompression] = useState<Compression>("none");
  const packable = isPackable(format);
  const body = exportRequest(selection, detail, format, compression);
  const order = exportOrder({ ...body, resolution: null });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    onSubmit(body);
  };
  return (
    <form onSubmit={submit}>
      <DialogBody>
        <p className="muted">
          A direct download of a long time may take minutes, in which this page must stay open and the
          connection must hold. Here the platform writes the file by itself and keeps it for a while.
        </p>
        {order ? <Order order={order} /> : null}
        <div className={classes.kinds}>
          <NativeSelect
            label="Readings"
            data={choices(DETAILS)}
            value={detail}
            onChange={({ currentTarget }) => setDetail(currentTarget.value as Detail)}
          />
          <NativeSelect
            label="Format"
            data={Object.entries(FORMATS).map(([value, { label }]) => ({ value, label }))}
            value={format}
            onChange={({ currentTarget }) => setFormat(currentTarget.value as Format)}
          />
          <NativeSelect
            label="Compression"
            description={packable ? undefined : "Parquet is compressed by itself"}
            inputWrapperOrder={["label", "input", "description", "error"]}
            disabled={!packable}
            data={choices(COMPRESSIONS)}
            value={packable ? compression : "none"}
            onChange={({ currentTarget }) => setCompression(currentTarget.value as Compression)}
          />
        </div>
        {error ? <Notice tone="bad">{toApiError(error).message}</Notice> : null}
      </DialogBody>
      <SubmitActions busy={busy} onCancel={onCancel}>
        Export
      </SubmitActions>
    </form>
  );
}

function choices(labels: Readonly<Record<string, string>>) {
  return Object.entries(labels).map(([value, label]) => ({ value, label }));
}
