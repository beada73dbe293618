import { Button, NativeSelect, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import type { DevicesSearch } from "../../lib/search";
import { PlusIcon } from "../../ui/icons";
import { Menu } from "../../ui/menu";
import classes from "./devices.module.css";
import type { ChangeView } from "./filters";

const BY = [
  { value: "label", label: "Labels" },
  { value: "firmware", label: "Firmware" },
  { value: "model", label: "Model" },
] as const;
type By = (typeof BY)[number]["value"];

const EXAMPLE: Record<By, string> = { label: "site=vie,line!=3", firmware: "2.1.0", model: "SX-2" };

/** Narrows the list by labels, firmware or model. */
export function AddFilter({ view, onChange }: { view: DevicesSearch; onChange: ChangeView }) {
  return (
    <Menu label="Filter" icon={<PlusIcon size={14} />}>
      {(close) => (
        <Form
          onAdd={(by, text) => {
            onChange(by === "label" ? { label: [...(view.label ?? []), text] } : { [by]: text });
            close();
          }}
        />
      )}
    </Menu>
  );
}

function Form({ onAdd }: { onAdd: (by: By, text: string) => void }) {
  const [by, setBy] = useState<By>("label");
  const [text, setText] = useState("");
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (text.trim() !== "") onAdd(by, text.trim());
  };
  return (
    <form className={classes.add} onSubmit={submit}>
      <NativeSelect
        size="xs"
        label="By"
        data={[...BY]}
        value={by}
        onChange={(event) => setBy(event.currentTarget.value as By)}
      />
      <TextInput
        size="xs"
        label={by === "label" ? "Label selector" : "Exactly"}
        placeholder={EXAMPLE[by]}
        autoFocus
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      {by === "label" ? (
        <p className={classes.hint}>
          <code>key=value</code>, <code>key!=value</code>, <code>key in (a,b)</code>, <code>key</code>,{" "}
          <code>!key</code>; with commas all of them hold.
        </p>
      ) : null}
      <Button size="xs" type="submit">
        Add
      </Button>
    </form>
  );
}
