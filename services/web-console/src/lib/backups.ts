import type { BackupPage } from "../api/types";
import { DAY, duration, HOUR, millis } from "./time";

/** A backup is taken every night; the chart's alerts begin at the same ages. */
const OLD_BACKUP = 26 * HOUR;
/** A drill proves one every week. */
const OLD_PROOF = 8 * DAY;

export interface BackupVerdict {
  tone: "good" | "warn";
  label: string;
  text: string;
}

type Facts = Pick<BackupPage, "last_taken" | "last_proven">;

/** Since when everything is in the backup of a run; runs of earlier versions only say when they ended. */
export function heldSince(run: Facts["last_taken"]): string | null {
  return run ? (run.taken_at ?? run.finished_at) : null;
}

/** How safe the data is, by the newest backup and by the newest one that was restored to prove it. */
export function judgeBackups({ last_taken, last_proven }: Facts, now: number): BackupVerdict {
  const age = (run: Facts["last_taken"]): number => now - millis(heldSince(run) ?? "");
  if (!last_taken && !last_proven) {
    return { tone: "warn", label: "No backup", text: "No backup of this database was ever taken." };
  }
  if (!last_proven) {
    return { tone: "warn", label: "Never proven", text: "No backup was ever restored to prove it." };
  }
  if (last_taken && age(last_taken) > OLD_BACKUP) {
    return {
      tone: "warn",
      label: "Backup too old",
      text: `What came in the last ${duration(age(last_taken))} is in no backup.`,
    };
  }
  if (now - millis(last_proven.finished_at) > OLD_PROOF) {
    return {
      tone: "warn",
      label: "Proof too old",
      text: `No backup was proven for ${duration(now - millis(last_proven.finished_at))}.`,
    };
  }
  return { tone: "good", label: "Proven", text: "A backup was restored and found equal lately." };
}
