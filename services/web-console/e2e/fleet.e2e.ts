import { readFileSync } from "node:fs";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { accessibility, call, launch, logIn, makeKey, overflow, visit } from "./browser.ts";

/** Devices of this run alone. */
const RUN = `E2E-${Date.now().toString(36).toUpperCase()}`;
const SITE = `site=${RUN}`;

let browser: Browser;

beforeAll(async () => {
  browser = await launch();
});

afterAll(async () => {
  await browser?.close();
});

const row = (page: Page, text: string) => page.getByRole("row").filter({ hasText: text });

/** A file as a person chooses it. */
function file(name: string, lines: readonly string[]) {
  return { name, mimeType: "text/csv", buffer: Buffer.from(lines.join("\n")) };
}

describe("a fleet", () => {
  it("is imported after a look, filtered, sorted, kept as a view, labelled together and exported", async () => {
    const { context, page, problems } = await visit(browser);
    await page.goto("/devices");
    await page.getByRole("button", { name: "Import" }).click();
    const dialog = page.getByRole("dialog");
    await dialog
      .locator("input[type=file]")
      .setInputFiles(
        file("fleet.csv", [
          "serial,name,model,labels",
          `${RUN}-1,Gate 1,SX-2,${SITE};line=1`,
          `${RUN}-2,Gate 2,SX-2,${SITE};line=2`,
          `${RUN}-3,Gate 3,,${SITE};line=2`,
          `not a serial,Gate 4,,${SITE}`,
        ]),
      );
    await dialog.getByText("1 refused").waitFor();
    await row(page, "not a serial").getByText("refused", { exact: true }).waitFor();
    expect(await accessibility(page)).toEqual([]);
    expect(await call<{ items: unknown[] }>(`/v1/devices?label=${encodeURIComponent(SITE)}`)).toMatchObject({
      items: [],
    });
    await dialog.getByRole("button", { name: "Import 3 devices" }).click();
    await dialog.getByText("3 created").waitFor();
    await dialog.getByRole("button", { name: "Done" }).click();

    await page.getByRole("button", { name: "Filter" }).click();
    await page.getByLabel("Label selector").fill(SITE);
    expect(await accessibility(page)).toEqual([]);
    await page.getByRole("button", { name: "Add", exact: true }).click();
    await page.getByText("3 devices", { exact: true }).waitFor();
    await row(page, `${RUN}-2`).getByRole("button", { name: "line=2" }).click();
    await page.getByText("2 devices", { exact: true }).waitFor();
    await page.getByRole("button", { name: "Remove the filter line=2" }).click();
    await page.getByRole("columnheader", { name: "Name" }).getByRole("button").click();
    await page.getByRole("columnheader", { name: "Name" }).getByRole("button").click();
    await page.waitForURL(/sort=-name/);
    await page.getByText("3 devices", { exact: true }).waitFor();
    const order = (): Promise<string[]> => page.getByRole("link", { name: RUN }).allTextContents();
    await expect.poll(order, { timeout: 10_000 }).toEqual([`${RUN}-3`, `${RUN}-2`, `${RUN}-1`]);

    await page.getByRole("button", { name: "Views" }).click();
    await page.getByLabel("Name of this view").fill(`Run ${RUN}`);
    await page.getByRole("button", { name: "Keep" }).click();
    await page.goto("/devices");
    await page.getByRole("button", { name: "Views" }).click();
    await page.getByRole("button", { name: `Run ${RUN}`, exact: true }).click();
    await page.getByText("3 devices", { exact: true }).waitFor();

    await page.getByLabel("Choose all devices listed so far").check();
    await page.getByRole("button", { name: "Set a label" }).click();
    await dialog.getByLabel("Key").fill("shift");
    await dialog.getByLabel("Value").fill("night");
    await dialog.getByRole("button", { name: "Set a label" }).click();
    await dialog.getByText("3 of 3 devices have the label.").waitFor();
    expect(await accessibility(page)).toEqual([]);
    await dialog.getByRole("button", { name: "Done" }).click();
    await row(page, `${RUN}-1`).getByRole("button", { name: "shift=night" }).waitFor();

    await page.getByRole("button", { name: "Export" }).click();
    const [exported] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: "All of this view as CSV" }).click(),
    ]);
    const lines = readFileSync(await exported.path(), "utf8")
      .trim()
      .split(/\r?\n/);
    expect(lines).toHaveLength(4);
    expect(lines[1]).toContain(`${RUN}-3`);
    expect(await overflow(page)).toBeLessThanOrEqual(0);
    expect(problems).toEqual([]);
    await context.close();
  });
});

describe("a device", () => {
  it("is changed, tells when somebody else changed it meanwhile, and is deleted; all of it is in the audit log", async () => {
    const serial = `${RUN}-D`;
    const { context, page, problems } = await visit(browser);
    await page.goto("/devices");
    await page.getByRole("button", { name: "Add a device" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Serial").fill(serial);
    await dialog.getByLabel("Name", { exact: true }).fill("Pump");
    await dialog.getByRole("button", { name: "Add a label" }).click();
    await dialog.getByLabel("Key of label 1").fill("hall");
    await dialog.getByLabel("Value of label 1").fill("7");
    expect(await accessibility(page)).toEqual([]);
    await dialog.getByRole("button", { name: "Add it" }).click();
    await page.getByRole("heading", { name: serial, level: 1 }).waitFor();
    await page.getByRole("link", { name: "hall=7" }).waitFor();

    await page.getByRole("button", { name: "Change", exact: true }).click();
    await dialog.getByLabel("Name", { exact: true }).fill("Pump of mine");
    await call(`/v1/devices/${serial}`, {
      method: "PATCH",
      body: { name: "Pump of theirs", model: "P-9" },
      headers: { "content-type": "application/merge-patch+json", "if-match": "*" },
    });
    await dialog.getByRole("button", { name: "Save" }).click();
    await dialog.getByText(/Somebody changed this device/).waitFor();
    await row(page, "Name").getByText("Pump of theirs").waitFor();
    await row(page, "Model").getByText("untouched").waitFor();
    expect(await accessibility(page)).toEqual([]);
    await dialog.getByRole("button", { name: "Save mine over it" }).click();
    await page.getByText("Pump of mine").waitFor();
    expect(await call(`/v1/devices/${serial}`)).toMatchObject({ name: "Pump of mine", model: "P-9" });

    await page.getByRole("button", { name: "Delete", exact: true }).click();
    await dialog.getByRole("button", { name: "Delete" }).click();
    await page.getByRole("heading", { name: "Devices", level: 1 }).waitFor();
    await page.goto(`/admin?tab=audit&object=${serial}`);
    for (const action of ["create", "change", "delete"]) {
      await page.getByRole("row").getByText(action, { exact: true }).first().waitFor();
    }
    await page.getByText("Pump of theirs").first().waitFor();
    expect(await accessibility(page)).toEqual([]);
    // The refused save, which the journey made on purpose.
    expect(problems.filter((problem) => !problem.includes("412"))).toEqual([]);
    await context.close();
  });

  it("takes commands, each step shown as it happens; one that nobody took yet is cancelled", async () => {
    const { items } = await call<{ items: { serial: string }[] }>("/v1/devices?status=online&limit=50");
    const listening = items.find(({ serial }) => !serial.startsWith("legacy-"));
    const { context, page, problems } = await visit(browser);
    await page.goto(`/devices/${listening?.serial}?tab=commands`);
    await page.getByRole("textbox", { name: "Command" }).fill("identify");
    await page.getByLabel("With (JSON, may be empty)").fill('{"seconds": ');
    await page.getByText("This is no JSON yet.").waitFor();
    await page.getByLabel("With (JSON, may be empty)").fill('{"seconds": 5}');
    await page.getByRole("button", { name: "Send", exact: true }).click();
    const sent = row(page, "identify").first();
    await sent.getByText("acknowledged", { exact: true }).waitFor();
    await sent.getByRole("button", { name: /^Steps of identify/ }).click();
    await page.getByText("The device gave back").waitFor();
    expect(await accessibility(page)).toEqual([]);
    await page.getByRole("link", { name: "Presence" }).click();
    await page.getByText("online", { exact: true }).first().waitFor();

    await call("/v1/devices", { method: "POST", body: { serial: `${RUN}-Q` } });
    await page.goto(`/devices/${RUN}-Q?tab=commands`);
    await page.getByRole("textbox", { name: "Command" }).fill("reboot");
    await page.getByRole("button", { name: "Send", exact: true }).click();
    await page.getByRole("button", { name: /^Cancel reboot/ }).click();
    await row(page, "reboot").getByText("cancelled", { exact: true }).waitFor();
    expect(problems).toEqual([]);
    await context.close();
  });
});

describe("a key", () => {
  it("for some devices sees those and changes nothing", async () => {
    await call("/v1/devices", { method: "POST", body: { serial: `${RUN}-K`, labels: { only: RUN } } });
    const { context, page, problems } = await visit(browser);
    await page.goto("/admin");
    await page.getByRole("button", { name: "Make a key" }).click();
    await page.getByLabel("Name").fill(`limited ${RUN}`);
    await page.getByLabel("For", { exact: true }).selectOption("labels");
    await page.getByLabel("Label selector").fill(`only=${RUN}`);
    await page.getByRole("button", { name: "Make it" }).click();
    const secret = await page.getByRole("group", { name: `key of limited ${RUN} command` }).textContent();
    await page.getByRole("button", { name: "I have it" }).click();
    await row(page, `limited ${RUN}`).getByText(`only=${RUN}`).waitFor();

    const other = await visit(browser, {}, false);
    await logIn(other.page, secret ?? "");
    await other.page.goto("/devices");
    await other.page.getByText("1 device", { exact: true }).waitFor();
    for (const name of ["Import", "Add a device"]) {
      expect(await other.page.getByRole("button", { name }).count()).toBe(0);
    }
    expect(await other.page.getByRole("checkbox").count()).toBe(0);
    await other.page.goto(`/devices/${RUN}-K?tab=commands`);
    await other.page.getByText("No command yet").waitFor();
    for (const name of ["Change", "Delete", "Send"]) {
      expect(await other.page.getByRole("button", { name, exact: true }).count()).toBe(0);
    }
    expect(await accessibility(other.page)).toEqual([]);
    expect(problems).toEqual([]);
    await Promise.all([context.close(), other.context.close()]);
  });

  it("of a viewer is not offered what it may not do", async () => {
    const { key } = await makeKey({ name: `viewer ${RUN}`, role: "viewer" });
    const { context, page } = await visit(browser, {}, false);
    await logIn(page, key);
    await page.goto("/admin?tab=audit");
    await page.getByRole("link", { name: "Operations" }).waitFor();
    expect(await page.getByRole("link", { name: "Audit log" }).count()).toBe(0);
    await page.goto("/admin?tab=operations");
    await page.getByRole("heading", { name: "Operations" }).waitFor();
    expect(await page.getByRole("button", { name: "Decode again" }).count()).toBe(0);
    await context.close();
  });
});
