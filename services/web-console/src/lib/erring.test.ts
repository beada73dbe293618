import { expect, it } from "vitest";
import { isErring } from "./erring";

const NOW = Date.parse("2026-11-21T12:00:00Z");

it.each([
  [null, false],
  ["2026-11-21T11:59:00.000000Z", true],
  ["2026-11-20T12:00:01.000000Z", true],
  ["2026-11-20T12:00:00.000000Z", false],
])("a device with an error at %s errs: %s", (last_error_at, erring) => {
  expect(isErring({ last_error_at }, NOW)).toBe(erring);
});
