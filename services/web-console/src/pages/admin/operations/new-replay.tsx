import { Button, Switch, TextInput } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { $api } from "../../../api/client";
import { toApiError } from "../../../api/problem";
import { fromLocalInput } from "../../../lib/time";
import { uniqueKey } from "../../../lib/unique";
import { Dialog, DialogActions, DialogBody, SubmitActions } from "../../../ui/dialog";
import { Notice } from "../../../ui/notice";
import own from "./operations.module.css";
import { ReplayView } from "./replay-dialog";

/** Asks for stored messages to be decoded again; a dry run first says what would come out otherwise. */
export function NewReplay({ open, onClose }: { open: boolean; onClose: () => void }) {
  const queries = useQueryClient();
  const start = $api.useMutation("post", "/v1/replays", {
    onSuccess: () => void queries.invalidateQueries({ queryKey: ["get", "/v1/operations"] }),
  });
  const close = (): void => {
    start.reset();
    onClose();
  };
  return (
    <Dialog title="Decode stored messages again" wide open={open} onClose={close}>
      {start.data ? (
        <>
          <DialogBody>
            <ReplayView id={String(start.data.id)} />
          </DialogBody>
          <DialogActions>
            <Button size="xs" variant="default" onClick={() => start.reset()}>
              Another
            </Button>
            <Button size="xs" onClick={close}>
              Done
            </Button>
          </DialogActions>
        </>
      ) : (
        <Form
          busy={start.isPending}
          error={start.error}
          onCancel={close}
          onSubmit={(body) => start.mutate({ params: { header: { "Idempotency-Key": uniqueKey() } }, body })}
        />
      )}
    </Dialog>
  );
}

interface ReplayOrder {
  device?: string;
  from?: string;
  to?: string;
  dry_run: boolean;
}

interface FormProps {
  busy: boolean;
  error: unknown;
  onCancel: () => void;
  onSubmit: (order: ReplayOrder) => void;
}

function Form({ busy, error, onCancel, onSubmit }: FormProps) {
  const [device, setDevice] = useState("");
  const [from, setFrom] = useState("");
  const [to, setTo] = useState("");
  const [dry, setDry] = useState(true);
  const iso = (text: string): string | undefined => {
    const at = fromLocalInput(text);
    return at === null ? undefined : new Date(at).toISOString();
  };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const [begin, end] = [iso(from), iso(to)];
    onSubmit({
      dry_run: dry,
      ...(device.trim() ? { device: device.trim() } : {}),
      ...(begin ? { from: begin } : {}),
      ...(end ? { to: end } : {}),
    });
  };
  return (
    <form onSubmit={submit}>
      <DialogBody>
        <p className="muted">
          Today's decoders and catalogue read the stored messages. What comes out otherwise supersedes;
          nothing is deleted, and corrected readings are left alone.
        </p>
        <TextInput
          label="Device"
          description="Its serial; empty for all devices"
          value={device}
          onChange={(event) => setDevice(event.currentTarget.value)}
        />
        <div className={own.span}>
          <TextInput
            type="datetime-local"
            step={1}
            label="Arrived from (local time)"
            value={from}
            onChange={(event) => setFrom(event.currentTarget.value)}
          />
          <TextInput
            type="datetime-local"
            step={1}
            label="Up to"
            value={to}
            onChange={(event) => setTo(event.currentTarget.value)}
          />
        </div>
        <Switch
          label="Dry run: only say what would change"
          checked={dry}
          onChange={(event) => setDry(event.currentTarget.checked)}
        />
        {error ? <Notice tone="bad">{toApiError(error).message}</Notice> : null}
      </DialogBody>
      <SubmitActions busy={busy} onCancel={onCancel}>
        {dry ? "Try it" : "Decode again"}
      </SubmitActions>
    </form>
  );
}
