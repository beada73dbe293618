import { expect, it } from "vitest";
import type { Replica } from "../api/types";
import { buildOf, byService, versionsOf } from "./replicas";

function replica(service: string, name: string, version = "0.5.0", build_sha = "unknown"): Replica {
  return { service, name, version, build_sha, canary: false, started_at: "2026-11-21T12:00:00.000000Z" };
}

it("puts replicas together by service, with each build once", () => {
  const running = byService([
    replica("platform-api", "a"),
    replica("telemetry-worker", "b", "0.5.0", "4c1e77b0000000000"),
    replica("telemetry-worker", "c", "0.6.0"),
    replica("telemetry-worker", "d", "0.6.0"),
  ]);
  expect(running.map(({ service, replicas }) => [service, replicas.length])).toEqual([
    ["platform-api", 1],
    ["telemetry-worker", 3],
  ]);
  expect(running[1]?.versions).toEqual(["0.5.0 · 4c1e77b00000", "0.6.0"]);
});

it("knows when more than one version runs", () => {
  expect(versionsOf([replica("a", "a"), replica("b", "b")])).toEqual(["0.5.0"]);
  expect(versionsOf([replica("a", "a", "0.6.0"), replica("b", "b")])).toEqual(["0.5.0", "0.6.0"]);
  expect(buildOf(replica("a", "a"))).toBe("0.5.0");
});
