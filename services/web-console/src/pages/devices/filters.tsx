import { CloseButton, SegmentedControl, TextInput } from "@mantine/core";
import { useDebouncedCallback, useHotkeys } from "@mantine/hooks";
import { useNavigate, useRouter, useSearch } from "@tanstack/react-router";
import { useCallback, useEffect, useRef, useState } from "react";
import type { Overview } from "../../api/types";
import { compact } from "../../lib/format";
import { type DevicesSearch, STATUSES, type StatusFilter } from "../../lib/search";
import { SearchIcon } from "../../ui/icons";
import { Tag } from "../../ui/tag";
import { AddFilter } from "./add-filter";
import classes from "./devices.module.css";
import { Views } from "./views";

/** Chosen like a status, though a device that errs has one of the others as well. */
const ERRING = "erring";

/** Changes what of the view is said; `undefined` takes a part away. */
export type ChangeView = (part: { [K in keyof DevicesSearch]?: DevicesSearch[K] | undefined }) => void;

/** A way to change the view of the devices, which is the address. */
export function useChangeView(): ChangeView {
  const navigate = useNavigate({ from: "/devices" });
  return useCallback(
    (part) =>
      void navigate({
        to: "/devices",
        search: (before) => {
          const all = { ...before, ...part };
          return Object.fromEntries(
            Object.entries(all).filter(
              ([, value]) =>
                value !== undefined && value !== "" && !(Array.isArray(value) && value.length === 0),
            ),
          ) as DevicesSearch;
        },
        replace: true,
      }),
    [navigate],
  );
}

/** Search, status and further filters; all are part of the address, so that a view can be kept and sent. */
export function Filters({ overview }: { overview: Overview | undefined }) {
  const view = useSearch({ from: "/signed-in/devices" });
  const change = useChangeView();
  const router = useRouter();
  const input = useRef<HTMLInputElement>(null);
  useHotkeys([["/", () => input.current?.focus()]]);
  const [typed, setTyped] = useState(view.q ?? "");
  const sent = useRef(view.q);
  useEffect(() => {
    // A view that is opened by its name brings its own search.
    if (view.q !== sent.current) setTyped(view.q ?? "");
    sent.current = view.q;
  }, [view.q]);
  const search = useDebouncedCallback((value: string) => {
    sent.current = value || undefined;
    // Whoever followed a link meanwhile is not called back.
    if (router.latestLocation.pathname === "/devices") change({ q: value });
  }, 200);
  const number = (key: StatusFilter | "erring"): string =>
    overview ? ` ${compact(overview.devices[key])}` : "";

  return (
    <div className={classes.filters}>
      <TextInput
        ref={input}
        size="xs"
        className={classes.search ?? ""}
        type="search"
        placeholder="Search serial, name or model"
        aria-label="Search devices"
        leftSection={<SearchIcon size={15} />}
        rightSection={<kbd className={classes.key}>/</kbd>}
        value={typed}
        onChange={(event) => {
          setTyped(event.currentTarget.value);
          search(event.currentTarget.value.trim());
        }}
      />
      <SegmentedControl
        size="xs"
        aria-label="Status"
        value={view.erring ? ERRING : (view.status ?? "all")}
        onChange={(value) =>
          change({
            status: STATUSES.find((status) => status === value),
            erring: value === ERRING ? true : undefined,
          })
        }
        data={[
          { value: "all", label: "All" },
          { value: "online", label: `Online${number("online")}` },
          { value: "silent", label: `Silent${number("silent")}` },
          { value: "never_seen", label: `Never${number("never_seen")}` },
          { value: ERRING, label: `Erring${number("erring")}` },
        ]}
      />
      <AddFilter view={view} onChange={change} />
      <Views view={view} />
      <Chosen view={view} onChange={change} />
    </div>
  );
}

/** The filters that are on, each to be taken away. */
function Chosen({ view, onChange }: { view: DevicesSearch; onChange: ChangeView }) {
  const { label = [], firmware, model } = view;
  if (label.length === 0 && firmware === undefined && model === undefined) return null;
  return (
    <ul className={classes.chosen} aria-label="Filters">
      {label.map((selector) => (
        <Chip
          key={selector}
          text={selector}
          onRemove={() => onChange({ label: label.filter((each) => each !== selector) })}
        />
      ))}
      {firmware === undefined ? null : (
        <Chip text={`firmware ${firmware}`} onRemove={() => onChange({ firmware: undefined })} />
      )}
      {model === undefined ? null : (
        <Chip text={`model ${model}`} onRemove={() => onChange({ model: undefined })} />
      )}
    </ul>
  );
}

function Chip({ text, onRemove }: { text: string; onRemove: () => void }) {
  return (
    <li>
      <Tag tone="info">
        {text}
        <CloseButton size={16} iconSize={12} onClick={onRemove} aria-label={`Remove the filter ${text}`} />
      </Tag>
    </li>
  );
}
