import { Button, NativeSelect, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { $api, api } from "../../../api/client";
import { ifMatch } from "../../../api/if-match";
import { toApiError } from "../../../api/problem";
import type { MetricRetentionClass, RetentionClass, RetentionSetting } from "../../../api/types";
import { useCatalogue } from "../../../data/metrics";
import { counted } from "../../../lib/format";
import { Dialog, DialogBody, SubmitActions } from "../../../ui/dialog";
import { Notice } from "../../../ui/notice";
import { CLASS_LABEL } from "./labels";

const SETTINGS = "/v1/retention-settings";
/** The classes of which single metrics may have a time of their own. */
const BY_METRIC = ["readings", "rollup_1m", "rollup_1h", "rollup_1d"] as const;

/** The days of a setting as typed: empty for ever; null when it is no number of days. */
export function daysOf(typed: string): number | null | undefined {
  if (typed.trim() === "") return null;
  const days = Number(typed);
  return Number.isInteger(days) && days >= 1 && days <= 36_500 ? days : undefined;
}

interface EditSettingProps {
  setting: RetentionSetting;
  open: boolean;
  onClose: () => void;
}

/** Changes how long something is kept, if nobody else did meanwhile. */
export function EditSetting({ setting, open, onClose }: EditSettingProps) {
  const name = CLASS_LABEL[setting.class] ?? setting.class;
  return (
    <Dialog title={`Keep ${name.toLowerCase()}`} open={open} onClose={onClose}>
      <Form setting={setting} onClose={onClose} />
    </Dialog>
  );
}

/** Puts a setting; for a metric that has none yet, only while it has none. */
async function put(
  setting: Pick<RetentionSetting, "class" | "metric">,
  version: number | null,
  days: number | null,
) {
  const body = { keep_days: days };
  if (setting.metric == null) {
    await api.PUT("/v1/retention-settings/{class}", {
      params: { path: { class: setting.class as RetentionClass }, header: { "If-Match": ifMatch(version) } },
      body,
    });
    return;
  }
  const header = version === null ? ({ "If-None-Match": "*" } as const) : { "If-Match": ifMatch(version) };
  await api.PUT("/v1/retention-settings/{class}/metrics/{metric}", {
    params: { path: { class: setting.class as MetricRetentionClass, metric: setting.metric }, header },
    body,
  });
}

function useRefresh(): () => void {
  const queries = useQueryClient();
  return () => void queries.invalidateQueries({ queryKey: ["get", SETTINGS] });
}

function Refused({ error }: { error: unknown }) {
  const problem = toApiError(error);
  return (
    <Notice tone="bad">
      {problem.status === 412
        ? "Somebody changed this setting meanwhile. Close this, look at what stands there now, and decide again."
        : problem.message}
    </Notice>
  );
}

function Form({ setting, onClose }: { setting: RetentionSetting; onClose: () => void }) {
  const refresh = useRefresh();
  // The version that was looked at when the dialog was opened, whatever the page has learned since.
  const [looked] = useState(setting);
  const [typed, setTyped] = useState(setting.keep_days == null ? "" : String(setting.keep_days));
  const days = daysOf(typed);
  const save = useMutation({
    mutationFn: (keep: number | null) => put(looked, looked.version, keep),
    onSuccess: onClose,
    onSettled: refresh,
  });
  const shorter = days != null && (looked.keep_days == null || days < looked.keep_days);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (days !== undefined) save.mutate(days);
  };
  return (
    <form onSubmit={submit}>
      <DialogBody>
        <TextInput
          label={looked.metric ? `Days, for ${looked.metric}` : "Days"}
          description="Empty: for ever"
          inputMode="numeric"
          value={typed}
          error={days === undefined ? "A whole number of days, at least 1." : null}
          onChange={(event) => setTyped(event.currentTarget.value)}
        />
        {shorter ? (
          <Notice tone="warn">
            The next run lets go of everything older than {counted(days, "day")}, for good. Plan a run first:
            it says what that would be.
          </Notice>
        ) : null}
        {save.error ? <Refused error={save.error} /> : null}
      </DialogBody>
      <SubmitActions busy={save.isPending} disabled={days === undefined} onCancel={onClose}>
        Save
      </SubmitActions>
    </form>
  );
}

/** Gives a metric a time of its own. */
export function NewSetting({ open, onClose }: { open: boolean; onClose: () => void }) {
  return (
    <Dialog title="A metric with a time of its own" open={open} onClose={onClose}>
      <NewForm onClose={onClose} />
    </Dialog>
  );
}

function NewForm({ onClose }: { onClose: () => void }) {
  const refresh = useRefresh();
  const metrics = [...useCatalogue().keys()];
  const [kind, setKind] = useState("readings");
  const [metric, setMetric] = useState("");
  const [typed, setTyped] = useState("90");
  const days = daysOf(typed);
  const chosen = metric || metrics[0];
  const save = useMutation({
    mutationFn: (keep: number | null) => put({ class: kind, metric: chosen ?? "" }, null, keep),
    onSuccess: onClose,
    onSettled: refresh,
  });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (days !== undefined && chosen) save.mutate(days);
  };
  return (
    <form onSubmit={submit}>
      <DialogBody>
        <NativeSelect
          label="What"
          data={BY_METRIC.map((value) => ({ value, label: CLASS_LABEL[value] ?? value }))}
          value={kind}
          onChange={(event) => setKind(event.currentTarget.value)}
        />
        <NativeSelect
          label="Metric"
          data={metrics}
          value={chosen ?? ""}
          onChange={(event) => setMetric(event.currentTarget.value)}
        />
        <TextInput
          label="Days"
          description="Empty: for ever"
          inputMode="numeric"
          value={typed}
          error={days === undefined ? "A whole number of days, at least 1." : null}
          onChange={(event) => setTyped(event.currentTarget.value)}
        />
        {save.error ? <Refused error={save.error} /> : null}
      </DialogBody>
      <SubmitActions busy={save.isPending} disabled={days === undefined || !chosen} onCancel={onClose}>
        Save
      </SubmitActions>
    </form>
  );
}

/** Lets a metric go with its class again. */
export function DropSetting({ setting }: { setting: RetentionSetting }) {
  const refresh = useRefresh();
  const drop = $api.useMutation("delete", "/v1/retention-settings/{class}/metrics/{metric}", {
    onSettled: refresh,
  });
  const { metric, version } = setting;
  if (metric == null) return null;
  return (
    <>
      <Button
        size="compact-xs"
        variant="default"
        loading={drop.isPending}
        aria-label={`Let ${metric} go with its class`}
        onClick={() =>
          drop.mutate({
            params: {
              path: { class: setting.class as MetricRetentionClass, metric },
              header: { "If-Match": ifMatch(version) },
            },
          })
        }
      >
        With its class
      </Button>
      {drop.error ? <Refused error={drop.error} /> : null}
    </>
  );
}
