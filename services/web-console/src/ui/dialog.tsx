import { ActionIcon, Button } from "@mantine/core";
import { type ReactNode, useEffect, useId, useRef } from "react";
import classes from "./dialog.module.css";
import { CloseIcon } from "./icons";

interface DialogProps {
  title: string;
  open: boolean;
  onClose: () => void;
  /** Without a visible head; the title is then only read aloud. */
  bare?: boolean;
  wide?: boolean;
  children: ReactNode;
}

/** The browser's own modal dialog: it keeps the focus, closes on Escape, and gives the focus back. */
export function Dialog({ title, open, onClose, bare = false, wide = false, children }: DialogProps) {
  const element = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const dialog = element.current;
    if (!dialog) return;
    if (open && !dialog.open) dialog.showModal();
    if (!open && dialog.open) dialog.close();
  }, [open]);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the keyboard has Escape, which the browser handles itself
    <dialog
      ref={element}
      className={classes.dialog}
      data-bare={bare}
      data-wide={wide}
      aria-labelledby={id}
      onClose={(event) => {
        // A dialog inside of it that closes is told here too.
        if (event.target === element.current) onClose();
      }}
      onClick={(event) => {
        // Only the backdrop is the dialog itself; everything else is inside of the box.
        if (event.target === element.current) onClose();
      }}
    >
      {open ? (
        <div className={classes.box}>
          <header className={bare ? "visually-hidden" : classes.header}>
            <h2 id={id}>{title}</h2>
            {bare ? null : (
              <ActionIcon variant="subtle" color="gray" size="sm" onClick={onClose} aria-label="Close">
                <CloseIcon size={16} />
              </ActionIcon>
            )}
          </header>
          {children}
        </div>
      ) : null}
    </dialog>
  );
}

/** The row of buttons at a dialog's end. */
export function DialogActions({ children }: { children: ReactNode }) {
  return <div className={classes.actions}>{children}</div>;
}

interface SubmitActionsProps {
  busy: boolean;
  disabled?: boolean;
  onCancel: () => void;
  /** What sending the form does. */
  children: ReactNode;
}

/** The end of a form in a dialog: away, or send it. */
export function SubmitActions({ busy, disabled = false, onCancel, children }: SubmitActionsProps) {
  return (
    <DialogActions>
      <Button size="xs" variant="default" onClick={onCancel}>
        Cancel
      </Button>
      <Button size="xs" type="submit" loading={busy} disabled={disabled}>
        {children}
      </Button>
    </DialogActions>
  );
}

/** The part of a dialog between its head and its buttons. */
export function DialogBody({ children }: { children: ReactNode }) {
  return <div className={classes.body}>{children}</div>;
}
