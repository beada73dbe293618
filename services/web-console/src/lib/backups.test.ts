import { expect, it } from "vitest";
import type { BackupRun } from "../api/types";
import { heldSince, judgeBackups } from "./backups";
import { DAY, HOUR } from "./time";

const NOW = Date.parse("2026-11-21T12:00:00Z");

function run(age: number, taken: number | null = age): BackupRun {
  const at = (ago: number): string => new Date(NOW - ago).toISOString();
  return {
    id: 1,
    kind: "backup",
    outcome: "done",
    backup_id: "b",
    started_at: null,
    finished_at: at(age),
    taken_at: taken === null ? null : at(taken),
    bytes: 1,
    place: "/backups",
    schema_version: 23,
    detail: null,
  };
}

it.each([
  ["No backup", null, null],
  ["Never proven", run(HOUR), null],
  ["Proven", run(HOUR), run(HOUR)],
  ["Proven", run(26 * HOUR), run(8 * DAY)],
  ["Backup too old", run(27 * HOUR), run(HOUR)],
  ["Proof too old", run(HOUR), run(8 * DAY + 1)],
  // As after a restore, whose list is as old as the backup.
  ["Proven", null, run(HOUR)],
])("says %s", (label, last_taken, last_proven) => {
  const verdict = judgeBackups({ last_taken, last_proven }, NOW);
  expect(verdict.label).toBe(label);
  expect(verdict.tone).toBe(label === "Proven" ? "good" : "warn");
});

it("says what is in no backup", () => {
  expect(judgeBackups({ last_taken: run(3 * DAY), last_proven: run(HOUR) }, NOW).text).toContain("3 d");
});

it("counts from when the backup was begun, where that is known", () => {
  expect(heldSince(run(HOUR, 2 * HOUR))).toBe("2026-11-21T10:00:00.000Z");
  expect(heldSince(run(HOUR, null))).toBe("2026-11-21T11:00:00.000Z");
  expect(heldSince(null)).toBeNull();
});
