import { type DragEvent, useId, useState } from "react";
import { bytes } from "../lib/format";
import classes from "./file-chooser.module.css";

interface FileChooserProps {
  file: File | null;
  /** What the file is to hold. */
  hint: string;
  onFile: (file: File) => void;
}

/** Takes a file of lines: chosen, or dropped. */
export function FileChooser({ file, hint, onFile }: FileChooserProps) {
  const id = useId();
  const [over, setOver] = useState(false);
  const drop = (event: DragEvent): void => {
    event.preventDefault();
    setOver(false);
    const dropped = event.dataTransfer.files[0];
    if (dropped) onFile(dropped);
  };
  return (
    <label
      htmlFor={id}
      className={classes.chooser}
      data-over={over || undefined}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
    >
      <input
        id={id}
        type="file"
        className={classes.input}
        accept=".csv,.ndjson,.jsonl,.json,text/csv,application/x-ndjson"
        onChange={(event) => {
          const chosen = event.currentTarget.files?.[0];
          if (chosen) onFile(chosen);
        }}
      />
      <strong>{file ? file.name : "Choose a file, or drop it here"}</strong>
      <span className="muted">{file ? `${bytes(file.size)} · choose another` : hint}</span>
    </label>
  );
}
