import { NativeSelect, Switch, TextInput } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { $api } from "../../../api/client";
import { toApiError } from "../../../api/problem";
import type { Metric } from "../../../api/types";
import { Dialog, DialogBody, SubmitActions } from "../../../ui/dialog";
import { Notice } from "../../../ui/notice";
import classes from "../admin.module.css";
import { type Draft, draftOf, fieldsOf } from "./draft";

interface EditMetricProps {
  /** The metric to change; a new one when null. */
  metric: Metric | null;
  open: boolean;
  onClose: () => void;
}

/** Describes a metric, or changes what is said of it. */
export function EditMetric({ metric, open, onClose }: EditMetricProps) {
  return (
    <Dialog title={metric ? `Change ${metric.name}` : "Add a metric"} open={open} onClose={onClose}>
      <Form metric={metric} onDone={onClose} />
    </Dialog>
  );
}

function Form({ metric, onDone }: { metric: Metric | null; onDone: () => void }) {
  const [draft, setDraft] = useState<Draft>(() => draftOf(metric));
  const queries = useQueryClient();
  const onSuccess = (): void => {
    void queries.invalidateQueries({ queryKey: ["get", "/v1/metrics"] });
    onDone();
  };
  const create = $api.useMutation("post", "/v1/metrics", { onSuccess });
  const change = $api.useMutation("patch", "/v1/metrics/{name}", { onSuccess });
  const error = create.error ?? change.error;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const fields = fieldsOf(draft);
    if (metric === null) create.mutate({ body: { name: draft.name.trim(), ...fields } });
    else {
      // The version makes sure that nobody's change in between is overwritten unseen.
      const body = { ...fields, version: metric.version };
      change.mutate({ params: { path: { name: metric.name } }, body });
    }
  };
  const field = (key: keyof Draft & string, label: string, number = false) => (
    <TextInput
      size="xs"
      label={label}
      value={String(draft[key])}
      inputMode={number ? "decimal" : "text"}
      onChange={({ currentTarget: { value } }) => setDraft((before) => ({ ...before, [key]: value }))}
    />
  );
  return (
    <form onSubmit={submit}>
      <DialogBody>
        {metric === null ? field("name", "Name, as devices send it") : null}
        {field("displayName", "Name for people")}
        <div className={classes.pair}>
          <NativeSelect
            size="xs"
            label="Kind"
            data={["number", "boolean", "text"]}
            value={draft.kind}
            onChange={({ currentTarget: { value } }) => setDraft((before) => ({ ...before, kind: value }))}
          />
          {field("unit", "Unit of stored values")}
          {field("min", "Least valid value", true)}
          {field("max", "Greatest valid value", true)}
          {field("displayUnit", "Unit for people")}
          {field("displayFactor", "Factor to that unit", true)}
        </div>
        <Switch
          size="xs"
          label="Part of the catalogue: unit and range are checked"
          checked={draft.listed}
          onChange={({ currentTarget: { checked } }) =>
            setDraft((before) => ({ ...before, listed: checked }))
          }
        />
        {error ? <Notice tone="bad">{toApiError(error).message}</Notice> : null}
      </DialogBody>
      <SubmitActions busy={create.isPending || change.isPending} onCancel={onDone}>
        Save
      </SubmitActions>
    </form>
  );
}
