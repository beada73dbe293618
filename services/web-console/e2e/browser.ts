import { execFile } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";
import { type Browser, type BrowserContext, chromium, type Page, type Route } from "playwright-core";
import { inject } from "vitest";
import { STRICT_CSP } from "../dev/csp.ts";

const CANDIDATES = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/snap/bin/chromium",
];

function executable(): string {
  const found = process.env.CHROMIUM_PATH ?? CANDIDATES.find((path) => existsSync(path));
  if (!found) throw new Error("no Chromium found: install the package chromium or set CHROMIUM_PATH");
  return found;
}

export function launch(): Promise<Browser> {
  // Chromium refuses its sandbox to root, which is who runs the check in containers.
  const args = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
  return chromium.launch({ executablePath: executable(), args });
}

export interface Visit {
  context: BrowserContext;
  page: Page;
  /** Errors the page logged: scripts that failed, and whatever the content security policy refused. */
  problems: string[];
}

interface VisitOptions {
  width?: number;
  height?: number;
  scheme?: "light" | "dark";
  /** Another platform than the shared one. */
  url?: string;
}

function isPage(url: URL): boolean {
  return !/^\/(v1|assets)\/|^\/version$/.test(url.pathname);
}

/** Serves the page under the policy it is built for, which is stricter than what a server may send. */
async function underStrictPolicy(route: Route): Promise<void> {
  const response = await route.fetch();
  await route.fulfill({
    response,
    headers: { ...response.headers(), "content-security-policy": STRICT_CSP },
  });
}

/** A fresh tab, signed in unless asked otherwise. */
export async function visit(browser: Browser, options: VisitOptions = {}, signIn = true): Promise<Visit> {
  const context = await browser.newContext({
    viewport: { width: options.width ?? 1360, height: options.height ?? 860 },
    colorScheme: options.scheme ?? "light",
    baseURL: options.url ?? inject("url"),
  });
  await context.route(isPage, underStrictPolicy);
  const page = await context.newPage();
  const problems: string[] = [];
  page.on("pageerror", (error) => problems.push(error.message));
  page.on("console", (message) => {
    if (message.type() === "error") problems.push(`${message.text()} ${message.location().url}`);
  });
  if (signIn) await logIn(page, inject("key"));
  return { context, page, problems };
}

export async function logIn(page: Page, key: string): Promise<void> {
  await page.goto("/");
  await page.getByLabel("API key").fill(key);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("navigation", { name: "Main" }).waitFor();
}

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

interface AxeNode {
  target: string[];
}

interface AxeResults {
  violations: { id: string; nodes: AxeNode[] }[];
}

/** What axe finds wrong with the page, as `rule: selectors`. */
export async function accessibility(page: Page): Promise<string[]> {
  const results = await page.evaluate<AxeResults>(`${AXE}; axe.run()`);
  return results.violations.map(
    ({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(" ")).join(", ")}`,
  );
}

/** By how many pixels the page is wider than its window. */
export function overflow(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
}

/** Posts what a device would send. */
export async function send(body: unknown): Promise<void> {
  const response = await fetch(`${inject("url")}/v1/ingest`, {
    method: "POST",
    headers: { authorization: `Bearer ${inject("key")}`, "content-type": "application/json" },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
  // A body that is no JSON is kept and answered 400: both are what a test may want.
  if (response.status !== 202 && response.status !== 400) {
    throw new Error(`ingest answered ${response.status}: ${await response.text()}`);
  }
}

interface StoredError {
  raw_record_id: string;
}

interface CallOptions {
  method?: string;
  body?: unknown;
  headers?: Record<string, string>;
}

/** Asks the REST interface, as its admin; whatever is refused is an error. */
export async function call<T>(path: string, { method = "GET", body, headers }: CallOptions = {}): Promise<T> {
  const response = await fetch(`${inject("url")}${path}`, {
    method,
    headers: { authorization: `Bearer ${inject("key")}`, "content-type": "application/json", ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${text}`);
  return (text === "" ? undefined : JSON.parse(text)) as T;
}

/** Runs SQL as the owner of the database. */
export async function sql(text: string): Promise<void> {
  const args = ["--no-psqlrc", "--quiet", "--set", "ON_ERROR_STOP=1", inject("database"), "--command", text];
  await promisify(execFile)("psql", args);
}

interface MadeKey {
  id: string;
  key: string;
}

/** An API key that may do what a role may, perhaps for some devices only. */
export function makeKey(body: { name: string; role: string; labels?: string }): Promise<MadeKey> {
  return call<MadeKey>("/v1/api-keys", { method: "POST", body });
}

/** Makes an API key and revokes it: the widest row that the list of keys can have. */
export async function revokedKey(): Promise<void> {
  const { id } = await makeKey({ name: "gateway of the assembly hall in Reykjavík", role: "operator" });
  await call(`/v1/api-keys/${id}`, { method: "DELETE" });
}

/** The record with this payload among the newest errors of a reason: simulated devices make some of their own. */
export async function recordWith(reason: string, payload: string): Promise<string> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const { items } = await call<{ items: StoredError[] }>(`/v1/ingest-errors?reason=${reason}&limit=20`);
    for (const { raw_record_id } of items) {
      const record = await call<{ payload_text: string | null }>(`/v1/raw-records/${raw_record_id}`);
      if (record.payload_text === payload) return raw_record_id;
    }
    await delay(100);
  }
  throw new Error("the record was not stored within 10 s");
}

/** The newest error of a device, as soon as it is stored. */
export async function newestErrorRecord(serial: string): Promise<string> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const { items } = await call<{ items: StoredError[] }>(`/v1/ingest-errors?serial=${serial}&limit=1`);
    if (items[0]) return items[0].raw_record_id;
    await delay(100);
  }
  throw new Error(`no error of ${serial} was stored within 10 s`);
}
