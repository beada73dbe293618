import { mkdirSync } from "node:fs";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, inject, it } from "vitest";
import { call, launch, logIn, visit } from "./browser.ts";
import { startDemo } from "./demo.ts";

const FOLDER = "screenshots";

let browser: Browser;

beforeAll(async () => {
  mkdirSync(FOLDER, { recursive: true });
  browser = await launch();
  await call("/v1/exports", { method: "POST", body: { last: "1h", format: "parquet" } });
});

afterAll(async () => {
  await browser?.close();
});

interface Listed {
  items: { serial: string; raw_record_id?: string | null; pointer?: string }[];
}

async function list(path: string): Promise<Listed["items"]> {
  const response = await fetch(`${inject("url")}${path}`, {
    headers: { authorization: `Bearer ${inject("key")}` },
  });
  const body = (await response.json()) as Listed;
  return body.items;
}

async function pages(): Promise<Record<string, string>> {
  const devices = await list("/v1/devices?status=online&limit=20");
  const errors = await list("/v1/ingest-errors?limit=50");
  const device = devices.find(({ serial }) => !serial.startsWith("legacy-")) ?? devices[0];
  const error = errors.find(({ pointer, raw_record_id }) => pointer && raw_record_id) ?? errors[0];
  const pointer = encodeURIComponent(error?.pointer ?? "");
  return {
    overview: "/",
    devices: "/devices",
    device: `/devices/${device?.serial}`,
    messages: `/devices/${device?.serial}?tab=messages`,
    missing: `/devices/${device?.serial}?tab=missing`,
    commands: `/devices/${device?.serial}?tab=commands`,
    presence: `/devices/${device?.serial}?tab=presence`,
    corrections: `/devices/${device?.serial}?tab=corrections`,
    explore: explorePath(devices.slice(0, 3).map(({ serial }) => serial)),
    ingest: "/ingest",
    ...(error ? { message: `/messages/${error.raw_record_id}?pointer=${pointer}` } : {}),
    analytics: "/analytics",
    keys: "/admin",
    metrics: "/admin?tab=metrics",
    retention: "/admin?tab=retention",
    operations: "/admin?tab=operations",
    backups: "/admin?tab=backups",
    replicas: "/admin?tab=replicas",
    deployments: "/admin?tab=deployments",
    audit: "/admin?tab=audit",
    system: "/admin?tab=system",
  };
}

function explorePath(serials: readonly string[]): string {
  const metrics = ["battery_charge", "platform_height_mm"];
  const search = { device: JSON.stringify(serials), metric: JSON.stringify(metrics) };
  return `/explore?${new URLSearchParams(search).toString()}`;
}

/** The dialog of an export of what is explored, when it is done. */
async function exportInBackground(page: Page, path: string): Promise<void> {
  await page.goto(path);
  await page.getByRole("button", { name: "Download" }).click();
  await page.getByRole("button", { name: "In the background…" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Compression").selectOption("gzip");
  await dialog.getByRole("button", { name: "Export", exact: true }).click();
  await dialog.getByText("Kept until").waitFor();
}

/** What moves is given a while, so that the picture shows it. */
const WAIT: Record<string, number> = { overview: 8_000, device: 2_000 };

const SIZES = { desktop: { width: 1280, height: 800 }, phone: { width: 375, height: 760 } };

it.each(
  Object.entries(SIZES).flatMap(([name, size]) => [
    { name, size, scheme: "light" as const },
    { name, size, scheme: "dark" as const },
  ]),
)(
  "$name, $scheme",
  async ({ name, size, scheme }) => {
    const login = await visit(browser, { ...size, scheme }, false);
    await login.page.goto("/");
    await login.page.getByLabel("API key").waitFor();
    await login.page.screenshot({ path: `${FOLDER}/login-${name}-${scheme}.png` });
    await login.context.close();
    const { context, page } = await visit(browser, { ...size, scheme });
    for (const [title, path] of Object.entries(await pages())) {
      await page.goto(path);
      await page.locator("h1").first().waitFor();
      const loading = page.getByRole("status", { name: /^Loading/ });
      await loading.first().waitFor({ state: "hidden", timeout: 60_000 });
      // A few live readings make the picture; nothing is asserted about them.
      await page.waitForTimeout(WAIT[title] ?? 700);
      await page.screenshot({ path: `${FOLDER}/${title}-${name}-${scheme}.png` });
    }
    await exportInBackground(page, (await pages()).explore ?? "/explore");
    await page.screenshot({ path: `${FOLDER}/export-${name}-${scheme}.png` });
    await page.keyboard.press("Escape");
    await page.keyboard.press("Control+K");
    await page.getByRole("combobox", { name: "Go to a page or a device" }).waitFor();
    await page.screenshot({ path: `${FOLDER}/palette-${name}-${scheme}.png` });
    await context.close();
  },
  300_000,
);

it("first run", async () => {
  const demo = await startDemo({ simulator: false });
  try {
    for (const [name, size] of Object.entries(SIZES)) {
      for (const scheme of ["light", "dark"] as const) {
        const { context, page } = await visit(browser, { ...size, scheme, url: demo.url }, false);
        await logIn(page, demo.key);
        await page.getByText("Live", { exact: true }).waitFor();
        await page.screenshot({ path: `${FOLDER}/first-run-${name}-${scheme}.png` });
        await context.close();
      }
    }
  } finally {
    await demo.stop();
  }
}, 300_000);
