import { Button } from "@mantine/core";
import { useRouter } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { toApiError } from "../../api/problem";
import { curlCommands, pinned, type Selection } from "../../lib/export";
import { count } from "../../lib/format";
import type { ExploreSearch } from "../../lib/search";
import type { Span } from "../../lib/windows";
import { CommandBlock } from "../../ui/copy";
import { Dialog, DialogBody } from "../../ui/dialog";
import { DownloadIcon, LinkIcon } from "../../ui/icons";
import { Notice } from "../../ui/notice";
import { downloadCsv } from "./download";
import classes from "./explore.module.css";

interface ActionsProps {
  selection: Selection;
  span: Span;
  search: ExploreSearch;
}

/** Takes the view elsewhere: as a file, as commands, as a link. */
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
            Put a key into the variable <code>SENS_API_KEY</code>. Each answer names its next page in the
            header <code>Link</code>.
          </p>
          <CommandBlock label="curl" command={curl ? curlCommands(window.location.origin, selection) : ""} />
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

function Download({ selection, disabled }: { selection: Selection; disabled: boolean }) {
  const [rows, setRows] = useState<number | null>(null);
  const [message, setMessage] = useState<string | null>(null);
  const run = async (): Promise<void> => {
    setMessage(null);
    setRows(0);
    try {
      const { cut } = await downloadCsv(selection, setRows);
      if (cut) setMessage("The file holds the first million readings; choose a shorter range for the rest.");
    } catch (error) {
      setMessage(toApiError(error).message);
    } finally {
      setRows(null);
    }
  };
  return (
    <>
      <Button
        size="xs"
        leftSection={<DownloadIcon size={15} />}
        disabled={disabled || rows !== null}
        onClick={() => void run()}
      >
        {rows === null ? "Download CSV" : `${count(rows)} readings…`}
      </Button>
      {message ? <Notice tone="bad">{message}</Notice> : null}
    </>
  );
}
