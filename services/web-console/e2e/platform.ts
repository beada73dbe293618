import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { TestProject } from "vitest/node";

declare module "vitest" {
  export interface ProvidedContext {
    /** Where the console and the REST interface are. */
    url: string;
    /** A key that may read and send. */
    key: string;
  }
}

const PROJECT = resolve(import.meta.dirname, "../../..");
const READY_WITHIN = 150_000;

/** Uses the platform named by the environment, or starts the demo and ends it afterwards. */
export default async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  const { SENS_CONSOLE_URL: url, SENS_API_KEY: key } = process.env;
  if (url && key) {
    project.provide("url", url.replace(/\/$/, ""));
    project.provide("key", key);
    return undefined;
  }
  const demo = await startDemo();
  project.provide("url", demo.url);
  project.provide("key", demo.key);
  return demo.stop;
}

interface Demo {
  url: string;
  key: string;
  stop: () => Promise<void>;
}

async function startDemo(): Promise<Demo> {
  const binary = ["debug", "release"]
    .map((kind) => join(PROJECT, "target", kind, "sens-demo"))
    .find(existsSync);
  if (!binary) {
    throw new Error("sens-demo is not built: run `cargo build`, or set SENS_CONSOLE_URL and SENS_API_KEY");
  }
  if (!existsSync(join(PROJECT, "services/web-console/dist/index.html"))) {
    throw new Error("the console is not built: run `npm run build` first");
  }
  const folder = mkdtempSync(join(tmpdir(), "sens-console-"));
  const [api, mqtt, postgres, nats, ops] = await freePorts();
  const args = Object.entries({
    port: api,
    "mqtt-port": mqtt,
    "postgres-port": postgres,
    "nats-port": nats,
    "ops-port": ops,
    dir: folder,
  });
  const child = spawn(binary, ["--fresh", ...args.flatMap(([name, value]) => [`--${name}`, String(value)])], {
    stdio: ["ignore", "pipe", "pipe"],
    cwd: PROJECT,
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (output += String(chunk)));
  const stop = async (): Promise<void> => {
    await end(child);
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const url = `http://127.0.0.1:${api}`;
    const key = await readyKey(child, url, join(folder, "connection.json"));
    return { url, key, stop };
  } catch (error) {
    await stop();
    throw new Error(`the demo did not start: ${String(error)}\n${output.slice(-4_000)}`);
  }
}

/** Waits until the platform answers and has seen its first device. */
async function readyKey(child: ChildProcess, url: string, connection: string): Promise<string> {
  const deadline = Date.now() + READY_WITHIN;
  while (Date.now() < deadline) {
    if (child.exitCode !== null) throw new Error(`it ended with code ${child.exitCode}`);
    if (existsSync(connection)) {
      const { api_key } = JSON.parse(readFileSync(connection, "utf8")) as { api_key: string };
      if (await hasDevices(url, api_key)) return api_key;
    }
    await delay(250);
  }
  throw new Error(`it was not ready within ${READY_WITHIN / 1_000} s`);
}

async function hasDevices(url: string, key: string): Promise<boolean> {
  try {
    const response = await fetch(`${url}/v1/overview`, { headers: { authorization: `Bearer ${key}` } });
    if (!response.ok) return false;
    const { devices } = (await response.json()) as { devices: { online: number } };
    return devices.online > 0;
  } catch {
    // Not listening yet.
    return false;
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGINT");
  await ended;
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}

/** Ports for the demo: four, and the first of four neighbours. */
async function freePorts(): Promise<[number, number, number, number, number]> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const base = 20_000 + Math.floor(Math.random() * 9_000);
    const free = await Promise.all(Array.from({ length: 8 }, (_, index) => isFree(base + index)));
    if (free.every(Boolean)) return [base, base + 1, base + 2, base + 3, base + 4];
  }
  throw new Error("no eight free neighbouring ports found");
}
