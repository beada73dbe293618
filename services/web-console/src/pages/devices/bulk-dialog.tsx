import { Button, TextInput } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { changeDevice, deleteDevice } from "../../data/change-device";
import { sendCommand } from "../../data/commands";
import { type BulkState, runEach } from "../../lib/bulk";
import { count, counted } from "../../lib/format";
import { labelFault } from "../../lib/labels";
import { Dialog, DialogActions, DialogBody } from "../../ui/dialog";
import { Notice } from "../../ui/notice";
import { CommandFields, EMPTY_COMMAND, orderOf } from "../device/commands/command-fields";
import classes from "./devices.module.css";

export type BulkChange = "label" | "unlabel" | "command" | "delete";

const TITLE: Record<BulkChange, string> = {
  label: "Set a label",
  unlabel: "Remove a label",
  command: "Send a command",
  delete: "Delete",
};
const DONE: Record<BulkChange, string> = {
  label: "have the label",
  unlabel: "are without the label",
  command: "have the command waiting",
  delete: "are deleted",
};

interface BulkDialogProps {
  change: BulkChange | null;
  serials: readonly string[];
  /** The version of each device that is shown: a deletion is of what was looked at. */
  versions: ReadonlyMap<string, number>;
  /** With the devices that are left to be done, when something was done. */
  onClose: (left: readonly string[] | null) => void;
}

/** One change of many devices, with how far it is and what failed. */
export function BulkDialog({ change, serials, versions, onClose }: BulkDialogProps) {
  const [state, setState] = useState<BulkState | null>(null);
  const close = (): void => {
    const over = state !== null && state.done === state.total;
    if (state !== null && !over) return;
    setState(null);
    onClose(over ? state.failed.map(({ name }) => name) : null);
  };
  const title = change ? `${TITLE[change]}: ${counted(serials.length, "device")}` : "";
  return (
    <Dialog title={title} open={change !== null} onClose={close}>
      {change === null ? null : state ? (
        <Progress change={change} state={state} onClose={close} />
      ) : (
        <Form change={change} serials={serials} versions={versions} onState={setState} onClose={close} />
      )}
    </Dialog>
  );
}

interface FormProps {
  change: BulkChange;
  serials: readonly string[];
  versions: ReadonlyMap<string, number>;
  onState: (state: BulkState) => void;
  onClose: () => void;
}

function Form({ change, serials, versions, onState, onClose }: FormProps) {
  const queries = useQueryClient();
  const [label, setLabel] = useState({ key: "", value: "" });
  const [command, setCommand] = useState(EMPTY_COMMAND);
  const fault = labelFault(label);
  const order = orderOf(command);
  const one = (serial: string): Promise<unknown> => {
    if (change === "delete") return deleteDevice(serial, versions.get(serial) ?? null);
    if (change === "command") return order ? sendCommand(serial, order) : Promise.resolve();
    // A label touches nothing else about a device, so no version is insisted on.
    return changeDevice(serial, null, { labels: { [label.key]: change === "label" ? label.value : null } });
  };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (change === "command" && order === null) return;
    if ((change === "label" || change === "unlabel") && fault !== null) return;
    void runEach(serials, one, onState).then(() => queries.invalidateQueries({ queryKey: ["devices"] }));
  };
  return (
    <form onSubmit={submit}>
      <DialogBody>
        {change === "delete" ? (
          <p>
            They are shown no more. Their data stays until it is purged, and entering a serial again restores
            the device with all of it.
          </p>
        ) : null}
        {change === "command" ? <CommandFields draft={command} onChange={setCommand} /> : null}
        {change === "label" || change === "unlabel" ? (
          <TextInput
            label="Key"
            required
            value={label.key}
            error={fault}
            onChange={(event) => setLabel({ ...label, key: event.currentTarget.value.trim() })}
          />
        ) : null}
        {change === "label" ? (
          <TextInput
            label="Value"
            value={label.value}
            onChange={(event) => setLabel({ ...label, value: event.currentTarget.value.trim() })}
          />
        ) : null}
      </DialogBody>
      <DialogActions>
        <Button size="xs" variant="default" onClick={onClose}>
          Cancel
        </Button>
        <Button size="xs" type="submit" {...(change === "delete" ? { color: "red" } : {})}>
          {TITLE[change]}
        </Button>
      </DialogActions>
    </form>
  );
}

interface ProgressProps {
  change: BulkChange;
  state: BulkState;
  onClose: () => void;
}

function Progress({ change, state: { total, done, failed }, onClose }: ProgressProps) {
  const over = done === total;
  return (
    <>
      <DialogBody>
        <progress className={classes.progress} max={total} value={done} aria-label="Progress" />
        <p role="status">
          {over
            ? `${count(total - failed.length)} of ${counted(total, "device")} ${DONE[change]}.`
            : `${count(done)} of ${counted(total, "device")}…`}
        </p>
        {failed.length > 0 ? (
          <Notice tone="bad">
            {counted(failed.length, "device")} could not be changed; they stay chosen.
            <ul className={classes.failed}>
              {failed.slice(0, 20).map(({ name, error }) => (
                <li key={name}>
                  <strong>{name}</strong>: {error.message}
                </li>
              ))}
            </ul>
          </Notice>
        ) : null}
      </DialogBody>
      <DialogActions>
        <Button size="xs" disabled={!over} onClick={onClose}>
          Done
        </Button>
      </DialogActions>
    </>
  );
}
