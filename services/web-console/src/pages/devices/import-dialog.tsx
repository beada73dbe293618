import { Button } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { toApiError } from "../../api/problem";
import type { ImportResult } from "../../api/types";
import { count, counted } from "../../lib/format";
import { Dialog, DialogActions, DialogBody } from "../../ui/dialog";
import { FileChooser } from "../../ui/file-chooser";
import { Notice } from "../../ui/notice";
import { Loading } from "../../ui/states";
import { Table } from "../../ui/table";
import { Tag, type Tone } from "../../ui/tag";
import classes from "./import-dialog.module.css";
import { inOrder, sendImport } from "./import-file";

/** More lines than this are counted, not listed. */
const MOST_LINES = 300;

const TONE: Record<string, Tone> = { refused: "bad", created: "good", changed: "info", unchanged: "quiet" };

/** Devices from a file: first what would be done, line by line, then, if wanted, doing it. */
export function ImportDialog({ open, onClose }: { open: boolean; onClose: () => void }) {
  return (
    <Dialog title="Import devices" wide open={open} onClose={onClose}>
      <Import onClose={onClose} />
    </Dialog>
  );
}

function Import({ onClose }: { onClose: () => void }) {
  const queries = useQueryClient();
  const [file, setFile] = useState<File | null>(null);
  const preview = useMutation({ mutationFn: (chosen: File) => sendImport(chosen, true) });
  const run = useMutation({
    mutationFn: (chosen: File) => sendImport(chosen, false),
    onSuccess: () => void queries.invalidateQueries({ queryKey: ["devices"] }),
  });
  const choose = (chosen: File): void => {
    setFile(chosen);
    run.reset();
    preview.mutate(chosen);
  };
  const planned = preview.data ? preview.data.created + preview.data.changed : 0;
  const result = run.data ?? preview.data;
  const error = run.error ?? preview.error;
  return (
    <>
      <DialogBody>
        <FileChooser
          file={file}
          hint="CSV with a header or NDJSON: serial, name, model, legacy_id, labels (site=vie;line=3); 10,000 devices at most"
          onFile={choose}
        />
        {preview.isPending || run.isPending ? <Loading lines={3} label="Loading the lines" /> : null}
        {error ? <Notice tone="bad">{toApiError(error).message}</Notice> : null}
        {result && !preview.isPending && !run.isPending ? <Result result={result} /> : null}
      </DialogBody>
      <DialogActions>
        <Button size="xs" variant="default" onClick={onClose}>
          {run.data ? "Done" : "Cancel"}
        </Button>
        {run.data ? null : (
          <Button
            size="xs"
            disabled={!file || planned === 0}
            loading={run.isPending}
            onClick={() => file && run.mutate(file)}
          >
            {planned === 0 ? "Import" : `Import ${counted(planned, "device")}`}
          </Button>
        )}
      </DialogActions>
    </>
  );
}

function Result({ result }: { result: ImportResult }) {
  const { created, changed, unchanged, refused, dry_run } = result;
  const lines = inOrder(result.items);
  const sums: [string, number][] = [
    ["refused", refused],
    ["created", created],
    ["changed", changed],
    ["unchanged", unchanged],
  ];
  return (
    <>
      <p className={classes.sums} role="status">
        {dry_run ? "Would be: " : "Done: "}
        {sums
          .filter(([, sum]) => sum > 0)
          .map(([name, sum]) => (
            <Tag key={name} tone={TONE[name] ?? "quiet"}>
              {count(sum)} {name}
            </Tag>
          ))}
      </p>
      <div className={classes.lines}>
        <Table label={dry_run ? "What each line would do" : "What each line did"}>
          <thead>
            <tr>
              <th scope="col">Line</th>
              <th scope="col">Device</th>
              <th scope="col">Outcome</th>
            </tr>
          </thead>
          <tbody>
            {lines.slice(0, MOST_LINES).map(({ line, serial, outcome, detail, code }) => (
              <tr key={line}>
                <td className="num">{line}</td>
                <td>
                  {serial == null ? (
                    <span className="muted">–</span>
                  ) : dry_run ? (
                    serial
                  ) : (
                    <Link to="/devices/$serial" params={{ serial }}>
                      {serial}
                    </Link>
                  )}
                </td>
                <td>
                  <Tag tone={TONE[outcome] ?? "quiet"}>{outcome}</Tag>
                  {detail ? (
                    <div className={classes.detail}>
                      {detail} <code>{code}</code>
                    </div>
                  ) : null}
                </td>
              </tr>
            ))}
          </tbody>
        </Table>
      </div>
      {lines.length > MOST_LINES ? (
        <p className="muted">and {counted(lines.length - MOST_LINES, "more line")}</p>
      ) : null}
    </>
  );
}
