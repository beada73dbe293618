import { Button } from "@mantine/core";
import type { ReactNode } from "react";
import { toApiError } from "../api/problem";
import { Dialog, DialogActions, DialogBody } from "./dialog";
import { Notice } from "./notice";

interface ConfirmProps {
  title: string;
  /** What the button says and does, such as `Revoke`. */
  action: string;
  danger?: boolean;
  open: boolean;
  busy: boolean;
  error: unknown;
  onClose: () => void;
  onConfirm: () => void;
  children: ReactNode;
}

/** Asks before something that cannot be taken back; shows why it failed. */
export function Confirm(props: ConfirmProps) {
  const { title, action, danger = false, open, busy, error, onClose, onConfirm, children } = props;
  return (
    <Dialog title={title} open={open} onClose={onClose}>
      <DialogBody>
        {children}
        {error ? <Notice tone="bad">{toApiError(error).message}</Notice> : null}
      </DialogBody>
      <DialogActions>
        <Button size="xs" variant="default" onClick={onClose}>
          Cancel
        </Button>
        <Button size="xs" {...(danger ? { color: "red" } : {})} loading={busy} onClick={onConfirm}>
          {action}
        </Button>
      </DialogActions>
    </Dialog>
  );
}
