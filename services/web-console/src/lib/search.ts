import { isRange, type Range } from "./ranges";
import { ANALYTICS_VIEWS, type AnalyticsView } from "./views";

/** What stands behind the `?` of an address, parsed but not yet believed. */
export type RawSearch = Record<string, unknown>;

function text(value: unknown): string | undefined {
  if (typeof value === "number") return String(value);
  return typeof value === "string" && value !== "" ? value : undefined;
}

function texts(value: unknown): string[] | undefined {
  const all = (Array.isArray(value) ? value : [value]).flatMap((each) => text(each) ?? []);
  return all.length > 0 ? [...new Set(all)] : undefined;
}

function oneOf<T extends string>(allowed: readonly T[], value: unknown): T | undefined {
  return allowed.find((each) => each === value);
}

function whole(value: unknown): number | undefined {
  return typeof value === "number" && Number.isFinite(value) ? Math.round(value) : undefined;
}

/** Leaves out what is not there, so that addresses stay short. */
function compactSearch<T extends object>(search: { [K in keyof T]-?: T[K] | undefined }): T {
  return Object.fromEntries(Object.entries(search).filter(([, value]) => value !== undefined)) as T;
}

export interface LoginSearch {
  next?: string;
}

/** Only a path of our own, so that a link cannot lead elsewhere after sign-in. */
export function loginSearch(search: RawSearch): LoginSearch {
  const next = text(search.next);
  return next && /^\/(?!\/)/.test(next) && !next.includes("\\") ? { next } : {};
}

export const STATUSES = ["online", "silent", "never_seen"] as const;
export type StatusFilter = (typeof STATUSES)[number];

export const DEVICE_SORTS = ["serial", "name", "firmware", "last_seen_at"] as const;
export type DeviceSort = (typeof DEVICE_SORTS)[number];
const SORTS = DEVICE_SORTS.flatMap((name) => [name, `-${name}`] as const);

/** Which devices, in which order: the whole of a view. */
export interface DevicesSearch {
  q?: string;
  status?: StatusFilter;
  /** Only devices with something refused within the last day. */
  erring?: true;
  /** Label selectors such as `site=vie,line!=3`; all of them hold. */
  label?: string[];
  firmware?: string;
  model?: string;
  /** With `-` in front: descending. */
  sort?: DeviceSort | `-${DeviceSort}`;
}

export function devicesSearch(search: RawSearch): DevicesSearch {
  return compactSearch<DevicesSearch>({
    q: text(search.q),
    status: oneOf(STATUSES, search.status),
    erring: search.erring === true ? true : undefined,
    label: texts(search.label),
    firmware: text(search.firmware),
    model: text(search.model),
    sort: oneOf(SORTS, search.sort),
  });
}

/** The part of time that charts show: the newest of a length, or from one instant (milliseconds) to another. */
export interface TimeSearch {
  range?: Range;
  from?: number;
  to?: number;
}

function timeSearch(search: RawSearch): TimeSearch {
  const from = whole(search.from);
  const to = whole(search.to);
  if (from !== undefined && to !== undefined && from < to) return { from, to };
  return isRange(search.range) ? { range: search.range } : {};
}

export const DEVICE_TABS = ["charts", "messages", "missing", "commands", "presence", "corrections"] as const;
export type DeviceTab = (typeof DEVICE_TABS)[number];

export interface DeviceSearch extends TimeSearch {
  tab?: DeviceTab;
  /** The instant whose reading is looked for, in milliseconds. */
  at?: number;
  metric?: string;
}

export function deviceSearch(search: RawSearch): DeviceSearch {
  return {
    ...timeSearch(search),
    ...compactSearch<Omit<DeviceSearch, keyof TimeSearch>>({
      tab: oneOf(DEVICE_TABS, search.tab),
      at: whole(search.at),
      metric: text(search.metric),
    }),
  };
}

export const COMPARISONS = ["day", "week"] as const;
export type Comparison = (typeof COMPARISONS)[number];

export interface ExploreSearch extends TimeSearch {
  device?: string[];
  metric?: string[];
  compare?: Comparison;
}

export function exploreSearch(search: RawSearch): ExploreSearch {
  return {
    ...timeSearch(search),
    ...compactSearch<Omit<ExploreSearch, keyof TimeSearch>>({
      device: texts(search.device),
      metric: texts(search.metric),
      compare: oneOf(COMPARISONS, search.compare),
    }),
  };
}

export interface IngestSearch {
  reason?: string;
  serial?: string;
}

export function ingestSearch(search: RawSearch): IngestSearch {
  return compactSearch<IngestSearch>({ reason: text(search.reason), serial: text(search.serial) });
}

export interface MessageSearch {
  pointer?: string;
}

export function messageSearch(search: RawSearch): MessageSearch {
  return compactSearch<MessageSearch>({ pointer: text(search.pointer) });
}

export interface AnalyticsSearch {
  view?: AnalyticsView;
}

export function analyticsSearch(search: RawSearch): AnalyticsSearch {
  return compactSearch<AnalyticsSearch>({ view: oneOf(ANALYTICS_VIEWS, search.view) });
}

export const ADMIN_TABS = [
  "keys",
  "metrics",
  "retention",
  "operations",
  "backups",
  "replicas",
  "deployments",
  "audit",
  "system",
] as const;
export type AdminTab = (typeof ADMIN_TABS)[number];

export interface AdminSearch {
  tab?: AdminTab;
  /** Filters of the audit log. */
  actor?: string;
  action?: string;
  kind?: string;
  object?: string;
}

export function adminSearch(search: RawSearch): AdminSearch {
  return compactSearch<AdminSearch>({
    tab: oneOf(ADMIN_TABS, search.tab),
    actor: text(search.actor),
    action: text(search.action),
    kind: text(search.kind),
    object: text(search.object),
  });
}
