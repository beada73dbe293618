import type { Device } from "../api/types";
import { DAY, millis } from "./time";

/** Whether something of a device was refused within the last day, as the filter of the platform says. */
export function isErring({ last_error_at }: Pick<Device, "last_error_at">, now: number): boolean {
  return last_error_at != null && now - millis(last_error_at) < DAY;
}
