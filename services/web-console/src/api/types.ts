import type { components, paths } from "./schema";

type GetPath = {
  [P in keyof paths]: paths[P] extends { get: infer G } ? (G extends undefined ? never : P) : never;
}[keyof paths];

/** The JSON body of a successful `GET` on a path. */
type Ok<P extends GetPath> = paths[P] extends {
  get: { responses: { 200: { content: { "application/json": infer Body } } } };
}
  ? Body
  : never;

/** The query parameters of a `GET` on a path. */
export type Query<P extends GetPath> = paths[P] extends { get: { parameters: { query?: infer Q } } }
  ? NonNullable<Q>
  : never;

export type WhoAmI = Ok<"/v1/whoami">;
export type Overview = Ok<"/v1/overview">;
export type DevicePage = Ok<"/v1/devices">;
export type Device = DevicePage["items"][number];
export type DeviceTotal = NonNullable<DevicePage["total"]>;
export type DeviceStatus = Device["status"];
export type LatestValue = Ok<"/v1/devices/{serial}/latest">["items"][number];
export type MeasurementPage = Ok<"/v1/devices/{serial}/measurements">;
export type Measurement = NonNullable<MeasurementPage["items"]>[number];
export type Metric = Ok<"/v1/metrics">["items"][number];
export type Accounting = Ok<"/v1/accounting">;
export type IngestError = Ok<"/v1/ingest-errors">["items"][number];
export type Durability = Ok<"/v1/system/durability">;
export type Replicas = Ok<"/v1/system/replicas">;
export type Replica = Replicas["items"][number];
export type BackupPage = Ok<"/v1/system/backups">;
export type BackupRun = BackupPage["items"][number];
export type Deployment = Ok<"/v1/deployments">["items"][number];
export type DeadLetterPage = Ok<"/v1/dead-letters">;
export type DeadLetter = DeadLetterPage["items"][number];
export type DeadLetterDetail = Ok<"/v1/dead-letters/{number}">;
export type ApiKey = Ok<"/v1/api-keys">["items"][number];
export type MetricVersion = Ok<"/v1/metrics/{name}/versions">["items"][number];
export type Loss = Accounting["losses"][number];
export type Explanation = Ok<"/v1/devices/{serial}/explain">;
export type MessageSummary = Explanation["messages"][number];
export type NearReading = Explanation["readings"][number];
export type RetentionSetting = Ok<"/v1/retention-settings">["items"][number];
export type RetentionClass = paths["/v1/retention-settings/{class}"]["put"]["parameters"]["path"]["class"];
export type MetricRetentionClass =
  paths["/v1/retention-settings/{class}/metrics/{metric}"]["put"]["parameters"]["path"]["class"];
export type RetentionRun = Ok<"/v1/retention-runs">["items"][number];
export type RetentionRunDetail = Ok<"/v1/retention-runs/{id}">;
export type Message = Ok<"/v1/messages/{id}">;
export type MessageReading = Message["readings"][number];
export type Command = Ok<"/v1/devices/{serial}/commands">["items"][number];
export type CommandDetail = Ok<"/v1/devices/{serial}/commands/{id}">;
export type Presence = Ok<"/v1/devices/{serial}/presence">;
export type AuditItem = Ok<"/v1/audit-log">["items"][number];
export type Correction = Ok<"/v1/corrections">["items"][number];
export type CorrectionDetail = Ok<"/v1/corrections/{id}">;
export type Replay = Ok<"/v1/replays/{id}">;
export type Operation = Ok<"/v1/operations">["items"][number];
export type ExportRequest = components["schemas"]["ExportRequest"];
export type ImportResult = components["schemas"]["ImportResult"];
export type DeviceFields = components["schemas"]["DeviceFields"];
export type AverageExtension = Ok<"/v1/analytics/average-extension">["items"][number];
export type ExtensionVsRetraction = Ok<"/v1/analytics/extension-vs-retraction">["items"][number];
export type BatterySummary = Ok<"/v1/analytics/battery-summary">["items"][number];
export type PlatformHeight = Ok<"/v1/analytics/platform-height">["items"][number];

/** A value as devices send it. */
export type Value = number | string | boolean;

/** One live reading, as `/v1/stream` sends it. */
export interface LiveReading {
  serial: string;
  metric: string;
  value: Value;
  unit: string | null;
  recorded_at: string;
  received_at: string;
}
