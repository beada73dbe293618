import { expect, it } from "vitest";
import { ApiError } from "../api/problem";
import { type BulkState, runEach } from "./bulk";

const NAMES = Array.from({ length: 20 }, (_, index) => `d${index}`);

it("does everything once, tells how far it is, and names what failed", async () => {
  const seen: string[] = [];
  const states: BulkState[] = [];
  const end = await runEach(
    NAMES,
    async (name) => {
      seen.push(name);
      if (name === "d3" || name === "d17")
        throw new ApiError(412, "precondition_failed", "changed meanwhile");
    },
    (state) => states.push(state),
  );
  expect(seen.sort()).toEqual([...NAMES].sort());
  expect(end).toMatchObject({ total: 20, done: 20 });
  expect(end.failed.map(({ name, error }) => [name, error.code]).sort()).toEqual([
    ["d17", "precondition_failed"],
    ["d3", "precondition_failed"],
  ]);
  expect(states.map(({ done }) => done)).toEqual(Array.from({ length: 21 }, (_, index) => index));
});

it("waits and tries again when the key asked too much, and gives up at last", async () => {
  const waits: number[] = [];
  let attempts = 0;
  const limited = new ApiError(429, "too_many_requests", "wait");
  const end = await runEach(
    ["a"],
    async () => {
      attempts++;
      if (attempts < 4) throw limited;
    },
    () => undefined,
    async (length) => void waits.push(length),
  );
  expect(end.failed).toEqual([]);
  expect(waits).toEqual([500, 1_000, 2_000]);
  const never = await runEach(
    ["a"],
    () => Promise.reject(limited),
    () => undefined,
    async () => undefined,
  );
  expect(never.failed.map(({ error }) => error.status)).toEqual([429]);
});
