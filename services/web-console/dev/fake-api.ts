import type { IncomingMessage, ServerResponse } from "node:http";
import type { Plugin } from "vite";
import type { Device, LiveReading } from "../src/api/types.ts";
import { STRICT_CSP } from "./csp.ts";
import * as data from "./fake-data.ts";

/**
 * Answers `/v1` from a made-up fleet, for work on the console alone (`npm run dev:fake`).
 * The key `demo` sees a fleet, the key `empty` a new platform whose first reading arrives after ten seconds.
 */
export function fakeApi(): Plugin {
  const handle = (request: IncomingMessage, response: ServerResponse, next: () => void): void => {
    const url = new URL(request.url ?? "/", "http://localhost");
    if (url.pathname === "/version") {
      send(response, 200, { service: "platform-api", version: "0.5.0", build_sha: "0000000" });
    } else if (url.pathname.startsWith("/v1/")) {
      answer(url, request, response);
    } else {
      next();
    }
  };
  return {
    name: "sens-fake-api",
    configureServer: (server) => void server.middlewares.use(handle),
    configurePreviewServer: (server) => void server.middlewares.use(handle),
  };
}

function send(response: ServerResponse, status: number, body: unknown): ServerResponse {
  const type = status < 400 ? "application/json" : "application/problem+json";
  response.writeHead(status, { "content-type": type, "content-security-policy": STRICT_CSP });
  return response.end(JSON.stringify(body));
}

function refuse(response: ServerResponse, status: number, code: string, detail: string): ServerResponse {
  return send(response, status, {
    type: `/docs/errors/${code}`,
    title: detail,
    status,
    code,
    request_id: "fake-1",
  });
}

const arrivals = new Map<string, number>();

function answer(url: URL, request: IncomingMessage, response: ServerResponse): ServerResponse {
  const key = (request.headers.authorization ?? "").replace("Bearer ", "");
  if (key !== "demo" && key !== "empty")
    return refuse(response, 401, "unauthorized", "the API key is not known");
  const now = Date.now();
  const path = url.pathname.slice(3);
  if (key === "empty" && !arrivals.has(key)) arrivals.set(key, now + 10_000);
  const empty = key === "empty";
  const fleet = empty ? [] : data.devices(now);
  const device = fleet.find(({ serial }) => path.startsWith(`/devices/${encodeURIComponent(serial)}`));
  if (path === "/whoami") return send(response, 200, { name: "local demo", role: "admin" });
  if (path === "/overview") return send(response, 200, data.overview(now, empty));
  if (path === "/metrics") return send(response, 200, { items: data.METRICS });
  if (path === "/accounting") return send(response, 200, data.accounting(now, empty));
  if (path.endsWith("/stream")) return stream(device ? [device] : fleet, url, response, empty);
  if (path === "/devices") return send(response, 200, list(fleet, url));
  if (path === "/ingest-errors") return send(response, 200, errors(url, now, empty));
  if (path === "/dead-letters") return send(response, 200, { items: [], next_cursor: null });
  if (path === "/system/quotas") return send(response, 200, { items: [], waiting: 0 });
  if (path === "/system/durability") return send(response, 200, data.durability(now));
  if (path === "/system/replicas") return send(response, 200, data.replicas(now));
  if (path === "/system/backups") return send(response, 200, data.backups(now, empty));
  if (path === "/deployments") return send(response, 200, { items: [], next_cursor: null });
  if (path === "/api-keys") return send(response, 200, { items: data.apiKeys(now) });
  if (path.startsWith("/analytics/")) return send(response, 200, { items: analytics(path.slice(11), fleet) });
  if (path.startsWith("/messages/")) {
    const message = data.message(path.slice(10), now);
    return message ? send(response, 200, message) : refuse(response, 404, "not_found", "no such message");
  }
  if (!device) return refuse(response, 404, "not_found", "no such device");
  if (path.endsWith("/latest"))
    return send(response, 200, { serial: device.serial, items: data.latest(device) });
  if (path.endsWith("/series")) return send(response, 200, { ...data.series(device), serial: device.serial });
  if (path.endsWith("/measurements")) return measurements(device, url, now, response);
  return send(response, 200, device);
}

function page<T>(all: T[], url: URL): { items: T[]; next_cursor: string | null } {
  const from = Number(url.searchParams.get("cursor") ?? 0);
  const to = from + Number(url.searchParams.get("limit") ?? 50);
  return { items: all.slice(from, to), next_cursor: to < all.length ? String(to) : null };
}

function list(fleet: Device[], url: URL) {
  const q = (url.searchParams.get("q") ?? "").toLowerCase();
  const status = url.searchParams.get("status");
  const matching = fleet
    .filter((each) => `${each.serial} ${each.name ?? ""}`.toLowerCase().includes(q))
    .filter((each) => status === null || each.status === status)
    .filter((each) => url.searchParams.get("erring") !== "true" || each.last_error_at != null);
  return page(matching, url);
}

function errors(url: URL, now: number, empty: boolean) {
  const reason = url.searchParams.get("reason");
  const serial = url.searchParams.get("serial");
  const matching = (empty ? [] : data.ingestErrors(now))
    .filter((each) => reason === null || each.reason === reason)
    .filter((each) => serial === null || each.serial === serial);
  return page(matching, url);
}

function measurements(device: Device, url: URL, now: number, response: ServerResponse): ServerResponse {
  const from = Date.parse(url.searchParams.get("from") ?? "1970-01-01T00:00:00Z");
  const to = Date.parse(url.searchParams.get("to") ?? new Date(now).toISOString());
  const limit = Number(url.searchParams.get("limit") ?? 1000);
  const items = data.measurements(device, url.searchParams.get("metric") ?? "", from, to, limit);
  if (url.searchParams.get("order") === "desc") items.reverse();
  return send(response, 200, {
    serial: device.serial,
    source: "raw",
    complete: true,
    watermark: device.last_seen_at,
    items,
    next_cursor: null,
  });
}

function analytics(name: string, fleet: Device[]) {
  return fleet.slice(0, 28).map(({ serial, last_seen_at }, index) => {
    if (name === "average-extension") return { serial, avg_extension_mm: Math.sin(index) * 40 };
    if (name === "extension-vs-retraction")
      return { serial, extensions: 2_900 + index * 17, retractions: 2_870 + index * 11 };
    if (name === "battery-summary")
      return {
        serial,
        min_pct: 22 + index / 3,
        max_pct: 100,
        avg_pct: 61.27 + index / 7,
        last_pct: 48 + index,
        last_seen: last_seen_at,
      };
    return {
      serial,
      min_mm: 61.4,
      max_mm: 148.2 - index / 3,
      avg_mm: 104.13 + index / 9,
      last_mm: 99 + index,
    };
  });
}

function stream(fleet: Device[], url: URL, response: ServerResponse, empty: boolean): ServerResponse {
  response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-cache" });
  response.write(": hello\n\n");
  const wanted = url.searchParams.getAll("device");
  const sending = fleet.filter(
    (each) => each.status === "online" && (wanted.length === 0 || wanted.includes(each.serial)),
  );
  let index = 0;
  const timer = setInterval(() => {
    const now = Date.now();
    for (const reading of empty ? firstReading(now) : sample(sending, now)) {
      response.write(`id: ${now}-${index++}\nevent: reading\ndata: ${JSON.stringify(reading)}\n\n`);
    }
  }, 1_000);
  return response.on("close", () => clearInterval(timer));
}

function sample(sending: Device[], now: number): LiveReading[] {
  const device = sending[Math.floor(Math.random() * sending.length)];
  if (!device) return [];
  const at = new Date(now).toISOString();
  return data.metricsOf(device).map(({ name, unit }) => ({
    serial: device.serial,
    metric: name,
    value: data.valueAt(name, data.seedOf(device.serial), now),
    unit: unit ?? null,
    recorded_at: at,
    received_at: at,
  }));
}

function firstReading(now: number): LiveReading[] {
  if (now < (arrivals.get("empty") ?? now + 1)) return [];
  const at = new Date(now).toISOString();
  return [
    {
      serial: "legacy-7",
      metric: "battery_charge",
      value: 82.5,
      unit: "%",
      recorded_at: at,
      received_at: at,
    },
  ];
}
