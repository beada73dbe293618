import { ActionIcon } from "@mantine/core";
import { useState } from "react";
import classes from "./copy.module.css";
import { CheckIcon, CopyIcon } from "./icons";

/** A command to copy into a terminal. */
export function CommandBlock({ label, command }: { label: string; command: string }) {
  const [copied, setCopied] = useState(false);
  const copy = async (): Promise<void> => {
    await navigator.clipboard?.writeText(command);
    setCopied(true);
    setTimeout(() => setCopied(false), 1_500);
  };
  return (
    <figure className={classes.block}>
      <figcaption className={classes.caption}>
        {label}
        <ActionIcon
          variant="subtle"
          color="gray"
          size="sm"
          onClick={() => void copy()}
          aria-label={copied ? "Copied" : `Copy the ${label} command`}
        >
          {copied ? <CheckIcon size={15} /> : <CopyIcon size={15} />}
        </ActionIcon>
      </figcaption>
      {/* biome-ignore lint/a11y: a region that scrolls must be reachable by keyboard */}
      <pre className={classes.code} tabIndex={0} role="group" aria-label={`${label} command`}>
        <code>{command}</code>
      </pre>
    </figure>
  );
}
