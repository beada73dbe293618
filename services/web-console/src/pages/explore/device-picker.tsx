import { CloseButton, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { type KeyboardEvent, useId, useState } from "react";
import { $api } from "../../api/client";
import { lineColor } from "../../chart/colors";
import { SearchIcon } from "../../ui/icons";
import classes from "./explore.module.css";

/** A chart with more lines cannot be read. */
const MOST_DEVICES = 8;
const MOST_FOUND = 8;

interface DevicePickerProps {
  chosen: readonly string[];
  onChange: (chosen: string[]) => void;
}

/** Devices by a part of their serial, name or model. */
export function DevicePicker({ chosen, onChange }: DevicePickerProps) {
  const [text, setText] = useState("");
  const [open, setOpen] = useState(false);
  const [at, setAt] = useState(0);
  const id = useId();
  const [searched] = useDebouncedValue(text.trim(), 150);
  const query = { limit: MOST_FOUND + chosen.length, ...(searched ? { q: searched } : {}) };
  const found = $api.useQuery(
    "get",
    "/v1/devices",
    { params: { query } },
    { enabled: open, staleTime: 5_000 },
  );
  const options = (found.data?.items ?? [])
    .filter(({ serial }) => !chosen.includes(serial))
    .slice(0, MOST_FOUND);
  const full = chosen.length >= MOST_DEVICES;
  const marked = Math.min(at, options.length - 1);

  const take = (serial: string): void => {
    onChange([...chosen, serial]);
    setText("");
    setAt(0);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (step !== 0 && options.length > 0) {
      event.preventDefault();
      setOpen(true);
      setAt((marked + step + options.length) % options.length);
    }
    const option = options[marked];
    if (event.key === "Enter" && open && option) {
      event.preventDefault();
      take(option.serial);
    }
    if (event.key === "Escape") setOpen(false);
    if (event.key === "Backspace" && text === "") onChange(chosen.slice(0, -1));
  };

  return (
    <div className={classes.picker}>
      <ul className={classes.chips} aria-label="Chosen devices">
        {chosen.map((serial, index) => (
          <li key={serial} className={classes.chip}>
            <span
              className={classes.swatch}
              style={{ borderColor: `var(${lineColor(index)})` }}
              aria-hidden="true"
            />
            {serial}
            <CloseButton
              size={18}
              iconSize={12}
              onClick={() => onChange(chosen.filter((each) => each !== serial))}
              aria-label={`Remove ${serial}`}
            />
          </li>
        ))}
      </ul>
      <div className={classes.search}>
        <TextInput
          size="xs"
          role="combobox"
          aria-label="Add a device"
          aria-expanded={open && !full}
          aria-controls={id}
          aria-autocomplete="list"
          aria-activedescendant={open && options[marked] ? `${id}-${marked}` : undefined}
          placeholder={full ? `${MOST_DEVICES} devices are the most` : "Add a device…"}
          leftSection={<SearchIcon size={15} />}
          disabled={full}
          value={text}
          onFocus={() => setOpen(true)}
          onBlur={() => setOpen(false)}
          onChange={(event) => {
            setText(event.currentTarget.value);
            setOpen(true);
            setAt(0);
          }}
          onKeyDown={onKeyDown}
        />
        <div
          id={id}
          role="listbox"
          aria-label="Devices found"
          className={classes.found}
          hidden={!open || full}
        >
          {options.map(({ serial, name }, index) => (
            // biome-ignore lint/a11y/useKeyWithClickEvents: keys are handled by the combobox above
            <div
              key={serial}
              id={`${id}-${index}`}
              role="option"
              tabIndex={-1}
              aria-selected={index === marked}
              className={classes.option}
              // The field keeps the focus, so that another can be chosen at once.
              onMouseDown={(event) => event.preventDefault()}
              onClick={() => take(serial)}
              onMouseMove={() => setAt(index)}
            >
              {serial} {name ? <span className="muted">{name}</span> : null}
            </div>
          ))}
          {options.length === 0 ? (
            <div
              role="option"
              aria-selected="false"
              aria-disabled="true"
              tabIndex={-1}
              className={classes.none}
            >
              {found.isFetching ? "Searching…" : "No other device matches"}
            </div>
          ) : null}
        </div>
      </div>
    </div>
  );
}
