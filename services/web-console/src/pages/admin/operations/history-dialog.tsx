import { Button } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { toApiError } from "../../../api/problem";
import type { Operation } from "../../../api/types";
import { counted } from "../../../lib/format";
import { historyResult, isUnderWay } from "../../../lib/operations";
import { sendLines } from "../../../lib/send-file";
import { Dialog, DialogActions, DialogBody } from "../../../ui/dialog";
import { FileChooser } from "../../../ui/file-chooser";
import { Notice } from "../../../ui/notice";
import { Loading } from "../../../ui/states";
import { OperationView, useOperation } from "./operation-view";

/** Past readings from a file: first what would become of its lines, then, if wanted, taking them in. */
export function HistoryDialog({ open, onClose }: { open: boolean; onClose: () => void }) {
  return (
    <Dialog title="Import history" wide open={open} onClose={onClose}>
      <History onClose={onClose} />
    </Dialog>
  );
}

function History({ onClose }: { onClose: () => void }) {
  const queries = useQueryClient();
  const [file, setFile] = useState<File | null>(null);
  const send = useMutation({
    mutationFn: ({ chosen, dryRun }: { chosen: File; dryRun: boolean }) =>
      sendLines<Operation>("/v1/imports", chosen, dryRun),
    onSuccess: () => void queries.invalidateQueries({ queryKey: ["get", "/v1/operations"] }),
  });
  const asked = send.isPending ? undefined : send.data;
  const importing = asked !== undefined && !asked.dry_run;
  return (
    <>
      <DialogBody>
        {importing ? null : (
          <FileChooser
            file={file}
            hint="CSV with a header or NDJSON: serial, metric, recorded_at, value, unit; a reading per line, at most 1 GiB"
            onFile={(chosen) => {
              setFile(chosen);
              send.mutate({ chosen, dryRun: true });
            }}
          />
        )}
        {send.isPending ? <Loading lines={3} label="Loading the file" /> : null}
        {send.error ? <Notice tone="bad">{toApiError(send.error).message}</Notice> : null}
        {asked ? <OperationView id={asked.id} /> : null}
      </DialogBody>
      <DialogActions>
        <Button size="xs" variant="default" onClick={onClose}>
          {importing ? "Done" : "Cancel"}
        </Button>
        {importing ? null : (
          <Go
            previewed={asked?.id ?? null}
            busy={send.isPending}
            onGo={() => file && send.mutate({ chosen: file, dryRun: false })}
          />
        )}
      </DialogActions>
    </>
  );
}

interface GoProps {
  /** The dry run. */
  previewed: string | null;
  busy: boolean;
  onGo: () => void;
}

/** Imports once the dry run has said that there is something to import. */
function Go({ previewed, ...rest }: GoProps) {
  if (previewed === null) {
    return (
      <Button size="xs" disabled>
        Import
      </Button>
    );
  }
  return <GoOn id={previewed} {...rest} />;
}

function GoOn({ id, busy, onGo }: { id: string } & Omit<GoProps, "previewed">) {
  const { data } = useOperation(id);
  const accepted = data && !isUnderWay(data) ? historyResult(data.result).accepted : 0;
  return (
    <Button size="xs" disabled={accepted === 0} loading={busy} onClick={onGo}>
      {accepted === 0 ? "Import" : `Import ${counted(accepted, "reading")}`}
    </Button>
  );
}
