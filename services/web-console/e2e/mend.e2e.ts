import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { accessibility, call, launch, overflow, send, sql, visit } from "./browser.ts";

/** A device of this run alone. */
const NUMBER = 700_000 + (Date.now() % 90_000);
const SERIAL = `legacy-${NUMBER}`;
/** A value that no simulated device sends. */
const POISON = 77.125 + (Date.now() % 1_000) / 1_000_000;

function reading(value: number, at: number) {
  return { device_id: NUMBER, event_type: "battery_charge", value, timestamp: at / 1_000 };
}

let browser: Browser;

beforeAll(async () => {
  browser = await launch();
});

afterAll(async () => {
  await browser?.close();
});

interface Letters {
  items: { number: number; message_id: string }[];
}

describe("readings", () => {
  it("are corrected after a look, count again when it is undone, and come out alike when decoded again", async () => {
    const now = Date.now();
    await send([reading(50, now - 120_000), reading(99, now - 60_000), reading(51, now - 30_000)]);
    const { context, page, problems } = await visit(browser);
    await page.goto(`/devices/${SERIAL}?tab=corrections`);
    await page.getByLabel("What", { exact: true }).selectOption("set");
    await page.getByLabel("Value, %").fill("50,5");
    const local = (at: number) => new Date(at - new Date(at).getTimezoneOffset() * 60_000).toISOString();
    await page.getByLabel("From (local time)").fill(local(now - 90_000).slice(0, 19));
    await page.getByLabel("Up to").fill(local(now - 45_000).slice(0, 19));
    await page.getByLabel("Why").fill("probe was stuck");
    await page.getByRole("button", { name: "Preview" }).click();
    await page.getByText("1 reading would change").waitFor();
    expect(await accessibility(page)).toEqual([]);
    await page.getByRole("button", { name: "Set 1 reading" }).click();
    await page.getByText("1 reading corrected.").waitFor();
    const row = page.getByRole("row").filter({ hasText: "probe was stuck" });
    await row.getByText("set to 50.5").waitFor();

    await row.getByRole("button", { name: /^Undo correction/ }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Why").fill("it was right");
    await dialog.getByRole("button", { name: "Undo it" }).click();
    await row.getByText("undone", { exact: true }).waitFor();
    expect(await overflow(page)).toBeLessThanOrEqual(0);

    await page.goto("/admin?tab=operations");
    await page.getByRole("button", { name: "Decode again" }).click();
    await dialog.getByLabel("Device").fill(SERIAL);
    await dialog.getByRole("button", { name: "Try it" }).click();
    await dialog.getByText("Nothing would change").waitFor();
    expect(await accessibility(page)).toEqual([]);
    await dialog.getByRole("button", { name: "Done" }).click();
    await page
      .getByRole("row")
      .filter({ hasText: "dry run" })
      .first()
      .getByText("done", { exact: true })
      .waitFor();
    expect(problems).toEqual([]);
    await context.close();
  });
});

describe("retention", () => {
  it("is changed with a warning, by metric too, and never over somebody else's change", async () => {
    const { context, page, problems } = await visit(browser);
    await page.goto("/admin?tab=retention");
    await page.getByRole("button", { name: "Change how long errors is kept" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Days").fill("80");
    await dialog.getByText(/older than 80 days, for good/).waitFor();
    expect(await accessibility(page)).toEqual([]);
    await call("/v1/retention-settings/errors", {
      method: "PUT",
      body: { keep_days: 91 },
      headers: { "if-match": "*" },
    });
    await dialog.getByRole("button", { name: "Save" }).click();
    await dialog.getByText(/Somebody changed this setting meanwhile/).waitFor();
    await dialog.getByRole("button", { name: "Cancel" }).click();
    await page.getByRole("row").filter({ hasText: "Errors" }).getByText("91 days").waitFor();

    await page.getByRole("button", { name: "Add a metric" }).click();
    await dialog.getByLabel("Metric").selectOption("platform_height_mm");
    await dialog.getByLabel("Days").fill("400");
    await dialog.getByRole("button", { name: "Save" }).click();
    const own = page.getByRole("row").filter({ hasText: "platform_height_mm" });
    await own.getByText("400 days").waitFor();
    await page.getByRole("button", { name: "Let platform_height_mm go with its class" }).click();
    await own.waitFor({ state: "hidden" });
    // The refused save, which the journey made on purpose.
    expect(problems.filter((problem) => !problem.includes("412"))).toEqual([]);
    await context.close();
  });
});

/** Makes the database refuse one value for good, or take it again. */
async function poison(on: boolean): Promise<void> {
  const change = on
    ? `ADD CONSTRAINT planted CHECK (value <> ${POISON}) NOT VALID`
    : "DROP CONSTRAINT planted";
  for (let attempt = 1; ; attempt++) {
    try {
      return await sql(`ALTER TABLE processed_record ${change}`);
    } catch (error) {
      // Partitions that are being made at this moment.
      if (attempt === 20) throw error;
    }
  }
}

describe("dead letters", () => {
  it.skipIf(!inject("database"))(
    "are looked at, requeued once the cause is gone, or dropped",
    async () => {
      await poison(true);
      const { context, page, problems } = await visit(browser);
      try {
        await send([reading(POISON, Date.now())]);
        await send([reading(POISON, Date.now() - 5_000)]);
        await page.goto("/ingest");
        await expect
          .poll(async () => (await call<Letters>("/v1/dead-letters")).items.length, { timeout: 30_000 })
          .toBeGreaterThanOrEqual(2);
        const { items } = await call<Letters>("/v1/dead-letters");
        const [requeued, dropped] = items;
        await page.getByRole("link", { name: String(requeued?.number), exact: true }).click();
        await page.getByRole("heading", { name: `Dead letter ${requeued?.number}` }).waitFor();
        await page.getByText("planted").first().waitFor();
        await page.getByText("23514").waitFor();
        await page.getByRole("group", { name: "Payload as text" }).getByText(String(POISON)).waitFor();
        expect(await accessibility(page)).toEqual([]);
        await page.getByRole("link", { name: requeued?.message_id ?? "" }).click();
        await page.getByRole("heading", { name: `Message ${requeued?.message_id}` }).waitFor();
        await page.getByRole("list", { name: "Steps" }).getByText("Given up").waitFor();
        expect(await accessibility(page)).toEqual([]);

        await poison(false);
        await page.getByRole("button", { name: `Requeue dead letter ${requeued?.number}` }).click();
        await page.getByRole("dialog").getByRole("button", { name: "Requeue" }).click();
        await page.getByRole("heading", { name: "Ingest health" }).waitFor();
        await expect
          .poll(() => call(`/v1/messages/${requeued?.message_id}`), { timeout: 30_000 })
          .toMatchObject({ decisions: [{ action: "requeued" }] });
        await page.getByRole("button", { name: `Drop dead letter ${dropped?.number}` }).click();
        await page.getByRole("dialog").getByRole("button", { name: "Drop for good" }).click();
        await page
          .getByRole("link", { name: String(dropped?.number), exact: true })
          .waitFor({ state: "hidden" });

        await page.goto(`/devices/${SERIAL}?tab=messages`);
        await page
          .getByText(/reading of message .* is stored/)
          .first()
          .waitFor();
        expect(problems).toEqual([]);
      } finally {
        await poison(false).catch(() => undefined);
        await context.close();
      }
    },
    120_000,
  );
});
