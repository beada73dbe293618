import { expect, it } from "vitest";
import { type CorrectionDraft, parseValue, requestOf } from "./draft";

const DRAFT: CorrectionDraft = {
  metric: "battery_charge",
  from: "2026-11-21T10:00:00",
  to: "2026-11-21T11:00:00",
  action: "set",
  value: "71,5",
  reason: " stuck probe ",
};

it("asks for what was typed", () => {
  const asked = requestOf("AI-1", "number", DRAFT);
  expect(asked).toMatchObject({
    device: "AI-1",
    metric: "battery_charge",
    value: 71.5,
    reason: "stuck probe",
  });
  expect(asked).not.toHaveProperty("withdraw");
  const withdrawn = requestOf("AI-1", "number", { ...DRAFT, action: "withdraw" });
  expect(withdrawn).toMatchObject({ withdraw: true });
  expect(withdrawn).not.toHaveProperty("value");
});

it.each([
  [{ from: "" }, "Say from when to when."],
  [{ to: DRAFT.from }, "The end must lie behind the beginning."],
  [{ reason: " " }, "Say why."],
  [{ value: "high" }, "This is no value of this metric."],
] as const)("says what is missing: %o", (part, text) => {
  expect(requestOf("AI-1", "number", { ...DRAFT, ...part })).toBe(text);
});

it("reads values by the kind of the metric", () => {
  expect(parseValue("boolean", "false")).toBe(false);
  expect(parseValue("boolean", "no")).toBeNull();
  expect(parseValue("text", "")).toBe("");
  expect(parseValue("number", "")).toBeNull();
});
