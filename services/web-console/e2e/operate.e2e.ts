import { readFileSync } from "node:fs";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { accessibility, launch, logIn, overflow, send, visit } from "./browser.ts";

/** A device of this run alone. */
const NUMBER = 900_000 + (Date.now() % 90_000);
const SERIAL = `legacy-${NUMBER}`;

function reading(event_type: string, value: unknown) {
  return { device_id: NUMBER, event_type, value };
}

let browser: Browser;

beforeAll(async () => {
  browser = await launch();
  await send([reading("battery_charge", 64.5), reading("platform_height_mm", 91)]);
});

afterAll(async () => {
  await browser?.close();
});

describe("palette", () => {
  it("leads anywhere by keyboard", async () => {
    const { context, page, problems } = await visit(browser);
    await page.keyboard.press("Control+K");
    const field = page.getByRole("combobox", { name: "Go to a page or a device" });
    await field.waitFor();
    expect(await accessibility(page)).toEqual([]);
    await page.keyboard.type("ingest");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "Ingest health" }).waitFor();
    await page.keyboard.press("Control+K");
    await page.keyboard.type(SERIAL);
    await page.getByRole("option", { name: new RegExp(SERIAL) }).waitFor();
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: SERIAL, level: 1 }).waitFor();
    await page.keyboard.press("Control+K");
    await page.keyboard.press("Escape");
    await field.waitFor({ state: "hidden" });
    expect(problems).toEqual([]);
    await context.close();
  });
});

describe("device", () => {
  it("zooms by dragging, keeps the part of the time in the address, and goes back to live", async () => {
    const { context, page, problems } = await visit(browser);
    await page.goto(`/devices/${SERIAL}?range=15m`);
    const chart = page.getByRole("img", { name: /^Battery charge/ });
    const box = await chart.boundingBox();
    if (!box) throw new Error("the chart has no size");
    await page.mouse.move(box.x + box.width * 0.5, box.y + 60);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.9, box.y + 60, { steps: 5 });
    await page.mouse.up();
    await page.waitForURL(/from=\d+&to=\d+/);
    const before = page.url();
    await page.getByRole("button", { name: "Earlier" }).click();
    await expect.poll(() => page.url()).not.toBe(before);
    await page.getByRole("button", { name: "Follow live" }).click();
    await page.waitForURL(/range=/);
    expect(problems).toEqual([]);
    await context.close();
  });

  it("says why a reading is missing", async () => {
    await send([reading("battery_charge", 150)]);
    const { context, page, problems } = await visit(browser);
    await page.goto(`/devices/${SERIAL}?tab=missing&metric=battery_charge`);
    await page.getByRole("button", { name: "Explain" }).click();
    await page
      .getByText(/refused because/)
      .first()
      .waitFor();
    await page.getByText("64.5 %").first().waitFor();
    expect(await accessibility(page)).toEqual([]);

    await page.getByRole("link", { name: "Messages", exact: true }).click();
    await page
      .getByRole("button", { name: /^Payload of message/ })
      .first()
      .click();
    await page.getByRole("group", { name: "Payload as text" }).first().waitFor();
    await page.getByRole("group", { name: "Payload as bytes" }).first().waitFor();
    expect(await accessibility(page)).toEqual([]);
    expect(problems).toEqual([]);
    await context.close();
  });
});

describe("explore", () => {
  it("draws what was chosen, reproduces it from the address, and gives it as a file", async () => {
    const { context, page, problems } = await visit(browser);
    await page.getByRole("link", { name: "Explore" }).click();
    await page.getByText("Choose a device", { exact: true }).waitFor();
    await page.getByRole("combobox", { name: "Add a device" }).fill(SERIAL);
    await page.getByRole("option", { name: SERIAL }).click();
    await page.getByRole("button", { name: /^Battery charge/ }).click();
    await page.getByRole("img", { name: "Battery charge of 1 device" }).waitFor();
    await page.getByText(/64\.5 % \(64\.5/).waitFor();

    await page.goto(page.url());
    await page.getByRole("img", { name: "Battery charge of 1 device" }).waitFor();
    await page.getByRole("button", { name: "Download" }).click();
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: "Every reading as CSV" }).click(),
    ]);
    const lines = readFileSync(await download.path(), "utf8")
      .trim()
      .split(/\r?\n/);
    expect(lines[0]).toMatch(/^serial,metric,recorded_at,value/);
    expect(lines.slice(1).every((line) => line.startsWith(`${SERIAL},battery_charge,`))).toBe(true);
    expect(lines.length).toBeGreaterThan(1);

    await page.getByRole("button", { name: "Download" }).click();
    const [parquet] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: "Every reading as Parquet" }).click(),
    ]);
    expect(
      readFileSync(await parquet.path())
        .subarray(0, 4)
        .toString(),
    ).toBe("PAR1");

    await page.getByRole("button", { name: "Copy as curl" }).click();
    const command = await page.getByRole("group", { name: "curl command" }).textContent();
    expect(command).toContain("$SENS_API_KEY");
    expect(command).not.toContain(inject("key"));
    expect(await accessibility(page)).toEqual([]);
    expect(problems).toEqual([]);
    await context.close();
  });
});

describe("administration", () => {
  it("makes a key whose secret shows once, whose role limits it, and which ends when it is revoked", async () => {
    const name = `journey ${NUMBER}`;
    const { context, page, problems } = await visit(browser);
    await page.goto("/admin");
    await page.getByRole("button", { name: "Make a key" }).click();
    await page.getByLabel("Name").fill(name);
    expect(await accessibility(page)).toEqual([]);
    await page.getByRole("button", { name: "Make it" }).click();
    const secret = await page.getByRole("group", { name: `key of ${name} command` }).textContent();
    expect(secret).toMatch(/^sens_/);
    await page.getByRole("button", { name: "I have it" }).click();
    expect(await page.content()).not.toContain(secret ?? "");

    const other = await visit(browser, {}, false);
    await logIn(other.page, secret ?? "");
    await other.page.goto("/admin");
    await other.page.getByRole("heading", { name: "Metric catalogue" }).waitFor();
    expect(await other.page.getByRole("link", { name: "API keys" }).count()).toBe(0);
    expect(await other.page.getByRole("button", { name: "Add a metric" }).count()).toBe(0);

    await page.getByRole("button", { name: `Revoke ${name}` }).click();
    await page.getByRole("button", { name: "Revoke", exact: true }).click();
    await page
      .getByRole("row")
      .filter({ hasText: name })
      .getByText(/revoked/)
      .waitFor();
    await other.page.getByText(/no longer accepted/).waitFor();
    expect(problems).toEqual([]);
    await Promise.all([context.close(), other.context.close()]);
  });

  it("describes a metric and keeps every version", async () => {
    const metric = `journey_${NUMBER}`;
    const { context, page, problems } = await visit(browser);
    await page.goto("/admin?tab=metrics");
    await page.getByRole("button", { name: "Add a metric" }).click();
    await page.getByLabel("Name, as devices send it").fill(metric);
    await page.getByLabel("Greatest valid value").fill("10");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByRole("button", { name: `Change ${metric}` }).click();
    await page.getByLabel("Greatest valid value").fill("20");
    await page.getByRole("button", { name: "Save" }).click();
    const row = page.getByRole("row").filter({ hasText: metric });
    await row.getByText("… 20").waitFor();
    await page.getByRole("button", { name: `versions of ${metric}` }).click();
    const versions = page.getByRole("dialog");
    await versions.getByText("max").first().waitFor();
    expect(await accessibility(page)).toEqual([]);
    expect(problems).toEqual([]);
    await context.close();
  });

  it("plans a run of retention before anything goes", async () => {
    const { context, page, problems } = await visit(browser);
    await page.goto("/admin?tab=retention");
    await page.getByRole("cell", { name: "Raw records" }).waitFor();
    await page.getByRole("button", { name: "Plan a run" }).click();
    await page.getByRole("dialog").getByText("Nothing is due").waitFor();
    expect(await accessibility(page)).toEqual([]);
    expect(await overflow(page)).toBeLessThanOrEqual(0);
    expect(problems).toEqual([]);
    await context.close();
  });
});
