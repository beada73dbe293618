import { api } from "../api/client";
import { uniqueKey } from "../lib/unique";

/** A command as a person asks for it. */
export interface CommandOrder {
  name: string;
  payload: unknown;
  ttl_seconds: number;
}

/** Sends a command to a device; the same key never makes a second one. */
export async function sendCommand(serial: string, order: CommandOrder, key = uniqueKey()) {
  const { data } = await api.POST("/v1/devices/{serial}/commands", {
    params: { path: { serial }, header: { "Idempotency-Key": key } },
    body: order as never,
  });
  return data;
}
