import { expect, it } from "vitest";
import { around } from "./use-marks";

const AT = Date.parse("2026-11-21T10:00:00Z");

it("asks about whole minutes, so that a window that follows the present asks seldom", () => {
  const asked = around({ from: AT + 1_000, to: AT + 100_000 });
  expect(asked).toEqual({ at: "2026-11-21T10:01:00.000Z", within: 60 });
  expect(around({ from: AT + 9_000, to: AT + 109_000 })).toEqual(asked);
});

it("asks about the newest part of what is too long", () => {
  expect(around({ from: 0, to: AT })).toEqual({ at: "2026-11-20T10:00:00.000Z", within: 86_400 });
});
