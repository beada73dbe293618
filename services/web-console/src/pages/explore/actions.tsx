import { Button } from "@mantine/core";
import { useRouter } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { toApiError } from "../../api/problem";
import {
  curlCommand,
  type Detail,
  FORMATS,
  type Format,
  fileName,
  measurementsPath,
  pinned,
  type Selection,
} from "../../lib/export";
import { bytes } from "../../lib/format";
import type { ExploreSearch } from "../../lib/search";
import type { Span } from "../../lib/windows";
import { CommandBlock } from "../../ui/copy";
import { Dialog, DialogBody } from "../../ui/dialog";
import { DownloadIcon, LinkIcon } from "../../ui/icons";
import { Menu, MenuItem } from "../../ui/menu";
import { Notice } from "../../ui/notice";
import { useDownload } from "../../ui/use-download";
import { BackgroundExport } from "./background-export";
import classes from "./explore.module.css";

interface ActionsProps {
  selection: Selection;
  span: Span;
  search: ExploreSearch;
}

/** Takes the view elsewhere: as a file, as a command, as a link. */
export function Actions({ selection, span, search }: ActionsProps) {
  const [curl, setCurl] = useState(false);
  const empty = selection.devices.length === 0 || selection.metrics.length === 0;
  return (
    <>
      <CopyLink selection={selection} span={span} search={search} />
      <Button size="xs" variant="default" disabled={empty} onClick={() => setCurl(true)}>
        Copy as curl
      </Button>
      <Download selection={selection} disabled={empty} />
      <Dialog title="The same by curl" wide open={curl} onClose={() => setCurl(false)}>
        <DialogBody>
          <p className="muted">
            Put a key into the variable <code>SENS_API_KEY</code>. For Parquet or NDJSON change the{" "}
            <code>Accept</code> header.
          </p>
          <CommandBlock
            label="curl"
            command={curl ? curlCommand(window.location.origin, selection, "raw", "csv") : ""}
          />
          <div className={classes.spacer} />
        </DialogBody>
      </Dialog>
    </>
  );
}

function CopyLink({ selection, span, search }: ActionsProps) {
  const router = useRouter();
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), 1_500);
    return () => clearTimeout(timer);
  }, [copied]);
  const copy = async (): Promise<void> => {
    const { range: _range, ...rest } = search;
    // Pinned to its instants: whoever opens it later sees the same.
    const fixed = { ...rest, ...pinned(span, selection.window) };
    const { href } = router.buildLocation({ to: "/explore", search: fixed });
    await navigator.clipboard?.writeText(new URL(href, window.location.origin).href);
    setCopied(true);
  };
  return (
    <Button size="xs" variant="default" leftSection={<LinkIcon size={15} />} onClick={() => void copy()}>
      {copied ? "Copied" : "Copy link"}
    </Button>
  );
}

const CHOICES: readonly { detail: Detail; format: Format }[] = [
  { detail: "raw", format: "csv" },
  { detail: "raw", format: "parquet" },
  { detail: "raw", format: "ndjson" },
  { detail: "auto", format: "csv" },
  { detail: "auto", format: "parquet" },
];
const WHAT: Record<Detail, string> = { raw: "Every reading", auto: "As drawn, by the length of the time," };

function Download({ selection, disabled }: { selection: Selection; disabled: boolean }) {
  const { size, error, run } = useDownload();
  // As it was when it was chosen: what follows the present would move while it is looked at.
  const [background, setBackground] = useState<Selection | null>(null);
  return (
    <>
      <Menu
        label={size === null ? "Download" : `${bytes(size)}…`}
        icon={<DownloadIcon size={15} />}
        disabled={disabled || size !== null}
        side="right"
      >
        {(close) => (
          <>
            {CHOICES.map(({ detail, format }) => (
              <MenuItem
                key={`${detail}${format}`}
                onClick={() => {
                  close();
                  const path = measurementsPath(selection, detail);
                  void run(path, FORMATS[format].accept, fileName(selection, format));
                }}
              >
                {WHAT[detail]} as {FORMATS[format].label}
              </MenuItem>
            ))}
            <MenuItem
              onClick={() => {
                close();
                setBackground(selection);
              }}
            >
              In the background…
            </MenuItem>
          </>
        )}
      </Menu>
      <BackgroundExport selection={background} onClose={() => setBackground(null)} />
      {error ? <Notice tone="bad">{toApiError(error).message}</Notice> : null}
    </>
  );
}
