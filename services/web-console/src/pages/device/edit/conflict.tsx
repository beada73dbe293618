import { Button } from "@mantine/core";
import type { Device } from "../../../api/types";
import type { DevicePatch } from "../../../data/change-device";
import { DialogActions, DialogBody } from "../../../ui/dialog";
import { Notice } from "../../../ui/notice";
import { Table } from "../../../ui/table";
import { LocalTime } from "../../../ui/time";
import { differences } from "./differences";

interface ConflictProps {
  base: Device;
  theirs: Device;
  mine: DevicePatch;
  busy: boolean;
  onKeepMine: () => void;
  onTakeTheirs: () => void;
}

/** Two people changed one device: what each of them wants, and which of it is to be. */
export function Conflict({ base, theirs, mine, busy, onKeepMine, onTakeTheirs }: ConflictProps) {
  return (
    <>
      <DialogBody>
        <Notice tone="warn">
          Somebody changed this device while you did (<LocalTime time={theirs.updated_at} />
          ). Nothing of yours is saved yet.
        </Notice>
        <Table label="What differs">
          <thead>
            <tr>
              <th scope="col">Part</th>
              <th scope="col">Now</th>
              <th scope="col">Yours</th>
            </tr>
          </thead>
          <tbody>
            {differences(base, theirs, mine).map(({ part, before, theirs: now, mine: want }) => (
              <tr key={part}>
                <td>{part}</td>
                <td>
                  <Said value={now} />
                  {now === before ? null : (
                    <div className="muted">
                      was <Said value={before} />
                    </div>
                  )}
                </td>
                <td>
                  {want === undefined ? <span className="muted">untouched</span> : <Said value={want} />}
                </td>
              </tr>
            ))}
          </tbody>
        </Table>
      </DialogBody>
      <DialogActions>
        <Button size="xs" variant="default" onClick={onTakeTheirs}>
          Begin again from theirs
        </Button>
        <Button size="xs" loading={busy} onClick={onKeepMine}>
          Save mine over it
        </Button>
      </DialogActions>
    </>
  );
}

function Said({ value }: { value: string | null }) {
  if (value === null) return <span className="muted">none</span>;
  return value === "" ? <span className="muted">empty</span> : <strong>{value}</strong>;
}
