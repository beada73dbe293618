import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { accessibility, launch, logIn, overflow, visit } from "./browser.ts";
import { type Demo, startDemo } from "./demo.ts";

const run = promisify(execFile);

/** These need a platform that has never heard of a device, so they start one of their own. */
let demo: Demo;
let browser: Browser;

beforeAll(async () => {
  [demo, browser] = await Promise.all([startDemo({ simulator: false }), launch()]);
});

afterAll(async () => {
  await browser?.close();
  await demo?.stop();
});

it("shows how to send a message, takes its own example, and shows the reading", async () => {
  const { context, page, problems } = await visit(browser, { url: demo.url }, false);
  await logIn(page, demo.key);
  await page.getByRole("heading", { name: "Send your first reading" }).waitFor();
  await page.getByText("Waiting for the first reading").waitFor();
  expect(await accessibility(page)).toEqual([]);
  expect(await overflow(page)).toBeLessThanOrEqual(0);
  await page.getByText("Live", { exact: true }).waitFor();

  const command = (await page.getByRole("group", { name: "curl command" }).textContent()) ?? "";
  await run("bash", ["-c", command], { env: { ...process.env, SENS_API_KEY: demo.key } });

  await page.getByText("legacy-7 · battery_charge = 82.5 %").waitFor();
  expect(await accessibility(page)).toEqual([]);
  await page.getByRole("button", { name: "Go to the overview" }).click();
  await page.getByRole("link", { name: "Devices" }).click();
  await page.getByRole("link", { name: "legacy-7", exact: true }).click();
  await page.getByRole("group", { name: "Latest values" }).getByText("82.5 %").waitFor();
  expect(problems).toEqual([]);
  await context.close();
});
