import type { Device } from "../../../api/types";
import type { DevicePatch } from "../../../data/change-device";

/** A part of a device that two people changed, or one of them. */
export interface Difference {
  part: string;
  /** What it was when this person began; null when there was none. */
  before: string | null;
  theirs: string | null;
  /** What this person wants; undefined when they do not touch it. */
  mine: string | null | undefined;
}

type Said = Pick<Device, "name" | "model" | "legacy_id" | "labels">;

function parts(device: Said): Map<string, string | null> {
  const said: [string, string | null][] = [
    ["Name", device.name ?? null],
    ["Model", device.model ?? null],
    ["Legacy number", device.legacy_id == null ? null : String(device.legacy_id)],
  ];
  const labels = Object.entries(device.labels).map(([key, value]): [string, string] => [
    `Label ${key}`,
    value,
  ]);
  return new Map<string, string | null>([...said, ...labels]);
}

function wanted({ labels = {}, ...rest }: DevicePatch): Map<string, string | null> {
  const found = new Map<string, string | null>();
  if (rest.name !== undefined) found.set("Name", rest.name);
  if (rest.model !== undefined) found.set("Model", rest.model);
  if (rest.legacy_id !== undefined)
    found.set("Legacy number", rest.legacy_id === null ? null : String(rest.legacy_id));
  for (const [key, value] of Object.entries(labels)) found.set(`Label ${key}`, value);
  return found;
}

/** Where a device stands otherwise than it did, or is wanted otherwise than it stands. */
export function differences(before: Said, theirs: Said, patch: DevicePatch): Difference[] {
  const was = parts(before);
  const is = parts(theirs);
  const mine = wanted(patch);
  return [...new Set([...was.keys(), ...is.keys(), ...mine.keys()])]
    .map((part) => ({
      part,
      before: was.get(part) ?? null,
      theirs: is.get(part) ?? null,
      mine: mine.get(part),
    }))
    .filter(
      ({ before: old, theirs: now, mine: want }) => old !== now || (want !== undefined && want !== now),
    );
}
