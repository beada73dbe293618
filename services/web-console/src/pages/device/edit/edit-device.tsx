import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { api } from "../../../api/client";
import { toApiError } from "../../../api/problem";
import type { Device } from "../../../api/types";
import { changeDevice } from "../../../data/change-device";
import { Dialog, DialogBody, SubmitActions } from "../../../ui/dialog";
import { Notice } from "../../../ui/notice";
import { DeviceFields, draftFields, type FieldsDraft, patchOf } from "../../devices/device-fields";
import { Conflict } from "./conflict";

interface EditDeviceProps {
  device: Device;
  open: boolean;
  onClose: () => void;
}

/** Changes what people say about a device, and tells when somebody else did meanwhile. */
export function EditDevice({ device, open, onClose }: EditDeviceProps) {
  return (
    <Dialog title={`Change ${device.serial}`} open={open} onClose={onClose}>
      <Form device={device} onClose={onClose} />
    </Dialog>
  );
}

async function fetchDevice(serial: string): Promise<Device> {
  const { data } = await api.GET("/v1/devices/{serial}", { params: { path: { serial } }, cache: "no-store" });
  if (!data) throw new TypeError("the device came without a body");
  return data;
}

function Form({ device, onClose }: { device: Device; onClose: () => void }) {
  const queries = useQueryClient();
  // What is being changed is what was opened, not what the page has learned since.
  const [base, setBase] = useState(device);
  const [draft, setDraft] = useState<FieldsDraft>(() => draftFields(device));
  const [theirs, setTheirs] = useState<Device | null>(null);
  const save = useMutation({
    mutationFn: (onto: Device) => changeDevice(onto.serial, onto.version, patchOf(base, draft)),
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: ["get", "/v1/devices/{serial}"] });
      void queries.invalidateQueries({ queryKey: ["devices"] });
      onClose();
    },
    onError: async (error) => {
      if (toApiError(error).status === 412) setTheirs(await fetchDevice(device.serial));
    },
  });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (Object.keys(patchOf(base, draft)).length === 0) onClose();
    else save.mutate(base);
  };
  if (theirs) {
    return (
      <Conflict
        base={base}
        theirs={theirs}
        mine={patchOf(base, draft)}
        busy={save.isPending}
        onKeepMine={() => {
          setTheirs(null);
          save.mutate(theirs);
        }}
        onTakeTheirs={() => {
          setBase(theirs);
          setDraft(draftFields(theirs));
          setTheirs(null);
          save.reset();
        }}
      />
    );
  }
  const refused = save.error && toApiError(save.error).status !== 412 ? toApiError(save.error) : null;
  return (
    <form onSubmit={submit}>
      <DialogBody>
        <DeviceFields draft={draft} onChange={setDraft} linkable={!base.serial.startsWith("legacy-")} />
        {refused ? <Notice tone="bad">{refused.message}</Notice> : null}
      </DialogBody>
      <SubmitActions busy={save.isPending} onCancel={onClose}>
        Save
      </SubmitActions>
    </form>
  );
}
