import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

const PROJECT = resolve(import.meta.dirname, "../../..");
const READY_WITHIN = 150_000;

export interface Demo {
  url: string;
  key: string;
  /** Where the database takes SQL from its owner. */
  database: string;
  stop: () => Promise<void>;
}

/** Starts the whole platform on free ports in a folder of its own; with simulated devices, or with none at all. */
export async function startDemo({ simulator }: { simulator: boolean }): Promise<Demo> {
  const binary =
    process.env.SENS_DEMO ??
    ["debug", "release"].map((kind) => join(PROJECT, "target", kind, "sens-demo")).find(existsSync);
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
  const options = simulator ? ["--fresh"] : ["--fresh", "--no-simulator"];
  const child = spawn(
    binary,
    [...options, ...args.flatMap(([name, value]) => [`--${name}`, String(value)])],
    {
      stdio: ["ignore", "pipe", "pipe"],
      cwd: PROJECT,
    },
  );
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (output += String(chunk)));
  const stop = async (): Promise<void> => {
    await end(child);
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const url = `http://127.0.0.1:${api}`;
    const connection = await ready(child, url, join(folder, "connection.json"), simulator ? 1 : 0);
    return { url, key: connection.api_key, database: connection.database_url, stop };
  } catch (error) {
    await stop();
    throw new Error(`the demo did not start: ${String(error)}\n${output.slice(-4_000)}`);
  }
}

/** What the demo says about itself. */
interface Connection {
  api_key: string;
  database_url: string;
}

/** Waits until the platform answers and has heard of so many devices. */
async function ready(child: ChildProcess, url: string, file: string, devices: number): Promise<Connection> {
  const deadline = Date.now() + READY_WITHIN;
  while (Date.now() < deadline) {
    if (child.exitCode !== null) throw new Error(`it ended with code ${child.exitCode}`);
    if (existsSync(file)) {
      const connection = JSON.parse(readFileSync(file, "utf8")) as Connection;
      if (await hasDevices(url, connection.api_key, devices)) return connection;
    }
    await delay(250);
  }
  throw new Error(`it was not ready within ${READY_WITHIN / 1_000} s`);
}

async function hasDevices(url: string, key: string, least: number): Promise<boolean> {
  try {
    const response = await fetch(`${url}/v1/overview`, { headers: { authorization: `Bearer ${key}` } });
    if (!response.ok) return false;
    const { devices } = (await response.json()) as { devices: { online: number } };
    return devices.online >= least;
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
