import { Button, CloseButton, TextInput } from "@mantine/core";
import type { Device } from "../../api/types";
import type { DevicePatch } from "../../data/change-device";
import { draftLabels, type LabelDraft, labelFault, labelPatch, labelsOf } from "../../lib/labels";
import { PlusIcon } from "../../ui/icons";
import classes from "./device-fields.module.css";

/** What people say about a device, as it is typed. */
export interface FieldsDraft {
  name: string;
  model: string;
  legacyId: string;
  labels: readonly LabelDraft[];
}

type Said = Pick<Device, "name" | "model" | "legacy_id" | "labels">;

export function draftFields(device: Said | null): FieldsDraft {
  return {
    name: device?.name ?? "",
    model: device?.model ?? "",
    legacyId: device?.legacy_id == null ? "" : String(device.legacy_id),
    labels: draftLabels(device?.labels ?? {}),
  };
}

/** What a draft says, each part as the platform takes it. */
export function fieldsOf(draft: FieldsDraft) {
  return {
    name: draft.name.trim() || null,
    model: draft.model.trim() || null,
    legacy_id: draft.legacyId.trim() === "" ? null : Number(draft.legacyId),
    labels: labelsOf(draft.labels),
  };
}

/** What a draft changes about a device, as a merge patch; empty when nothing. */
export function patchOf(device: Said, draft: FieldsDraft): DevicePatch {
  const after = fieldsOf(draft);
  const labels = labelPatch(device.labels, after.labels);
  return {
    ...(after.name === (device.name ?? null) ? {} : { name: after.name }),
    ...(after.model === (device.model ?? null) ? {} : { model: after.model }),
    ...(after.legacy_id === (device.legacy_id ?? null) ? {} : { legacy_id: after.legacy_id }),
    ...(labels ? { labels } : {}),
  };
}

interface DeviceFieldsProps {
  draft: FieldsDraft;
  onChange: (draft: FieldsDraft) => void;
  /** A legacy device is its number: it cannot be linked to one. */
  linkable: boolean;
}

/** The fields of the form for a device. */
export function DeviceFields({ draft, onChange, linkable }: DeviceFieldsProps) {
  return (
    <>
      <TextInput
        label="Name"
        maxLength={100}
        value={draft.name}
        onChange={(event) => onChange({ ...draft, name: event.currentTarget.value })}
      />
      <TextInput
        label="Model"
        description="A model that the device reports later takes its place"
        maxLength={100}
        value={draft.model}
        onChange={(event) => onChange({ ...draft, model: event.currentTarget.value })}
      />
      {linkable ? (
        <TextInput
          label="Legacy number"
          description="Reads of either then answer with the history of both"
          inputMode="numeric"
          pattern="\d{1,18}"
          title="A whole number"
          value={draft.legacyId}
          onChange={(event) => onChange({ ...draft, legacyId: event.currentTarget.value })}
        />
      ) : null}
      <Labels labels={draft.labels} onChange={(labels) => onChange({ ...draft, labels })} />
    </>
  );
}

function Labels({
  labels,
  onChange,
}: {
  labels: readonly LabelDraft[];
  onChange: (labels: readonly LabelDraft[]) => void;
}) {
  const change = (id: number, part: Partial<LabelDraft>): void =>
    onChange(labels.map((each) => (each.id === id ? { ...each, ...part } : each)));
  const next = Math.max(-1, ...labels.map(({ id }) => id)) + 1;
  return (
    <fieldset className={classes.labels}>
      <legend>Labels</legend>
      {labels.map((label, index) => (
        <div key={label.id} className={classes.pair}>
          <TextInput
            size="xs"
            aria-label={`Key of label ${index + 1}`}
            placeholder="key"
            value={label.key}
            error={labelFault(label)}
            onChange={(event) => change(label.id, { key: event.currentTarget.value.trim() })}
          />
          <TextInput
            size="xs"
            aria-label={`Value of label ${index + 1}`}
            placeholder="value"
            value={label.value}
            onChange={(event) => change(label.id, { value: event.currentTarget.value.trim() })}
          />
          <CloseButton
            size={28}
            iconSize={14}
            aria-label={`Remove label ${index + 1}`}
            onClick={() => onChange(labels.filter(({ id }) => id !== label.id))}
          />
        </div>
      ))}
      <Button
        size="compact-xs"
        variant="default"
        leftSection={<PlusIcon size={13} />}
        onClick={() => onChange([...labels, { id: next, key: "", value: "" }])}
      >
        Add a label
      </Button>
    </fieldset>
  );
}
