import { afterEach, expect, it } from "vitest";
import { readViews, sameView, withView, writeViews } from "./saved-views";
import { devicesSearch } from "./search";

afterEach(() => localStorage.clear());

it("keeps views by name, and believes nothing of what it reads", () => {
  const first = withView([], { name: "Vienna", search: { label: ["site=vie"] } });
  const views = withView(first, { name: "Silent", search: { status: "silent", sort: "-last_seen_at" } });
  writeViews(withView(views, { name: "Vienna", search: { label: ["site=vie", "line=3"] } }));
  expect(readViews(devicesSearch)).toEqual([
    { name: "Silent", search: { status: "silent", sort: "-last_seen_at" } },
    { name: "Vienna", search: { label: ["site=vie", "line=3"] } },
  ]);
  localStorage.setItem("sens.device-views", '[{"name":"x","search":{"status":"odd","q":"a"}},7,null]');
  expect(readViews(devicesSearch)).toEqual([{ name: "x", search: { q: "a" } }]);
  localStorage.setItem("sens.device-views", "{");
  expect(readViews(devicesSearch)).toEqual([]);
});

it("knows a view whatever the order of its parts", () => {
  expect(sameView({ q: "a", status: "online" }, { status: "online", q: "a" })).toBe(true);
  expect(sameView({ q: "a" }, { q: "b" })).toBe(false);
});
