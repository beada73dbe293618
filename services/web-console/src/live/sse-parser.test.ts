import { expect, it } from "vitest";
import { SseParser } from "./sse-parser";

const STREAM =
  ': hello\n\nretry: 1500\nid: 7-0\nevent: reading\ndata: {"a":1}\n\nid: 7-1\r\nevent: reading\r\ndata: first\r\ndata: second\r\n\r\n: beat\n\ndata\n\nevent: lonely\n\n';

const EVENTS = [
  { id: "7-0", event: "reading", data: '{"a":1}' },
  { id: "7-1", event: "reading", data: "first\nsecond" },
  { id: "7-1", event: "message", data: "" },
];

it("parses fields, comments, both line ends and several data lines", () => {
  const parser = new SseParser();
  expect(parser.push(STREAM)).toEqual(EVENTS);
  expect(parser.retry).toBe(1_500);
});

it("gives the same events wherever the stream is cut", () => {
  for (let size = 1; size < STREAM.length; size++) {
    const parser = new SseParser();
    const events = [];
    for (let at = 0; at < STREAM.length; at += size) events.push(...parser.push(STREAM.slice(at, at + size)));
    expect(events).toEqual(EVENTS);
  }
});

it("holds an event back until it is complete", () => {
  const parser = new SseParser();
  expect(parser.push("data: x\n")).toEqual([]);
  expect(parser.push("\n")).toHaveLength(1);
});
