import { Button, NativeSelect, TextInput } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { $api } from "../../../api/client";
import { toApiError } from "../../../api/problem";
import type { CorrectionDetail, LatestValue, Metric } from "../../../api/types";
import { counted, displayOf } from "../../../lib/format";
import { HOUR, toLocalInput } from "../../../lib/time";
import { uniqueKey } from "../../../lib/unique";
import { Notice } from "../../../ui/notice";
import { Panel } from "../../../ui/panel";
import classes from "../device.module.css";
import { Changes } from "./changes";
import { type CorrectionDraft, requestOf } from "./draft";

interface CorrectFormProps {
  serial: string;
  values: readonly LatestValue[];
  metrics: ReadonlyMap<string, Metric>;
}

/** Everything that a change of readings touches. */
export const READINGS = ["/v1/corrections", "/v1/devices/{serial}/latest"] as const;

/** Sets readings to a value, or takes them out: first what it would change, then, if wanted, doing it. */
export function CorrectForm({ serial, values, metrics }: CorrectFormProps) {
  const queries = useQueryClient();
  const [draft, setDraft] = useState<CorrectionDraft>(() => ({
    metric: values[0]?.metric ?? "",
    from: toLocalInput(Date.now() - HOUR),
    to: toLocalInput(Date.now()),
    action: "withdraw",
    value: "",
    reason: "",
  }));
  const [fault, setFault] = useState<string | null>(null);
  const preview = $api.useMutation("post", "/v1/corrections");
  const apply = $api.useMutation("post", "/v1/corrections", {
    onSuccess: () => {
      for (const path of READINGS) void queries.invalidateQueries({ queryKey: ["get", path] });
      void queries.invalidateQueries({ queryKey: ["history", serial] });
    },
  });
  const kind = metrics.get(draft.metric)?.kind ?? "number";
  const ask = (dry_run: boolean): void => {
    const request = requestOf(serial, kind, draft);
    setFault(typeof request === "string" ? request : null);
    if (typeof request === "string") return;
    // A preview makes nothing, so only what is applied needs a name of its own.
    if (dry_run) preview.mutate({ body: { ...request, dry_run } });
    else apply.mutate({ params: { header: { "Idempotency-Key": uniqueKey() } }, body: request });
  };
  const change = (part: Partial<CorrectionDraft>): void => {
    // What was previewed is not what would be applied any more.
    preview.reset();
    apply.reset();
    setDraft({ ...draft, ...part });
  };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    ask(true);
  };
  const error = apply.error ?? preview.error;
  return (
    <Panel title="Correct readings" aside="nothing is overwritten">
      <form className={classes.question} onSubmit={submit}>
        <Fields draft={draft} kind={kind} values={values} metrics={metrics} onChange={change} />
        <Button size="xs" type="submit" variant="default" loading={preview.isPending}>
          Preview
        </Button>
      </form>
      {fault ? <Notice tone="bad">{fault}</Notice> : null}
      {error ? <Notice tone="bad">{toApiError(error).message}</Notice> : null}
      {apply.data ? (
        <Notice tone="good">{counted(apply.data.readings, "reading")} corrected.</Notice>
      ) : preview.data ? (
        <Preview correction={preview.data} busy={apply.isPending} onApply={() => ask(false)} />
      ) : null}
    </Panel>
  );
}

interface PreviewProps {
  correction: CorrectionDetail;
  busy: boolean;
  onApply: () => void;
}

function Preview({ correction, busy, onApply }: PreviewProps) {
  if (correction.readings === 0)
    return <Notice tone="warn">No reading stands there that it would change.</Notice>;
  const verb = correction.action === "set" ? "Set" : "Take out";
  return (
    <div className={classes.preview}>
      <p role="status">
        {counted(correction.readings, "reading")} would change
        {correction.readings > correction.changes.length ? `; the first ${correction.changes.length}:` : ":"}
      </p>
      <Changes changes={correction.changes} />
      <Button size="xs" loading={busy} onClick={onApply}>
        {verb} {counted(correction.readings, "reading")}
      </Button>
    </div>
  );
}

interface FieldsProps extends Omit<CorrectFormProps, "serial"> {
  draft: CorrectionDraft;
  kind: string;
  onChange: (part: Partial<CorrectionDraft>) => void;
}

function Fields({ draft, kind, values, metrics, onChange }: FieldsProps) {
  return (
    <>
      <NativeSelect
        size="xs"
        label="Metric"
        value={draft.metric}
        data={values.map(({ metric }) => ({
          value: metric,
          label: displayOf(metric, metrics.get(metric), false).label,
        }))}
        onChange={(event) => onChange({ metric: event.currentTarget.value })}
      />
      <TextInput
        size="xs"
        type="datetime-local"
        step={1}
        label="From (local time)"
        value={draft.from}
        onChange={(event) => onChange({ from: event.currentTarget.value })}
      />
      <TextInput
        size="xs"
        type="datetime-local"
        step={1}
        label="Up to"
        value={draft.to}
        onChange={(event) => onChange({ to: event.currentTarget.value })}
      />
      <NativeSelect
        size="xs"
        label="What"
        value={draft.action}
        data={[
          { value: "withdraw", label: "take them out" },
          { value: "set", label: "set them to a value" },
        ]}
        onChange={(event) => onChange({ action: event.currentTarget.value as CorrectionDraft["action"] })}
      />
      {draft.action === "set" ? (
        <TextInput
          size="xs"
          label={`Value, ${metrics.get(draft.metric)?.unit ?? kind}`}
          placeholder={kind === "boolean" ? "true or false" : ""}
          value={draft.value}
          onChange={(event) => onChange({ value: event.currentTarget.value })}
        />
      ) : null}
      <TextInput
        size="xs"
        label="Why"
        maxLength={500}
        value={draft.reason}
        onChange={(event) => onChange({ reason: event.currentTarget.value })}
      />
    </>
  );
}
