import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { accessibility, call, launch, logIn, makeKey, overflow, visit } from "./browser.ts";

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

async function fetchLatest(): Promise<Latest | null> {
  try {
    return await call<Latest>(`/v1/devices/${SERIAL}/latest`);
  } catch {
    // Not known yet.
    return null;
  }
}
