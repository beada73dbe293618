import { Button } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import type { Device } from "../../api/types";
import { counted } from "../../lib/format";
import { type BulkChange, BulkDialog } from "./bulk-dialog";
import classes from "./devices.module.css";
import type { Selected } from "./use-selected";

/** As many as Explore draws. */
const MOST_EXPLORED = 8;

/** What can be done with the chosen devices. */
export function BulkBar({ selected, devices }: { selected: Selected; devices: readonly Device[] }) {
  const [change, setChange] = useState<BulkChange | null>(null);
  const serials = [...selected.serials];
  if (serials.length === 0 && change === null) return null;
  return (
    <section className={classes.bulk} aria-label="Chosen devices">
      <strong>{counted(serials.length, "device")} chosen</strong>
      <Button size="compact-xs" variant="default" onClick={() => setChange("label")}>
        Set a label
      </Button>
      <Button size="compact-xs" variant="default" onClick={() => setChange("unlabel")}>
        Remove a label
      </Button>
      <Button size="compact-xs" variant="default" onClick={() => setChange("command")}>
        Send a command
      </Button>
      {serials.length <= MOST_EXPLORED ? (
        <Button
          size="compact-xs"
          variant="default"
          renderRoot={(props) => <Link {...props} to="/explore" search={{ device: serials }} />}
        >
          Explore
        </Button>
      ) : null}
      <Button size="compact-xs" variant="default" onClick={() => setChange("delete")}>
        Delete
      </Button>
      <Button size="compact-xs" variant="subtle" color="gray" onClick={() => selected.set([])}>
        Choose none
      </Button>
      <BulkDialog
        change={change}
        serials={serials}
        versions={new Map(devices.map(({ serial, version }) => [serial, version]))}
        onClose={(left) => {
          setChange(null);
          if (left) selected.set(left);
        }}
      />
    </section>
  );
}
