import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import type { Browser, Locator, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { accessibility, call, launch, logIn, makeKey, overflow, send, visit } from "./browser.ts";

/** A device of this run alone. */
const SERIAL = `PAST-${Date.now().toString(36).toUpperCase()}`;

let browser: Browser;

beforeAll(async () => {
  browser = await launch();
});

afterAll(async () => {
  await browser?.close();
});

function history(lines: readonly string[]) {
  const text = ["serial,metric,recorded_at,value", ...lines].join("\n");
  return { name: "history.csv", mimeType: "text/csv", buffer: Buffer.from(text) };
}

interface Latest {
  items: { value: number }[];
}

describe("history", () => {
  it("comes from a file after a look, and all of it goes with an erasure", async () => {
    const { context, page, problems } = await visit(browser);
    await page.goto("/admin?tab=operations");
    await page.getByRole("button", { name: "Import history" }).click();
    const dialog = page.getByRole("dialog");
    await dialog
      .locator("input[type=file]")
      .setInputFiles(
        history([
          `${SERIAL},battery_charge,2026-10-01T10:00:00Z,71.5`,
          `${SERIAL},battery_charge,2026-10-01T11:00:00Z,70.5`,
          `${SERIAL},battery_charge,2026-10-01T12:00:00Z,150`,
        ]),
      );
    await dialog.getByText("Would be stored").waitFor();
    await dialog.getByText("out_of_range").waitFor({ timeout: 30_000 });
    expect(await accessibility(page)).toEqual([]);
    const known = await call<{ items: unknown[] }>(`/v1/devices?q=${SERIAL}`);
    expect(known.items).toEqual([]);
    await dialog.getByRole("button", { name: "Import 2 readings" }).click();
    await dialog.getByText("Taken in").waitFor();
    await dialog.getByRole("status").getByText("done", { exact: true }).waitFor({ timeout: 30_000 });
    await dialog.getByRole("button", { name: "Done" }).click();
    const row = page.getByRole("row").filter({ hasText: "Import of history" });
    await row.filter({ hasNotText: "dry run" }).first().getByText("done", { exact: true }).waitFor();
    expect(await overflow(page)).toBeLessThanOrEqual(0);
    await expect
      .poll(
        async () => {
          const found = await fetchLatest();
          return found?.items[0]?.value;
        },
        { timeout: 30_000 },
      )
      .toBe(70.5);

    await page.goto(`/devices/${SERIAL}`);
    await page.getByRole("button", { name: "Erase", exact: true }).click();
    await dialog.getByLabel("Why").fill("a journey");
    await dialog.getByRole("button", { name: "Count what would go" }).click();
    const typed = dialog.getByLabel(`Type ${SERIAL} to erase it`);
    await typed.waitFor({ timeout: 30_000 });
    await dialog.getByText("processed_record").waitFor();
    expect(await accessibility(page)).toEqual([]);
    const erase = dialog.getByRole("button", { name: /^Erase \d/ });
    expect(await erase.isDisabled()).toBe(true);
    await typed.fill(SERIAL);
    await erase.click();
    await dialog.getByText("Left").waitFor();
    await dialog.getByRole("status").getByText("done", { exact: true }).waitFor({ timeout: 60_000 });
    expect(await accessibility(page)).toEqual([]);
    await dialog.getByRole("button", { name: "Done" }).click();
    expect((await fetchLatest())?.items).toEqual([]);

    await page.goto("/admin?tab=operations");
    await page.getByLabel("Kind").selectOption("erasure");
    const erasure = page.getByRole("row").filter({ hasText: "Erasure" }).filter({ hasNotText: "dry run" });
    await erasure.first().getByRole("button", { name: /^Show/ }).click();
    await dialog.getByText("a journey").waitFor();
    expect(problems).toEqual([]);
    await context.close();
  });

  it("is offered for erasure to admins alone", async () => {
    const { key } = await makeKey({ name: `no eraser ${SERIAL}`, role: "operator" });
    const { context, page } = await visit(browser, {}, false);
    await logIn(page, key);
    const list = await call<{ items: { serial: string }[] }>("/v1/devices?limit=1");
    await page.goto(`/devices/${list.items[0]?.serial}`);
    await page.getByRole("button", { name: "Delete" }).waitFor();
    expect(await page.getByRole("button", { name: "Erase", exact: true }).count()).toBe(0);
    await context.close();
  });
});

describe("an export", () => {
  const serial = `${SERIAL}-X`;
  const values = [61.5, 62.5, 63.5];
  const span = { from: Date.parse("2026-10-02T10:00:00Z"), to: Date.parse("2026-10-02T12:00:00Z") };

  beforeAll(async () => {
    const readings = values.map((value, index) => ({
      metric: "battery_charge",
      value,
      at: new Date(span.from + index * 60_000).toISOString(),
    }));
    await send({ v: 1, serial, readings });
  });

  /** What a query answers. */
  async function answered(): Promise<string> {
    const [from, to] = [new Date(span.from).toISOString(), new Date(span.to).toISOString()];
    const query = new URLSearchParams({ device: serial, metric: "battery_charge", from, to });
    const response = await fetch(`${inject("url")}/v1/measurements?${query.toString()}`, {
      headers: { authorization: `Bearer ${inject("key")}`, accept: "text/csv" },
    });
    return response.ok ? response.text() : "";
  }

  async function fileBehind(page: Page, button: Locator): Promise<{ name: string; content: Buffer }> {
    const [download] = await Promise.all([page.waitForEvent("download"), button.click()]);
    return { name: download.suggestedFilename(), content: readFileSync(await download.path()) };
  }

  it("is written in the background, for viewers too, and holds what a query answers", async () => {
    const rows = async (): Promise<number> => (await answered()).trim().split("\n").length - 1;
    await expect.poll(rows, { timeout: 30_000 }).toBe(values.length);
    const { key } = await makeKey({ name: `exporter ${SERIAL}`, role: "viewer" });
    const viewer = await visit(browser, {}, false);
    const { page } = viewer;
    await logIn(page, key);
    const search = { device: JSON.stringify([serial]), metric: JSON.stringify(["battery_charge"]) };
    await page.goto(`/explore?${new URLSearchParams(search).toString()}&from=${span.from}&to=${span.to}`);
    await page.getByRole("button", { name: "Download" }).click();
    await page.getByRole("button", { name: "In the background…" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByText(serial).waitFor();
    expect(await accessibility(page)).toEqual([]);
    await dialog.getByLabel("Format").selectOption("parquet");
    expect(await dialog.getByLabel("Compression").isDisabled()).toBe(true);
    await dialog.getByLabel("Format").selectOption("csv");
    await dialog.getByLabel("Compression").selectOption("gzip");
    await dialog.getByRole("button", { name: "Export", exact: true }).click();
    await dialog.getByRole("status").getByText("done", { exact: true }).waitFor({ timeout: 30_000 });
    await dialog.getByText("Kept until").waitFor();
    expect(await accessibility(page)).toEqual([]);
    expect(await overflow(page)).toBeLessThanOrEqual(0);
    const file = await fileBehind(page, dialog.getByRole("button", { name: "Download" }));
    expect(file.name).toMatch(/^readings-\d+\.csv\.gz$/);
    const text = gunzipSync(file.content).toString();
    expect(text).toBe(await answered());
    expect(text.trim().split("\n")).toHaveLength(1 + values.length);
    expect(viewer.problems).toEqual([]);
    await viewer.context.close();
    await shownToOthers(file);
  });

  /** On a phone: the list, what was asked for, the same file, and what is said once it is gone. */
  async function shownToOthers({ name, content }: { name: string; content: Buffer }): Promise<void> {
    const { context, page, problems } = await visit(browser, { width: 375, height: 760 });
    const number = /\d+/.exec(name)?.[0];
    const dialog = page.getByRole("dialog");
    const open = async (): Promise<void> => {
      await page.goto("/admin?tab=operations");
      await page.getByLabel("Kind").selectOption("export");
      await page.getByRole("button", { name: `Show export-${number}`, exact: true }).click();
      await dialog.getByText(serial).waitFor();
    };
    await open();
    await dialog.getByText("battery_charge").waitFor();
    await dialog.getByText("CSV, gzip").waitFor();
    expect(await accessibility(page)).toEqual([]);
    expect(await overflow(page)).toBeLessThanOrEqual(0);
    await dialog.getByRole("button", { name: "Close" }).click();
    const button = page.getByRole("button", { name: `Download export-${number}`, exact: true });
    const again = await fileBehind(page, button);
    expect(again.name).toBe(name);
    expect(again.content.equals(content)).toBe(true);
    await open();
    await dialog.getByRole("button", { name: "Delete the file" }).click();
    await dialog.getByRole("button", { name: "Delete it" }).click();
    await dialog.getByText(/The file was deleted/).waitFor();
    expect(await dialog.getByRole("button", { name: "Download" }).count()).toBe(0);
    expect(problems).toEqual([]);
    await context.close();
  }
});

async function fetchLatest(): Promise<Latest | null> {
  try {
    return await call<Latest>(`/v1/devices/${SERIAL}/latest`);
  } catch {
    // Not known yet.
    return null;
  }
}
