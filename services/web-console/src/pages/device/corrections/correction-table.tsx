import { Button, TextInput } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { $api } from "../../../api/client";
import type { Correction } from "../../../api/types";
import { usePermissions } from "../../../auth/roles";
import { count, counted } from "../../../lib/format";
import { Confirm } from "../../../ui/confirm";
import { Dialog, DialogBody } from "../../../ui/dialog";
import { Answered } from "../../../ui/states";
import { numeric, Table, wideOnly } from "../../../ui/table";
import { Tag } from "../../../ui/tag";
import { LocalTime, TimeAgo } from "../../../ui/time";
import classes from "../device.module.css";
import { Changes } from "./changes";
import { READINGS } from "./correct-form";

/** Corrections, newest first; each shows what it changed, and can be undone. */
export function CorrectionTable({ corrections }: { corrections: readonly Correction[] }) {
  return (
    <Table label="Corrections">
      <thead>
        <tr>
          <th scope="col">What</th>
          <th scope="col" className={numeric}>
            Readings
          </th>
          <th scope="col" className={wideOnly}>
            Between
          </th>
          <th scope="col" className={wideOnly}>
            Who
          </th>
          <th scope="col">
            <span className="visually-hidden">Actions</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {corrections.map((correction) => (
          <CorrectionRow key={correction.id} correction={correction} />
        ))}
      </tbody>
    </Table>
  );
}

function CorrectionRow({ correction }: { correction: Correction }) {
  const { operate } = usePermissions();
  const [showing, setShowing] = useState<"changes" | "undo" | null>(null);
  const { id, action, value, metric, reason, undone } = correction;
  const close = (): void => setShowing(null);
  return (
    <tr>
      <td>
        <strong>{action === "set" ? `set to ${String(value)}` : "taken out"}</strong>{" "}
        {undone ? <Tag tone="warn">undone</Tag> : null}
        <div className={classes.detail}>{reason}</div>
        <code className={classes.raw}>{metric}</code>
        {undone ? (
          <div className={classes.detail}>
            undone <TimeAgo time={undone.at} /> by {undone.by}: {undone.reason}
          </div>
        ) : null}
      </td>
      <td className={numeric}>{count(correction.readings)}</td>
      <td className={wideOnly}>
        <LocalTime time={correction.from} />
        <br />
        <LocalTime time={correction.to} />
      </td>
      <td className={wideOnly}>
        {correction.corrected_by}
        <div className="muted">
          <TimeAgo time={correction.corrected_at ?? null} />
        </div>
      </td>
      <td className={classes.action}>
        <span className={classes.buttons}>
          <Button
            size="compact-xs"
            variant="default"
            aria-label={`Show correction ${id}`}
            onClick={() => setShowing("changes")}
          >
            Show
          </Button>
          {operate && !undone ? (
            <Button
              size="compact-xs"
              variant="default"
              aria-label={`Undo correction ${id}`}
              onClick={() => setShowing("undo")}
            >
              Undo
            </Button>
          ) : null}
        </span>
        <Dialog title={`Correction ${id}`} wide open={showing === "changes"} onClose={close}>
          <DialogBody>
            <Detail id={String(id)} />
          </DialogBody>
        </Dialog>
        <Undo correction={correction} open={showing === "undo"} onClose={close} />
      </td>
    </tr>
  );
}

function Detail({ id }: { id: string }) {
  const correction = $api.useQuery("get", "/v1/corrections/{id}", { params: { path: { id: id as never } } });
  return (
    <Answered query={correction} what="The correction" lines={4}>
      {({ changes, readings }) => (
        <div className={classes.preview}>
          <p className="muted">
            {readings > changes.length
              ? `The first ${changes.length} of ${counted(readings, "reading")}`
              : counted(readings, "reading")}
          </p>
          <Changes changes={changes} />
        </div>
      )}
    </Answered>
  );
}

interface UndoProps {
  correction: Correction;
  open: boolean;
  onClose: () => void;
}

function Undo({ correction, open, onClose }: UndoProps) {
  const queries = useQueryClient();
  const [reason, setReason] = useState("");
  const undo = $api.useMutation("post", "/v1/corrections/{id}/undo", {
    onSuccess: () => {
      for (const path of READINGS) void queries.invalidateQueries({ queryKey: ["get", path] });
      void queries.invalidateQueries({ queryKey: ["history", correction.device] });
      onClose();
    },
  });
  const close = (): void => {
    undo.reset();
    onClose();
  };
  return (
    <Confirm
      title={`Undo correction ${correction.id}?`}
      action="Undo it"
      open={open}
      busy={undo.isPending}
      error={undo.error}
      onClose={close}
      onConfirm={() =>
        undo.mutate({
          params: { path: { id: String(correction.id) as never } },
          body: { reason: reason.trim() },
        })
      }
    >
      <p>
        What it superseded ({counted(correction.readings, "reading")}) counts again. Both stay to be seen.
      </p>
      <TextInput label="Why" value={reason} onChange={(event) => setReason(event.currentTarget.value)} />
    </Confirm>
  );
}
