import { Button } from "@mantine/core";
import { useState } from "react";
import { $api } from "../../../api/client";
import { toApiError } from "../../../api/problem";
import type { Command } from "../../../api/types";
import { usePermissions } from "../../../auth/roles";
import { Notice } from "../../../ui/notice";
import { Answered } from "../../../ui/states";
import { Table, wideOnly } from "../../../ui/table";
import { Tag, type Tone } from "../../../ui/tag";
import { LocalTime, TimeAgo } from "../../../ui/time";
import classes from "../device.module.css";

const TONE: Record<string, Tone> = {
  queued: "quiet",
  sent: "info",
  delivered: "info",
  acknowledged: "good",
  failed: "bad",
  expired: "warn",
  cancelled: "quiet",
};

interface CommandTableProps {
  commands: readonly Command[];
  onChanged: () => void;
}

/** Commands, newest first; each opens to its steps. */
export function CommandTable({ commands, onChanged }: CommandTableProps) {
  return (
    <Table label="Commands">
      <thead>
        <tr>
          <th scope="col">Command</th>
          <th scope="col">State</th>
          <th scope="col" className={wideOnly}>
            Asked for
          </th>
          <th scope="col" className={wideOnly}>
            By
          </th>
          <th scope="col">
            <span className="visually-hidden">Actions</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {commands.map((command) => (
          <CommandRow key={command.id} command={command} onChanged={onChanged} />
        ))}
      </tbody>
    </Table>
  );
}

function CommandRow({ command, onChanged }: { command: Command; onChanged: () => void }) {
  const [open, setOpen] = useState(false);
  const { id, name, payload, state, detail } = command;
  return (
    <>
      <tr>
        <td>
          <strong className={classes.commandName}>{name}</strong>
          {payload === null ? null : <code className={classes.with}>{JSON.stringify(payload)}</code>}
        </td>
        <td>
          <Tag tone={TONE[state] ?? "quiet"}>{state}</Tag>
          {detail ? <div className={classes.detail}>{detail}</div> : null}
        </td>
        <td className={wideOnly}>
          <TimeAgo time={command.requested_at} />
        </td>
        <td className={wideOnly}>{command.requested_by}</td>
        <td className={classes.action}>
          <span className={classes.buttons}>
            {state === "queued" ? <Cancel command={command} onCancelled={onChanged} /> : null}
            <Button
              size="compact-xs"
              variant="default"
              aria-expanded={open}
              aria-label={`${open ? "Hide the steps" : "Steps"} of ${name} ${id}`}
              onClick={() => setOpen(!open)}
            >
              {open ? "Hide" : "Steps"}
            </Button>
          </span>
        </td>
      </tr>
      {open ? (
        <tr className={classes.opened}>
          <td colSpan={5}>
            <Steps command={command} />
          </td>
        </tr>
      ) : null}
    </>
  );
}

function Cancel({
  command: { serial, id, name },
  onCancelled,
}: {
  command: Command;
  onCancelled: () => void;
}) {
  const { operate } = usePermissions();
  const cancel = $api.useMutation("delete", "/v1/devices/{serial}/commands/{id}", { onSettled: onCancelled });
  if (!operate) return null;
  return (
    <>
      <Button
        size="compact-xs"
        variant="default"
        loading={cancel.isPending}
        aria-label={`Cancel ${name} ${id}`}
        onClick={() => cancel.mutate({ params: { path: { serial, id } } })}
      >
        Cancel
      </Button>
      {cancel.error ? <Notice tone="bad">{toApiError(cancel.error).message}</Notice> : null}
    </>
  );
}

function Steps({ command: { serial, id, expires_at } }: { command: Command }) {
  const detail = $api.useQuery("get", "/v1/devices/{serial}/commands/{id}", {
    params: { path: { serial, id } },
  });
  return (
    <Answered query={detail} what="The steps" lines={3}>
      {({ steps, result }) => (
        <>
          <ol className={classes.steps}>
            {steps.map((step, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: steps are only ever added at the end
              <li key={index}>
                <LocalTime time={step.at} />
                <Tag tone={TONE[step.state] ?? "quiet"}>{step.state}</Tag>
                {step.detail ? <span className="muted">{step.detail}</span> : null}
              </li>
            ))}
          </ol>
          <p className="muted">
            <code>{id}</code> · not sent after <LocalTime time={expires_at} />
          </p>
          {result == null ? null : (
            <p>
              The device gave back <code className={classes.with}>{JSON.stringify(result)}</code>
            </p>
          )}
        </>
      )}
    </Answered>
  );
}
