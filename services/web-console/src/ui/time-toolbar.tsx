import { ActionIcon, Button, SegmentedControl } from "@mantine/core";
import type { ReactNode } from "react";
import { RANGES, type Range } from "../lib/ranges";
import { localDateTime, utc } from "../lib/time";
import { isFixed, moved, type Span, type Window, zoomed } from "../lib/windows";
import { BackIcon, ForwardIcon, ZoomInIcon, ZoomOutIcon } from "./icons";
import classes from "./time-toolbar.module.css";

interface TimeToolbarProps {
  span: Span;
  /** What the span comes to right now. */
  window: Window;
  onSpan: (span: Span) => void;
  /** What leads back from a fixed part of the time. */
  follow: Range;
  children?: ReactNode;
}

/** Chooses the part of the time that all charts of a page show. */
export function TimeToolbar({ span, window, onSpan, follow, children }: TimeToolbarProps) {
  const fixed = isFixed(span);
  return (
    <div className={classes.toolbar}>
      <SegmentedControl
        size="xs"
        aria-label="Time range"
        className={classes.ranges ?? ""}
        value={fixed ? "" : span.range}
        onChange={(value) => onSpan({ range: value as Range })}
        data={RANGES.map((value) => ({ value, label: value }))}
      />
      {/* biome-ignore lint/a11y/useSemanticElements: a fieldset is for a form */}
      <div className={classes.moves} role="group" aria-label="Move along the time">
        <Step label="Earlier" onClick={() => onSpan(moved(window, -0.5))}>
          <BackIcon size={16} />
        </Step>
        <Step label="Zoom out" onClick={() => onSpan(zoomed(window, 2))}>
          <ZoomOutIcon size={16} />
        </Step>
        <Step label="Zoom in" onClick={() => onSpan(zoomed(window, 0.5))}>
          <ZoomInIcon size={16} />
        </Step>
        <Step label="Later" disabled={!fixed} onClick={() => onSpan(moved(window, 0.5))}>
          <ForwardIcon size={16} />
        </Step>
      </div>
      {fixed ? (
        <span className={classes.fixed}>
          <span title={`${utc(window.from)} – ${utc(window.to)}`}>
            {localDateTime(window.from)} – {localDateTime(window.to)}
          </span>
          <Button size="compact-xs" variant="default" onClick={() => onSpan({ range: follow })}>
            Follow live
          </Button>
        </span>
      ) : null}
      {children ? <div className={classes.rest}>{children}</div> : null}
    </div>
  );
}

interface StepProps {
  label: string;
  disabled?: boolean;
  onClick: () => void;
  children: ReactNode;
}

function Step({ label, disabled = false, onClick, children }: StepProps) {
  return (
    <ActionIcon
      variant="default"
      size={28}
      aria-label={label}
      title={label}
      disabled={disabled}
      onClick={onClick}
    >
      {children}
    </ActionIcon>
  );
}
