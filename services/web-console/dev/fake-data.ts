import type {
  Accounting,
  ApiKey,
  BackupPage,
  Device,
  Durability,
  IngestError,
  LatestValue,
  Measurement,
  Message,
  Metric,
  Overview,
  Replicas,
} from "../src/api/types.ts";

/** A made-up fleet, for working on the console without a platform. Everything is a function of the time. */
const STEP = 15_000;
const START = Date.now() - 26 * 3_600_000;

const iso = (at: number): string => new Date(at).toISOString().replace("Z", "000Z");

export const METRICS: Metric[] = [
  metric("platform_extension_ticks", "tick", 0, 3000, "Platform extension", "mm", 0.05),
  metric("platform_extension_mm", "mm", -150, 150, "Platform extension", "mm", 1),
  metric("battery_charge", "%", 0, 100, "Battery charge", "%", 1),
  metric("platform_height_mm", "mm", 0, 200, "Platform height", "mm", 1),
];

function metric(
  name: string,
  unit: string,
  min: number,
  max: number,
  display_name: string,
  display_unit: string,
  display_factor: number,
): Metric {
  return {
    name,
    unit,
    kind: "number",
    min,
    max,
    display_name,
    display_unit,
    display_factor,
    listed: true,
    version: 1,
  };
}

export function devices(now: number): Device[] {
  return Array.from({ length: 32 }, (_, index) => {
    const never = index === 30 || index === 31;
    const silent = index % 9 === 4;
    const legacy = index % 4 === 3;
    const age = silent ? 5_400_000 + index * 60_000 : (index * 733) % STEP;
    return {
      serial: legacy ? `legacy-${index}` : `AI-${(0x9f3c21 + index * 7919).toString(16).toUpperCase()}`,
      legacy_id: legacy ? index : null,
      placeholder: legacy,
      name: index % 5 === 0 ? `Hall ${1 + index / 5}, gate ${index % 3}` : null,
      model: legacy ? null : "SP-200",
      firmware: legacy ? null : (["1.1.0", "2.0.0", "2.0.0", "2.1.0-rc.1"][index % 4] ?? null),
      status: never ? "never_seen" : silent ? "silent" : "online",
      online: never ? null : !silent,
      provisioned_at: legacy ? null : iso(START),
      first_seen_at: never ? null : iso(START),
      last_seen_at: never ? null : iso(now - age),
      last_error_at: index % 7 === 3 ? iso(now - 600_000 * (1 + index)) : null,
      labels: { hall: String(1 + (index % 4)) },
      version: 1,
      created_at: iso(START),
      updated_at: iso(START),
    };
  });
}

export function metricsOf(device: Device): Metric[] {
  return METRICS.filter(
    ({ name }) => name !== (device.placeholder ? "platform_extension_mm" : "platform_extension_ticks"),
  );
}

export function valueAt(name: string, seed: number, at: number): number {
  const hours = at / 3_600_000 + seed;
  const wave = Math.sin(hours * 6.1) * 0.6 + Math.sin(hours * 23.7) * 0.3 + Math.sin(hours * 91) * 0.1;
  if (name === "battery_charge") return Math.round((100 - ((hours * 4.2 + seed * 11) % 76) + wave) * 10) / 10;
  if (name === "platform_extension_mm") return Math.round(wave * 1200) / 10;
  if (name === "platform_height_mm")
    return Math.round((104 + Math.sin(hours * 2.2) * 38 + wave * 6) * 10) / 10;
  return Math.round(1500 + wave * 1400);
}

export function seedOf(serial: string): number {
  return [...serial].reduce((sum, character) => (sum * 31 + character.charCodeAt(0)) % 997, 7);
}

export function measurements(
  device: Device,
  name: string,
  from: number,
  to: number,
  limit: number,
): Measurement[] {
  const unit = METRICS.find((each) => each.name === name)?.unit ?? null;
  const seed = seedOf(device.serial);
  const last = device.last_seen_at ? Date.parse(device.last_seen_at) : 0;
  const items: Measurement[] = [];
  const begin = Math.ceil(Math.max(from, START) / STEP) * STEP;
  for (let at = begin; at <= Math.min(to, last); at += STEP) {
    // A nightly gap, to see that the line breaks.
    if (at % 21_600_000 < 1_200_000) continue;
    items.push({ metric: name, recorded_at: iso(at), value: valueAt(name, seed, at), unit, quality: "ok" });
  }
  return items.slice(-limit);
}

export function latest(device: Device): LatestValue[] {
  if (!device.last_seen_at) return [];
  const at = device.last_seen_at;
  return metricsOf(device).map(({ name, unit }) => ({
    metric: name,
    unit: unit ?? null,
    value: valueAt(name, seedOf(device.serial), Date.parse(at)),
    recorded_at: at,
    received_at: at,
  }));
}

export function series(device: Device) {
  const items = latest(device).map(({ metric, unit }) => ({
    metric,
    unit,
    kind: "number",
    listed: true,
    count: 6_000,
    first_at: iso(START),
    last_at: device.last_seen_at,
  }));
  return { items, complete: true };
}

export function overview(now: number, empty: boolean): Overview {
  const all = empty ? [] : devices(now);
  const having = (status: Device["status"]): number =>
    all.filter((device) => device.status === status).length;
  const messages = empty ? 0 : 1_248_000 + Math.floor((now - START) / 400);
  return {
    devices: {
      total: all.length,
      online: having("online"),
      silent: having("silent"),
      never_seen: having("never_seen"),
      placeholder: all.filter(({ placeholder }) => placeholder).length,
      erring: all.filter(({ last_error_at }) => last_error_at != null).length,
    },
    ingest: {
      messages,
      processed: messages * 3,
      duplicate: Math.floor(messages / 90),
      errors: empty ? 0 : 219,
      pending: 0,
      dead_letters: 0,
    },
    rate: empty
      ? { messages_per_second: 0, readings_per_second: 0 }
      : {
          messages_per_second: 12.4 + Math.sin(now / 9_000),
          readings_per_second: 37.2 + Math.sin(now / 9_000) * 3,
        },
    errors_by_reason: empty
      ? []
      : [
          { reason: "out_of_range", count: 121 },
          { reason: "invalid_json", count: 54 },
          { reason: "missing_field", count: 31 },
          { reason: "startup_auth_error", count: 13 },
        ],
    firmware: empty
      ? []
      : [
          { firmware: "2.0.0", count: 14 },
          { firmware: null, count: 8 },
          { firmware: "1.1.0", count: 6 },
          { firmware: "2.1.0-rc.1", count: 4 },
        ],
  };
}

const RECORDS: {
  reason: string;
  detail: string;
  pointer: string;
  payload: string;
  decoder: string | null;
}[] = [
  {
    reason: "out_of_range",
    detail: "battery_charge is 171.5, the valid range is 0 to 100 %",
    pointer: "/readings/1/value",
    decoder: "v1@1",
    payload:
      '{"v":1,"seq":42,"sent_at":"2026-11-20T10:00:00.000Z","firmware":"2.0.0",\n "readings":[{"metric":"platform_height_mm","value":101.5},\n             {"metric":"battery_charge","value":171.5,"at":"2026-11-20T09:59:58.120Z"}]}',
  },
  {
    reason: "invalid_json",
    detail: "EOF while parsing a string at line 1 column 63",
    pointer: "",
    decoder: null,
    payload: '{"device_id": 7, "event_type": "battery_charge", "value": 82.5,"',
  },
  {
    reason: "missing_field",
    detail: "a flat event needs device_id",
    pointer: "/device_id",
    decoder: "flat@1",
    payload: '{"event_type": "platform_height_mm", "value": 88, "timestamp": 1732100000.25}',
  },
];

export function ingestErrors(now: number): IngestError[] {
  return Array.from({ length: 60 }, (_, index) => {
    const record = RECORDS[index % RECORDS.length] ?? RECORDS[0];
    return {
      id: 900 - index,
      reason: record?.reason ?? "",
      detail: record?.detail ?? "",
      pointer: record?.pointer ?? "",
      serial: index % 3 === 1 ? null : `AI-${(0x9f3c21 + (index % 5) * 7919).toString(16).toUpperCase()}`,
      topic: index % 3 === 0 ? "sens/v1/AI-9F3C21/telemetry" : "sens/legacy/telemetry",
      received_at: iso(now - index * 412_000 - 9_000),
      raw_record_id: `1-${index % RECORDS.length}`,
    };
  });
}

export function message(id: string, now: number): Message | null {
  const record = RECORDS[Number(id.split("-")[1])];
  if (!record) return null;
  const partial = record.reason === "out_of_range";
  const bytes = Buffer.from(record.payload);
  return {
    id,
    sequence: Number(id.split("-")[1]),
    verdict: {
      code: partial ? "partly_refused" : "refused",
      text: `message ${id} arrived but was refused`,
    },
    topic: partial ? "sens/v1/AI-9F3C21/telemetry" : "sens/legacy/telemetry",
    source: "mqtt",
    received_at: iso(now - 9_000),
    committed_at: iso(now - 8_990),
    content_type: partial ? "application/json" : null,
    decoder: record.decoder,
    outcome: "failed",
    deliveries: 1,
    decisions: [],
    rows_written: { raw_record: 1, readings: partial ? 1 : 0, errors: 1 },
    payload: {
      length: bytes.length,
      kept: bytes.length,
      text: record.payload,
      hex: bytes.toString("hex"),
      base64: bytes.toString("base64"),
    },
    traceparent: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
    errors: [{ reason: record.reason, detail: record.detail, pointer: record.pointer }],
    readings: partial
      ? [
          {
            serial: "AI-9F3C21",
            metric: "platform_height_mm",
            value: 101.5,
            quality: "ok",
            fate: "stored",
            recorded_at: iso(now - 9_500),
          },
        ]
      : [],
  };
}

export function accounting(now: number, empty: boolean): Accounting {
  const messages = empty ? 0 : 1_248_000 + Math.floor((now - START) / 400);
  const failed = empty ? 0 : 85;
  const control = empty ? 0 : 412;
  const processed = (messages - failed - control) * 3;
  const duplicate = Math.floor(messages / 90);
  const error = empty ? 0 : 219;
  return {
    from: null,
    to: null,
    messages: {
      received: messages,
      parsed: messages - failed - control,
      failed,
      control,
      dead: 0,
      in_flight: 0,
    },
    readings: { decoded: processed + duplicate + error, processed, duplicate, error },
    balanced: true,
    losses: [],
  };
}

export function durability(now: number): Durability {
  return {
    verdict: "strict",
    reasons: [],
    read_at: iso(now - 4_000),
    settings: {
      database: [],
      mqtt_sessions: [],
      streams: [],
      nats: { sync_always: true, sync_interval_seconds: 0 },
    },
  };
}

export function apiKeys(now: number): ApiKey[] {
  return [
    {
      id: "k1",
      name: "gateway, hall 3",
      role: "ingest",
      prefix: "sens_k1",
      created_at: iso(now - 9e8),
      last_used_at: iso(now - 4e3),
    },
    {
      id: "k0",
      name: "old laptop",
      role: "viewer",
      prefix: "sens_k0",
      created_at: iso(now - 9e9),
      revoked_at: iso(now - 8e8),
    },
  ];
}

export function replicas(now: number): Replicas {
  const replica = (service: string, name: string): Replicas["items"][number] => ({
    service,
    name,
    version: "0.5.0",
    build_sha: "0000000",
    canary: false,
    started_at: iso(START),
  });
  return {
    asked_at: iso(now),
    items: [
      replica("mqtt-ingestion-worker", "ingest-0"),
      replica("platform-api", "api-0"),
      replica("telemetry-worker", "worker-0"),
    ],
  };
}

export function backups(now: number, empty: boolean): BackupPage {
  const run = (id: number, kind: string, hours: number): BackupPage["items"][number] => ({
    id,
    kind,
    outcome: "done",
    backup_id: "20261120T021700Z-000001",
    started_at: iso(now - hours * 3_600_000),
    finished_at: iso(now - hours * 3_600_000 + 42_000),
    taken_at: iso(now - 20 * 3_600_000),
    bytes: 84_000_000,
    place: "/backups",
    schema_version: 23,
    detail: null,
  });
  const [taken, proven] = [run(1, "backup", 20), run(2, "verify", 19)];
  return empty
    ? { last_taken: null, last_proven: null, items: [], next_cursor: null }
    : { last_taken: taken, last_proven: proven, items: [proven, taken], next_cursor: null };
}
