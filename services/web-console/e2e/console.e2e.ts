import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import {
  accessibility,
  launch,
  logIn,
  newestErrorRecord,
  overflow,
  recordWith,
  revokedKey,
  send,
  visit,
} from "./browser.ts";

/** A device of this run alone. */
const NUMBER = 100_000 + (Date.now() % 800_000);
const SERIAL = `legacy-${NUMBER}`;

function reading(event_type: string, value: unknown) {
  return { device_id: NUMBER, event_type, value };
}

let browser: Browser;

beforeAll(async () => {
  browser = await launch();
  await send([
    reading("platform_extension_ticks", 1200),
    reading("battery_charge", 71.5),
    reading("platform_height_mm", 88),
  ]);
});

afterAll(async () => {
  await browser?.close();
});

describe("login", () => {
  it("refuses a wrong key and takes the right one, which never shows in the address", async () => {
    const { context, page } = await visit(browser, {}, false);
    await page.goto("/ingest");
    await page.getByLabel("API key").fill("sens_not_a_key_of_anyone");
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByText("This key was not accepted").waitFor();
    await page.getByLabel("API key").fill(inject("key"));
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByRole("heading", { name: "Ingest health" }).waitFor();
    expect(page.url()).not.toContain(inject("key"));
    expect(await page.evaluate(() => document.cookie)).toBe("");
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByLabel("API key").waitFor();
    await context.close();
  });
});

describe("devices", () => {
  it("finds a device, shows its values, and new readings the moment they are stored", async () => {
    const { context, page, problems } = await visit(browser);
    await page.getByRole("link", { name: "Devices" }).click();
    await page.getByLabel("Search devices").fill(SERIAL);
    // The table is made anew for what is searched for: a click before that may meet the old one.
    await page.waitForURL(/[?&]q=/);
    const row = page.getByRole("row").filter({ has: page.getByRole("link", { name: SERIAL, exact: true }) });
    await row.getByText("Online").waitFor();
    await row.getByRole("link").click();
    await page.getByRole("heading", { name: SERIAL, level: 1 }).waitFor();

    const latest = page.getByRole("group", { name: "Latest values" });
    await latest.getByText("60 mm").waitFor();
    await page.getByRole("switch", { name: "Show ticks in mm" }).click();
    await latest.getByText("1,200 tick").waitFor();
    await page.getByRole("img", { name: /^Battery charge: 1 reading,/ }).waitFor();

    await page.getByText("Live", { exact: true }).first().waitFor();
    await send([reading("battery_charge", 70.25)]);
    await page
      .getByRole("list", { name: /Live readings/ })
      .getByText("70.25")
      .waitFor();
    await latest.getByText("70.25 %").waitFor();
    await page
      .getByRole("img", { name: /^Battery charge: 2 readings, from 70.25 % to 71.5 %, last 70.25 %/ })
      .waitFor();
    expect(problems).toEqual([]);
    await context.close();
  });

  it("says that it is offline, keeps what it knows, and catches up by itself", async () => {
    const { context, page } = await visit(browser);
    await page.goto(`/devices/${SERIAL}`);
    await page.getByText("Live", { exact: true }).first().waitFor();
    await context.setOffline(true);
    await page.getByText(/has not answered since/).waitFor();
    await page.getByRole("heading", { name: SERIAL, level: 1 }).waitFor();
    await send([reading("battery_charge", 69.75)]);
    await context.setOffline(false);
    await page.getByText("69.75").first().waitFor();
    await page.getByText(/has not answered since/).waitFor({ state: "hidden" });
    await context.close();
  });

  it("shows the range of the address, and says when there is no such device", async () => {
    const { context, page } = await visit(browser);
    await page.goto(`/devices/${SERIAL}?range=7d`);
    expect(await page.getByRole("radio", { name: "7d" }).isChecked()).toBe(true);
    await page.goto("/devices/no-such-device");
    await page.getByText("There is no device no-such-device").waitFor();
    expect(await accessibility(page)).toEqual([]);
    await context.close();
  });
});

describe("ingest health", () => {
  it("leads from an error to the byte that caused it", async () => {
    await send([reading("battery_charge", 171.5)]);
    const { context, page, problems } = await visit(browser);
    await page.goto(`/ingest?reason=out_of_range&serial=${SERIAL}`);
    await page
      .getByRole("link", { name: /Inspect the message/ })
      .first()
      .click();
    await page.getByRole("heading", { name: /^Message/ }).waitFor();
    const marks = await page.locator("mark").allTextContents();
    expect(marks[0]).toBe("171.5");
    expect(marks[1]).toBe("31 37 31 2e 35");
    expect(problems).toEqual([]);
    await context.close();
  });

  it("keeps bytes that are no JSON and shows them", async () => {
    const broken = `{"device_id": ${NUMBER}, "event_type": "battery`;
    await send(broken);
    const id = await recordWith("invalid_json", broken);
    const { context, page } = await visit(browser);
    await page.goto("/ingest?reason=invalid_json");
    await page.getByRole("button", { name: `Payload of the message ${id}` }).click();
    await page.getByRole("group", { name: "Payload as bytes" }).getByText("7b 22 64").waitFor();
    await page.getByRole("link", { name: `Inspect the message ${id}` }).click();
    await page.getByRole("heading", { name: `Message ${id}` }).waitFor();
    await page.getByRole("group", { name: "Payload as text" }).getByText('"event_type": "battery').waitFor();
    await context.close();
  });

  it("shows a ledger that balances", async () => {
    const { context, page } = await visit(browser);
    await page.goto("/ingest");
    await page.getByText("Balanced").waitFor();
    await context.close();
  });
});

describe("analytics", () => {
  it("shows each view with the device's numbers", async () => {
    const { context, page } = await visit(browser);
    const cells: [string, string][] = [
      ["battery", "71.5"],
      ["height", "88.0"],
      ["extension", "60.0"],
    ];
    for (const [view, cell] of cells) {
      await page.goto(`/analytics?view=${view}`);
      await page.getByLabel("Filter by serial").fill(SERIAL);
      await page.getByRole("row").filter({ hasText: SERIAL }).getByText(cell).first().waitFor();
    }
    await page.goto("/analytics?view=moves");
    await page.getByRole("button", { name: "Retractions" }).waitFor();
    await context.close();
  });
});

describe("every page", () => {
  const paths = [
    "/",
    "/devices",
    `/devices/${SERIAL}`,
    `/devices/${SERIAL}?tab=messages`,
    `/devices/${SERIAL}?tab=missing`,
    `/devices/${SERIAL}?tab=commands`,
    `/devices/${SERIAL}?tab=presence`,
    `/devices/${SERIAL}?tab=corrections`,
    `/explore?device=["${SERIAL}"]&metric=["battery_charge"]`,
    "/ingest",
    "/analytics",
    "/admin",
    "/admin?tab=metrics",
    "/admin?tab=retention",
    "/admin?tab=operations",
    "/admin?tab=audit",
    "/admin?tab=system",
    "/no-such-page",
  ];
  // 320 px is what WCAG 1.4.10 (reflow) asks for; 375 px is a common phone.
  const screens = [
    { scheme: "light", width: 1360 },
    { scheme: "dark", width: 1360 },
    { scheme: "light", width: 375 },
    { scheme: "dark", width: 320 },
  ] as const;

  beforeAll(revokedKey);

  it.each(screens)(
    "is accessible, fits and breaks no policy: $scheme, $width px",
    async ({ scheme, width }) => {
      const { context, page, problems } = await visit(browser, { scheme, width }, false);
      await page.goto("/");
      await page.getByLabel("API key").waitFor();
      expect(await accessibility(page)).toEqual([]);
      await logIn(page, inject("key"));
      await send([reading("battery_charge", -1)]);
      const message = `/records/${await newestErrorRecord(SERIAL)}?pointer=%2Fvalue`;
      for (const path of [...paths, message]) {
        await page.goto(path);
        await page.locator("h1").first().waitFor();
        await page.waitForLoadState("load");
        await page
          .getByRole("status", { name: /^Loading/ })
          .first()
          .waitFor({ state: "hidden" });
        expect(await accessibility(page), path).toEqual([]);
        expect(await overflow(page), path).toBeLessThanOrEqual(0);
      }
      expect(problems).toEqual([]);
      await context.close();
    },
    180_000,
  );
});
