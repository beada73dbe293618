import { useComputedColorScheme, useMantineColorScheme } from "@mantine/core";
import { useDebouncedValue, useHotkeys } from "@mantine/hooks";
import { useNavigate } from "@tanstack/react-router";
import { type KeyboardEvent, useId, useState } from "react";
import { $api } from "../api/client";
import { session } from "../auth/session";
import { Dialog } from "../ui/dialog";
import { SearchIcon } from "../ui/icons";
import { DESTINATIONS } from "./destinations";
import classes from "./palette.module.css";

interface Command {
  key: string;
  label: string;
  kind: string;
  run: () => void;
}

const MOST_DEVICES = 8;

function useDevices(text: string): { serial: string; name?: string | null }[] {
  const found = $api.useQuery(
    "get",
    "/v1/devices",
    { params: { query: { q: text, limit: MOST_DEVICES } } },
    { enabled: text.length > 0, staleTime: 10_000 },
  );
  return text.length > 0 ? (found.data?.items ?? []) : [];
}

function useCommands(text: string, close: () => void): Command[] {
  const navigate = useNavigate();
  const { setColorScheme } = useMantineColorScheme();
  const scheme = useComputedColorScheme("light");
  const next = scheme === "dark" ? "light" : "dark";
  const [searched] = useDebouncedValue(text, 120);
  const devices = useDevices(searched);
  const pages: Command[] = DESTINATIONS.map(({ to, label }) => ({
    key: to,
    label,
    kind: "Page",
    run: () => void navigate({ to }),
  }));
  const actions: Command[] = [
    {
      key: "theme",
      label: `Switch to the ${next} theme`,
      kind: "Action",
      run: () => setColorScheme(next),
    },
    { key: "sign-out", label: "Sign out", kind: "Action", run: () => session.signOut() },
  ];
  const words = text.toLowerCase();
  const fixed = [...pages, ...actions].filter(({ label }) => label.toLowerCase().includes(words));
  const found: Command[] = devices.map(({ serial, name }) => ({
    key: `device/${serial}`,
    label: name ? `${serial} · ${name}` : serial,
    kind: "Device",
    run: () => void navigate({ to: "/devices/$serial", params: { serial } }),
  }));
  return [...fixed, ...found].map((command) => ({
    ...command,
    run: () => {
      close();
      command.run();
    },
  }));
}

/** Everything by keyboard: pages, actions, and any device by a part of its serial or name. */
export function Palette({ open, onOpen }: { open: boolean; onOpen: (open: boolean) => void }) {
  useHotkeys([["mod+K", () => onOpen(true)]], []);
  return (
    <Dialog title="Go to" bare open={open} onClose={() => onOpen(false)}>
      <Choice onClose={() => onOpen(false)} />
    </Dialog>
  );
}

function Choice({ onClose }: { onClose: () => void }) {
  const [text, setText] = useState("");
  const [at, setAt] = useState(0);
  const id = useId();
  const commands = useCommands(text.trim(), onClose);
  const chosen = Math.min(at, commands.length - 1);

  const onKeyDown = (event: KeyboardEvent): void => {
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (step !== 0) {
      event.preventDefault();
      setAt((chosen + step + commands.length) % Math.max(commands.length, 1));
    }
    if (event.key === "Enter") {
      event.preventDefault();
      commands[chosen]?.run();
    }
  };

  return (
    <>
      <div className={classes.field}>
        <SearchIcon size={17} />
        <input
          className={classes.input}
          // biome-ignore lint/a11y/noAutofocus: the palette is opened to type into it
          autoFocus
          role="combobox"
          aria-label="Go to a page or a device"
          aria-expanded="true"
          aria-controls={id}
          aria-activedescendant={commands[chosen] ? `${id}-${chosen}` : undefined}
          placeholder="Go to a page or a device…"
          value={text}
          onChange={(event) => {
            setText(event.currentTarget.value);
            setAt(0);
          }}
          onKeyDown={onKeyDown}
        />
        <kbd className={classes.key}>esc</kbd>
      </div>
      <div id={id} role="listbox" aria-label="Pages, actions and devices" className={classes.list}>
        {commands.map((command, index) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: keys are handled by the combobox above
          <div
            key={command.key}
            id={`${id}-${index}`}
            role="option"
            tabIndex={-1}
            aria-selected={index === chosen}
            className={classes.option}
            onClick={command.run}
            onMouseMove={() => setAt(index)}
          >
            <span className={classes.label}>{command.label}</span>
            <span className={classes.kind}>{command.kind}</span>
          </div>
        ))}
      </div>
      {commands.length === 0 ? <p className={classes.none}>Nothing is called that.</p> : null}
    </>
  );
}
