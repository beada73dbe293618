import { Button, TextInput } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, type ReactNode, useState } from "react";
import { $api } from "../../../api/client";
import { toApiError } from "../../../api/problem";
import { counted } from "../../../lib/format";
import { erasureResult, isUnderWay } from "../../../lib/operations";
import { uniqueKey } from "../../../lib/unique";
import { Dialog, DialogActions, DialogBody, SubmitActions } from "../../../ui/dialog";
import { Notice } from "../../../ui/notice";
import { OperationView, useOperation } from "../../admin/operations/operation-view";

interface EraseProps {
  serial: string;
  open: boolean;
  onClose: () => void;
}

/** Erases all that is stored of a device: first it is counted, then the serial is typed, then it goes. */
export function EraseDevice({ serial, open, onClose }: EraseProps) {
  return (
    <Dialog title={`Erase all of ${serial}`} wide open={open} onClose={onClose}>
      <Erase serial={serial} onClose={onClose} />
    </Dialog>
  );
}

function Erase({ serial, onClose }: Omit<EraseProps, "open">) {
  const queries = useQueryClient();
  const [reason, setReason] = useState("");
  const ask = $api.useMutation("post", "/v1/devices/{serial}/erasure", {
    onSuccess: () => void queries.invalidateQueries({ queryKey: ["get", "/v1/operations"] }),
  });
  const send = (dry_run: boolean): void =>
    ask.mutate({
      params: { path: { serial }, header: { "Idempotency-Key": uniqueKey() } },
      body: { reason: reason.trim(), dry_run },
    });
  const error = ask.error ? <Notice tone="bad">{toApiError(ask.error).message}</Notice> : null;
  if (!ask.data) {
    return (
      <Why
        reason={reason}
        busy={ask.isPending}
        onReason={setReason}
        onClose={onClose}
        onCount={() => send(true)}
      >
        {error}
      </Why>
    );
  }
  if (ask.data.dry_run) {
    return (
      <Sure id={ask.data.id} serial={serial} onClose={onClose} onErase={() => send(false)}>
        {error}
      </Sure>
    );
  }
  return (
    <>
      <DialogBody>
        <OperationView id={ask.data.id} />
      </DialogBody>
      <DialogActions>
        <Button size="xs" onClick={onClose}>
          Done
        </Button>
      </DialogActions>
    </>
  );
}

interface WhyProps {
  reason: string;
  busy: boolean;
  onReason: (reason: string) => void;
  onClose: () => void;
  onCount: () => void;
  children: ReactNode;
}

function Why({ reason, busy, onReason, onClose, onCount, children }: WhyProps) {
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (reason.trim() !== "") onCount();
  };
  return (
    <form onSubmit={submit}>
      <DialogBody>
        <p>
          Everything that was received of it goes for good: payloads, readings, rollups, errors, corrections,
          commands and presence. What it sends from then on is stored as that of a new device. First it is
          only counted.
        </p>
        <TextInput
          label="Why"
          description="Kept with the proof for ever: name nobody here"
          maxLength={200}
          required
          value={reason}
          onChange={(event) => onReason(event.currentTarget.value)}
        />
        {children}
      </DialogBody>
      <SubmitActions busy={busy} disabled={reason.trim() === ""} onCancel={onClose}>
        Count what would go
      </SubmitActions>
    </form>
  );
}

interface SureProps {
  /** The dry run. */
  id: string;
  serial: string;
  onClose: () => void;
  onErase: () => void;
  children: ReactNode;
}

function Sure({ id, serial, onClose, onErase, children }: SureProps) {
  const { data } = useOperation(id);
  const [typed, setTyped] = useState("");
  const counts = data && !isUnderWay(data) && data.state === "done" ? erasureResult(data.result) : null;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (typed === serial && counts) onErase();
  };
  return (
    <form onSubmit={submit}>
      <DialogBody>
        <OperationView id={id} />
        {counts ? (
          <TextInput
            label={`Type ${serial} to erase it`}
            autoComplete="off"
            value={typed}
            onChange={(event) => setTyped(event.currentTarget.value)}
          />
        ) : null}
        {children}
      </DialogBody>
      <DialogActions>
        <Button size="xs" variant="default" onClick={onClose}>
          Cancel
        </Button>
        <Button size="xs" type="submit" color="red" disabled={!counts || typed !== serial}>
          {counts ? `Erase ${counted(counts.rows, "row")}` : "Erase"}
        </Button>
      </DialogActions>
    </form>
  );
}
