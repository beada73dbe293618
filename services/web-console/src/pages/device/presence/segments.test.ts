import { expect, it } from "vitest";
import { segments } from "./segments";

const NOW = Date.parse("2026-11-21T12:00:00Z");
const at = (hours: number) => new Date(NOW - hours * 3_600_000).toISOString();
const hour = (hours: number) => NOW - hours * 3_600_000;

it("covers the whole time, whatever is known of it", () => {
  expect(segments({ items: [] }, NOW)).toEqual([{ state: "unknown", from: hour(24), to: NOW }]);
  const items = [
    { at: at(1), state: "offline" },
    { at: at(6), state: "online" },
  ];
  expect(segments({ items }, NOW)).toEqual([
    { state: "unknown", from: hour(24), to: hour(6) },
    { state: "online", from: hour(6), to: hour(1) },
    { state: "offline", from: hour(1), to: NOW },
  ]);
});

it("begins with the state that held when it begins", () => {
  const items = [
    { at: at(2), state: "silent" },
    { at: at(30), state: "online" },
    { at: at(40), state: "offline" },
  ];
  expect(segments({ items }, NOW)).toEqual([
    { state: "online", from: hour(24), to: hour(2) },
    { state: "silent", from: hour(2), to: NOW },
  ]);
});
