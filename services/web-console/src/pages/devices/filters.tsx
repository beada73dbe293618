import { SegmentedControl, TextInput } from "@mantine/core";
import { useDebouncedCallback, useHotkeys } from "@mantine/hooks";
import { useNavigate, useRouter, useSearch } from "@tanstack/react-router";
import { useRef } from "react";
import type { Overview } from "../../api/types";
import { compact } from "../../lib/format";
import type { StatusFilter } from "../../lib/search";
import { SearchIcon } from "../../ui/icons";
import classes from "./devices.module.css";

/** Search and status; both are part of the address, so that a view can be kept and sent. */
export function Filters({ overview }: { overview: Overview | undefined }) {
  const { q, status } = useSearch({ from: "/signed-in/devices" });
  const navigate = useNavigate();
  const router = useRouter();
  const input = useRef<HTMLInputElement>(null);
  useHotkeys([["/", () => input.current?.focus()]]);

  const go = (search: { q?: string | undefined; status?: StatusFilter | undefined }): void =>
    void navigate({
      to: "/devices",
      search: {
        ...(search.q ? { q: search.q } : {}),
        ...(search.status ? { status: search.status } : {}),
      },
      replace: true,
    });
  const search = useDebouncedCallback((value: string) => {
    // Whoever followed a link meanwhile is not called back.
    if (router.latestLocation.pathname === "/devices") go({ q: value, status });
  }, 200);
  const number = (key: "online" | "silent" | "never_seen"): string =>
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
        defaultValue={q ?? ""}
        onChange={(event) => search(event.currentTarget.value.trim())}
      />
      <SegmentedControl
        size="xs"
        aria-label="Status"
        value={status ?? "all"}
        onChange={(value) => go({ q, status: value === "all" ? undefined : (value as StatusFilter) })}
        data={[
          { value: "all", label: "All" },
          { value: "online", label: `Online${number("online")}` },
          { value: "silent", label: `Silent${number("silent")}` },
          { value: "never_seen", label: `Never${number("never_seen")}` },
        ]}
      />
    </div>
  );
}
