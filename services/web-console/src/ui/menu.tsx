import { Button } from "@mantine/core";
import { type FocusEvent, type KeyboardEvent, type ReactNode, useId, useRef, useState } from "react";
import { ChevronIcon } from "./icons";
import classes from "./menu.module.css";

interface MenuProps {
  label: ReactNode;
  /** What it is called where the label does not say it. */
  name?: string;
  icon?: ReactNode;
  disabled?: boolean;
  /** At which edge of the button it opens. */
  side?: "left" | "right";
  children: (close: () => void) => ReactNode;
}

/** A button that opens a small panel below itself; Escape, a click elsewhere or leaving it by Tab closes it. */
export function Menu({ label, name, icon, disabled = false, side = "left", children }: MenuProps) {
  const [open, setOpen] = useState(false);
  const id = useId();
  const button = useRef<HTMLButtonElement>(null);
  const close = (): void => {
    setOpen(false);
    button.current?.focus();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key !== "Escape" || !open) return;
    event.stopPropagation();
    close();
  };
  const onBlur = ({ currentTarget, relatedTarget }: FocusEvent): void => {
    if (relatedTarget === null || !currentTarget.contains(relatedTarget as Node)) setOpen(false);
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: listens for what bubbles out of the button and the panel
    <div className={classes.menu} onKeyDown={onKeyDown} onBlur={onBlur}>
      <Button
        ref={button}
        size="xs"
        variant="default"
        disabled={disabled}
        leftSection={icon}
        rightSection={<ChevronIcon size={14} />}
        aria-expanded={open}
        aria-controls={id}
        aria-label={name}
        onClick={() => setOpen(!open)}
      >
        {label}
      </Button>
      <div
        id={id}
        className={classes.panel}
        data-side={side}
        hidden={!open}
        // A click beside the controls keeps the focus inside, so that it does not close.
        tabIndex={-1}
      >
        {open ? children(close) : null}
      </div>
    </div>
  );
}

/** One thing to do in a menu. */
export function MenuItem({
  onClick,
  chosen,
  children,
}: {
  onClick: () => void;
  chosen?: boolean;
  children: ReactNode;
}) {
  return (
    <button type="button" className={classes.item} data-chosen={chosen || undefined} onClick={onClick}>
      {children}
    </button>
  );
}
