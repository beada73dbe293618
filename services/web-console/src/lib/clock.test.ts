import { expect, it } from "vitest";
import { clockOf } from "./clock";

const ARRIVAL = "2026-11-21T10:00:00.000000Z";

it.each([
  ["2026-11-21T09:59:59.500000Z", "agrees", true],
  ["2026-11-21T09:58:00.000000Z", "2 min behind arrival", true],
  ["2026-11-21T08:00:00.000000Z", "2 h behind arrival", false],
  ["2026-11-21T10:00:30.000000Z", "30 s ahead", true],
  ["2026-11-21T11:30:00.000000Z", "1 h ahead", false],
  [ARRIVAL, "sends no time", true],
])("judges by the newest reading: %s", (recorded_at, text, good) => {
  const older = { recorded_at: "2020-01-01T00:00:00Z", received_at: "2026-11-21T09:00:00Z" };
  expect(clockOf([older, { recorded_at, received_at: ARRIVAL }])).toMatchObject({ text, good });
});

it("claims nothing without readings", () => {
  expect(clockOf([]).text).toBe("unknown");
});
