import { expect, it } from "vitest";
import { byteSpan, fromBase64, hexByte, hexLines, printable } from "./hex";

it("splits bytes into lines up to a limit", () => {
  const bytes = Uint8Array.from({ length: 20 }, (_, index) => index);
  expect(hexLines(bytes, 16).map(({ offset, bytes: { length } }) => [offset, length])).toEqual([
    [0, 16],
    [16, 4],
  ]);
  expect(hexLines(bytes, 16, 10)).toHaveLength(1);
});

it("shows bytes and their characters", () => {
  expect([0, 10, 255].map(hexByte)).toEqual(["00", "0a", "ff"]);
  expect([65, 0, 127, 200].map(printable)).toEqual(["A", "·", "·", "·"]);
});

it("reads base64, and gives nothing for what is none", () => {
  expect([...fromBase64("AP8=")]).toEqual([0, 255]);
  expect(fromBase64("%").length).toBe(0);
});

it("counts bytes where characters take more than one", () => {
  const text = "äö€x";
  expect(byteSpan(text, 2, 3)).toEqual({ start: 4, end: 7 });
});
