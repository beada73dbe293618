import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { accessibility, call, launch, overflow, send, sql, visit } from "./browser.ts";

const STAMP = Date.now();
/** A device of this run alone. */
const NUMBER = 500_000 + (STAMP % 90_000);
const SERIAL = `legacy-${NUMBER}`;

let browser: Browser;

beforeAll(async () => {
  browser = await launch();
});

afterAll(async () => {
  await browser?.close();
});

describe("what runs", () => {
  it("shows every replica of every service with its version", async () => {
    const { context, page, problems } = await visit(browser);
    await page.goto("/admin?tab=replicas");
    const version = (await call<{ version: string }>("/version")).version;
    for (const service of ["mqtt-ingestion-worker", "platform-api", "telemetry-worker"]) {
      const table = page.getByRole("group", { name: `Replicas of ${service}` });
      await table.getByText(version).first().waitFor();
    }
    expect(await accessibility(page)).toEqual([]);
    expect(await overflow(page)).toBeLessThanOrEqual(0);
    expect(problems).toEqual([]);
    await context.close();
  });

  it("shows who rolled out what, and what its verification found", async () => {
    const version = `9.${STAMP % 1_000_000}.0`;
    await call("/v1/deployments", {
      method: "POST",
      body: {
        environment: "local",
        key: `journey-${STAMP}`,
        reason: "a journey",
        to: { version },
        checks: [
          { passed: true, text: "ready: all are" },
          { passed: false, text: "smoke: no reading came back" },
        ],
      },
    });
    const { context, page, problems } = await visit(browser);
    await page.goto("/admin?tab=deployments");
    const row = page.getByRole("row").filter({ hasText: version });
    await row.getByText("failed", { exact: true }).waitFor();
    await row.getByText("smoke: no reading came back").waitFor();
    expect(await accessibility(page)).toEqual([]);
    await page.getByLabel("Action").selectOption("migration");
    await row.waitFor({ state: "hidden" });
    await page.getByText("schema").first().waitFor();
    expect(await overflow(page)).toBeLessThanOrEqual(0);
    expect(problems).toEqual([]);
    await context.close();
  });
});

describe("backups", () => {
  it("are said never to have been made, or how old the last proven one is", async () => {
    await sql("TRUNCATE backup_event");
    const { context, page, problems } = await visit(browser);
    await page.getByText("No backup of this database was ever taken.").waitFor();
    await page.getByRole("link", { name: "All runs" }).click();
    await page.getByText("No run yet").waitFor();
    expect(await accessibility(page)).toEqual([]);

    const kept = (kind: string, id: string, hours: number, detail = "NULL"): string =>
      `INSERT INTO backup_event (kind, backup_id, bytes, at, started_at, taken_at, place, schema_version, detail)
       SELECT '${kind}', '${id}', 5000000, t + interval '1 minute', t, t, 's3://bucket/sens', 23, ${detail}
       FROM (SELECT now() - interval '${hours} hours') AS begun (t)`;
    await sql(kept("backup", "B-1", 72));
    await sql(kept("verified", "B-1", 71));
    await sql(kept("backup", "B-2", 3));
    await sql(kept("verify_failed", "B-2", 2, "'table device is missing'"));
    await page.reload();
    await page.getByText("Proven", { exact: true }).waitFor();
    const failed = page.getByRole("row").filter({ hasText: "table device is missing" });
    await failed.getByText("failed", { exact: true }).waitFor();
    expect(await accessibility(page)).toEqual([]);
    expect(await overflow(page)).toBeLessThanOrEqual(0);
    await page.getByRole("link", { name: "Overview", exact: true }).click();
    const card = page.getByRole("region", { name: "Backups" });
    await card.getByText("Proven", { exact: true }).waitFor();
    await card.getByText("2 d ago").first().waitFor();
    expect(problems).toEqual([]);
    await context.close();
  });
});

describe("a device that errs", () => {
  it("is counted in the overview, found among the devices, and says when it erred last", async () => {
    const reading = (value: number) => ({ device_id: NUMBER, event_type: "battery_charge", value });
    await send([reading(50)]);
    await send([reading(150)]);
    await expect
      .poll(async () => (await call<{ last_error_at: unknown }>(`/v1/devices/${SERIAL}`)).last_error_at, {
        timeout: 20_000,
      })
      .not.toBeNull();
    const { context, page, problems } = await visit(browser);
    await page.getByRole("link", { name: /errors, 24 h$/ }).waitFor();
    await page.goto(`/devices?q=${SERIAL}`);
    await page
      .getByText(/^Erring/)
      .first()
      .click();
    await page.waitForURL(/erring=true/);
    const row = page.getByRole("row").filter({ hasText: SERIAL });
    await row.getByText("erring", { exact: true }).waitFor();
    expect(await accessibility(page)).toEqual([]);
    await row.getByRole("link", { name: SERIAL }).click();
    await page.getByText("Last error").waitFor();
    expect(problems).toEqual([]);
    await context.close();
  });
});
