import { toApiError } from "../../api/problem";
import { fileStamp } from "../../lib/download";
import { bytes } from "../../lib/format";
import type { DevicesSearch } from "../../lib/search";
import { DownloadIcon } from "../../ui/icons";
import { Menu, MenuItem } from "../../ui/menu";
import { Notice } from "../../ui/notice";
import { useDownload } from "../../ui/use-download";

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
  const { size, error, run } = useDownload();
  return (
    <>
      <Menu
        label={size === null ? "Export" : `${bytes(size)}…`}
        icon={<DownloadIcon size={14} />}
        disabled={size !== null}
        side="right"
      >
        {(close) =>
          FORMATS.map(({ label, accept, ending }) => (
            <MenuItem
              key={ending}
              onClick={() => {
                close();
                const name = `devices_${fileStamp(Date.now())}.${ending}`;
                void run(`/v1/devices:export${exportQuery(view)}`, accept, name);
              }}
            >
              All of this view as {label}
            </MenuItem>
          ))
        }
      </Menu>
      {error ? <Notice tone="bad">{toApiError(error).message}</Notice> : null}
    </>
  );
}
