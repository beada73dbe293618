import { Button, NativeSelect, TextInput } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { $api } from "../../../api/client";
import { toApiError } from "../../../api/problem";
import { DAY } from "../../../lib/time";
import { CommandBlock } from "../../../ui/copy";
import { Dialog, DialogActions, DialogBody, SubmitActions } from "../../../ui/dialog";
import { Notice } from "../../../ui/notice";

const ROLES = [
  { value: "viewer", label: "viewer – reads everything" },
  { value: "ingest", label: "ingest – sends readings, nothing else" },
  { value: "operator", label: "operator – reads and changes" },
  { value: "admin", label: "admin – everything, keys included" },
] as const;
type Role = (typeof ROLES)[number]["value"];

const LIFETIMES = [
  { value: "", label: "never" },
  { value: "7", label: "in 7 days" },
  { value: "30", label: "in 30 days" },
  { value: "90", label: "in 90 days" },
  { value: "365", label: "in a year" },
];

const LIMITS = [
  { value: "none", label: "all devices" },
  { value: "labels", label: "devices with certain labels" },
  { value: "serials", label: "certain devices" },
] as const;
type LimitBy = (typeof LIMITS)[number]["value"];

interface Limit {
  labels?: string;
  serials?: string[];
}

function limitOf(by: LimitBy, text: string): Limit {
  if (by === "labels") return { labels: text.trim() };
  if (by === "none") return {};
  return { serials: text.split(/[\s,]+/).filter((serial) => serial !== "") };
}

function expiry(days: string): { expires_at?: string } {
  return days === "" ? {} : { expires_at: new Date(Date.now() + Number(days) * DAY).toISOString() };
}

/** Makes a key and shows its secret, this one time. */
export function NewKey({ open, onClose }: { open: boolean; onClose: () => void }) {
  const queries = useQueryClient();
  const create = $api.useMutation("post", "/v1/api-keys", {
    onSuccess: () => void queries.invalidateQueries({ queryKey: ["get", "/v1/api-keys"] }),
  });
  const close = (): void => {
    // The secret does not stay in memory.
    create.reset();
    onClose();
  };
  return (
    <Dialog title={create.data ? "Your new key" : "Make an API key"} open={open} onClose={close}>
      {create.data ? (
        <>
          <DialogBody>
            {create.data.key === undefined ? (
              <Notice tone="bad">
                Its secret went out with an earlier answer. Revoke this key and make another.
              </Notice>
            ) : (
              <>
                <Notice tone="warn">Copy it now: it is shown this one time, and kept nowhere.</Notice>
                <CommandBlock label={`key of ${create.data.name}`} command={create.data.key} />
              </>
            )}
          </DialogBody>
          <DialogActions>
            <Button size="xs" onClick={close}>
              I have it
            </Button>
          </DialogActions>
        </>
      ) : (
        <Form
          busy={create.isPending}
          error={create.error}
          onCancel={close}
          onSubmit={(name, role, days, limit) =>
            create.mutate({ body: { name, role, ...expiry(days), ...limit } })
          }
        />
      )}
    </Dialog>
  );
}

interface FormProps {
  busy: boolean;
  error: unknown;
  onCancel: () => void;
  onSubmit: (name: string, role: Role, days: string, limit: Limit) => void;
}

function Form({ busy, error, onCancel, onSubmit }: FormProps) {
  const [name, setName] = useState("");
  const [role, setRole] = useState<Role>("viewer");
  const [days, setDays] = useState("90");
  const [by, setBy] = useState<LimitBy>("none");
  const [text, setText] = useState("");
  const limitable = role === "viewer" || role === "ingest";
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    onSubmit(name.trim(), role, days, limitable ? limitOf(by, text) : {});
  };
  return (
    <form onSubmit={submit}>
      <DialogBody>
        <TextInput
          label="Name"
          description="Who or what uses it; it appears wherever the key changed something"
          required
          maxLength={100}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <NativeSelect
          label="Role"
          data={[...ROLES]}
          value={role}
          onChange={(event) => setRole(event.currentTarget.value as Role)}
        />
        <NativeSelect
          label="Expires"
          data={LIFETIMES}
          value={days}
          onChange={(event) => setDays(event.currentTarget.value)}
        />
        {limitable ? (
          <NativeSelect
            label="For"
            data={[...LIMITS]}
            value={by}
            onChange={(event) => setBy(event.currentTarget.value as LimitBy)}
          />
        ) : null}
        {limitable && by !== "none" ? (
          <TextInput
            label={by === "labels" ? "Label selector" : "Serials, with commas"}
            placeholder={by === "labels" ? "site=vie,line!=3" : "AI-9F3C21, AI-9F3C22"}
            required
            value={text}
            onChange={(event) => setText(event.currentTarget.value)}
          />
        ) : null}
        {error ? <Notice tone="bad">{toApiError(error).message}</Notice> : null}
      </DialogBody>
      <SubmitActions busy={busy} onCancel={onCancel}>
        Make it
      </SubmitActions>
    </form>
  );
}
