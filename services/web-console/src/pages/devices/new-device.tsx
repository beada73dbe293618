import { TextInput } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { $api } from "../../api/client";
import { toApiError } from "../../api/problem";
import { Dialog, DialogBody, SubmitActions } from "../../ui/dialog";
import { Notice } from "../../ui/notice";
import { DeviceFields, draftFields, fieldsOf } from "./device-fields";

/** Enters a device before it is heard of. */
export function NewDevice({ open, onClose }: { open: boolean; onClose: () => void }) {
  return (
    <Dialog title="Add a device" open={open} onClose={onClose}>
      <Form onClose={onClose} />
    </Dialog>
  );
}

function Form({ onClose }: { onClose: () => void }) {
  const queries = useQueryClient();
  const navigate = useNavigate();
  const [serial, setSerial] = useState("");
  const [draft, setDraft] = useState(() => draftFields(null));
  const create = $api.useMutation("post", "/v1/devices", {
    onSuccess: (device) => {
      void queries.invalidateQueries({ queryKey: ["devices"] });
      onClose();
      void navigate({ to: "/devices/$serial", params: { serial: device.serial } });
    },
  });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    create.mutate({ body: { serial: serial.trim(), ...fieldsOf(draft) } });
  };
  return (
    <form onSubmit={submit}>
      <DialogBody>
        <TextInput
          label="Serial"
          description="1 to 64 of A-Z a-z 0-9 . _ : -"
          required
          maxLength={64}
          value={serial}
          onChange={(event) => setSerial(event.currentTarget.value)}
        />
        <DeviceFields draft={draft} onChange={setDraft} linkable />
        {create.error ? <Notice tone="bad">{toApiError(create.error).message}</Notice> : null}
      </DialogBody>
      <SubmitActions busy={create.isPending} onCancel={onClose}>
        Add it
      </SubmitActions>
    </form>
  );
}
