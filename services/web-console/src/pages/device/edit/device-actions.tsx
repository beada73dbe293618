import { Button } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import type { Device } from "../../../api/types";
import { usePermissions } from "../../../auth/roles";
import { deleteDevice } from "../../../data/change-device";
import { Confirm } from "../../../ui/confirm";
import { EditDevice } from "./edit-device";
import { EraseDevice } from "./erase-device";

/** Change, delete or erase a device; nothing for keys that may only look. */
export function DeviceActions({ device }: { device: Device }) {
  const { operate, administer } = usePermissions();
  const [showing, setShowing] = useState<"edit" | "delete" | "erase" | null>(null);
  if (!operate) return null;
  const close = (): void => setShowing(null);
  return (
    <>
      <Button size="xs" variant="default" onClick={() => setShowing("edit")}>
        Change
      </Button>
      <Button size="xs" variant="default" onClick={() => setShowing("delete")}>
        Delete
      </Button>
      {administer ? (
        <Button size="xs" variant="default" onClick={() => setShowing("erase")}>
          Erase
        </Button>
      ) : null}
      <EditDevice device={device} open={showing === "edit"} onClose={close} />
      <Delete device={device} open={showing === "delete"} onClose={close} />
      <EraseDevice serial={device.serial} open={showing === "erase"} onClose={close} />
    </>
  );
}

function Delete({ device, open, onClose }: { device: Device; open: boolean; onClose: () => void }) {
  const queries = useQueryClient();
  const navigate = useNavigate();
  const remove = useMutation({
    mutationFn: () => deleteDevice(device.serial, device.version),
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: ["devices"] });
      void navigate({ to: "/devices" });
    },
  });
  return (
    <Confirm
      title={`Delete ${device.serial}?`}
      action="Delete"
      danger
      open={open}
      busy={remove.isPending}
      error={remove.error}
      onClose={() => {
        remove.reset();
        onClose();
      }}
      onConfirm={() => remove.mutate()}
    >
      <p>
        It is shown no more, and its legacy number is free again. Its data stays until it is purged, and what
        it sends is stored all the same: adding the serial again restores the device with all of it.
      </p>
    </Confirm>
  );
}
