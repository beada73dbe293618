import { api } from "../api/client";
import { ifMatch } from "../api/if-match";
import type { Device } from "../api/types";

/** What changes about a device, as a merge patch: `null` empties, what is not named stays. */
export interface DevicePatch {
  name?: string | null;
  model?: string | null;
  legacy_id?: number | null;
  labels?: Record<string, string | null>;
}

/**
 * Changes a device if it is still of the version that was looked at.
 * @throws ApiError with status 412 when somebody changed it meanwhile.
 */
export async function changeDevice(
  serial: string,
  version: number | null,
  patch: DevicePatch,
): Promise<Device | undefined> {
  const { data } = await api.PATCH("/v1/devices/{serial}", {
    params: { path: { serial }, header: { "If-Match": ifMatch(version) } },
    headers: { "content-type": "application/merge-patch+json" },
    // The document describes labels as they are; in a patch a label may be null.
    body: patch as never,
  });
  return data;
}

/** Deletes a device if it is still of the version that was looked at. */
export async function deleteDevice(serial: string, version: number | null): Promise<void> {
  await api.DELETE("/v1/devices/{serial}", {
    params: { path: { serial }, header: { "If-Match": ifMatch(version) } },
  });
}
