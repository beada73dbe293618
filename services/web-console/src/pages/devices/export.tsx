import { useState } from "react";
import { toApiError } from "../../api/problem";
import { download, fileStamp } from "../../lib/download";
import { bytes } from "../../lib/format";
import type { DevicesSearch } from "../../lib/search";
import { DownloadIcon } from "../../ui/icons";
import { Menu, MenuItem } from "../../ui/menu";
import { Notice } from "../../ui/notice";

const FORMATS = [
  { label: "CSV", accept: "text/csv", ending: "csv" },
  { label: "NDJSON", accept: "application/x-ndjson", ending: "ndjson" },
] as const;

/** The query of a view of the devices, as the REST interface takes it. */
export function exportQuery({ label = [], ...rest }: DevicesSearch): string {
  const query = new URLSearchParams(rest as Record<string, string>);
  for (const selector of label) query.append("label", selector);
  const text = query.toString();
  return text === "" ? "" : `?${text}`;
}

/** All devices of the view as a file that an import takes back. */
export function Export({ view }: { view: DevicesSearch }) {
  const [size, setSize] = useState<number | null>(null);
  const [error, setError] = useState<unknown>(null);
  const run = async ({ accept, ending }: (typeof FORMATS)[number]): Promise<void> => {
    setError(null);
    setSize(0);
    try {
      const name = `devices_${fileStamp(Date.now())}.${ending}`;
      await download(`/v1/devices:export${exportQuery(view)}`, accept, name, setSize);
    } catch (failure) {
      setError(failure);
    } finally {
      setSize(null);
    }
  };
  return (
    <>
      <Menu
        label={size === null ? "Export" : `${bytes(size)}…`}
        icon={<DownloadIcon size={14} />}
        disabled={size !== null}
        side="right"
      >
        {(close) =>
          FORMATS.map((format) => (
            <MenuItem
              key={format.ending}
              onClick={() => {
                close();
                void run(format);
              }}
            >
              All of this view as {format.label}
            </MenuItem>
          ))
        }
      </Menu>
      {error ? <Notice tone="bad">{toApiError(error).message}</Notice> : null}
    </>
  );
}
