import { afterEach, expect, it, vi } from "vitest";
import type { LiveReading } from "../api/types";
import { backoff, LiveStream, readingOf, SILENCE_LIMIT, type StreamPhase } from "./stream";

const READING: LiveReading = {
  serial: "AI-1",
  metric: "battery_charge",
  value: 71.5,
  unit: "%",
  recorded_at: "2026-11-21T10:00:00.000000Z",
  received_at: "2026-11-21T10:00:00.100000Z",
};

/** A connection the test feeds by hand. */
function connection() {
  let feed: ReadableStreamDefaultController<Uint8Array> | undefined;
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => {
      feed = controller;
    },
  });
  const encoder = new TextEncoder();
  return {
    response: new Response(body, { status: 200, headers: { "content-type": "text/event-stream" } }),
    send: (text: string) => feed?.enqueue(encoder.encode(text)),
    end: () => feed?.close(),
    fail: () => feed?.error(new TypeError("network error")),
  };
}

function harness(answers: (() => Response | Promise<Response>)[]) {
  const phases: StreamPhase[] = [];
  const readings: LiveReading[] = [];
  const requests: Headers[] = [];
  const unauthorized = vi.fn();
  const gap = vi.fn();
  const stream = new LiveStream({
    url: "/v1/stream",
    key: () => "secret",
    read: readingOf,
    onItems: (batch) => readings.push(...batch),
    onState: ({ phase }) => phases.push(phase),
    onGap: gap,
    onUnauthorized: unauthorized,
    random: () => 0,
    fetch: async (_url, init) => {
      requests.push(new Headers(init?.headers));
      const answer = answers.shift();
      if (answer) return answer();
      // No answer at all, until the client gives up.
      return new Promise<Response>((_resolve, reject) => {
        init?.signal?.addEventListener("abort", () => reject(new DOMException("aborted", "AbortError")));
      });
    },
  });
  return { stream, phases, readings, requests, gap, unauthorized };
}

afterEach(() => {
  vi.useRealTimers();
});

it("sends the key, hands readings over, and resumes behind the last event after a break", async () => {
  const first = connection();
  const second = connection();
  const { stream, phases, readings, requests } = harness([() => first.response, () => second.response]);
  stream.start();
  await vi.waitFor(() => expect(phases).toContain("live"));
  first.send(`id: 41-2\nevent: reading\ndata: ${JSON.stringify(READING)}\n\n: beat\n\n`);
  await vi.waitFor(() => expect(readings).toEqual([READING]));
  first.fail();
  await vi.waitFor(() => expect(requests).toHaveLength(2), { timeout: 3_000 });
  expect(requests[0]?.get("authorization")).toBe("Bearer secret");
  expect(requests[0]?.has("last-event-id")).toBe(false);
  expect(requests[1]?.get("last-event-id")).toBe("41-2");
  await vi.waitFor(() => expect(phases).toEqual(["connecting", "live", "waiting", "live"]));
  stream.stop();
});

it("tells when the platform left readings out", async () => {
  const only = connection();
  const { stream, gap } = harness([() => only.response]);
  stream.start();
  only.send("event: gap\ndata: {}\n\n");
  await vi.waitFor(() => expect(gap).toHaveBeenCalledOnce());
  stream.stop();
});

it("stops when the key is refused", async () => {
  const { stream, phases, unauthorized } = harness([() => new Response("{}", { status: 401 })]);
  stream.start();
  await vi.waitFor(() => expect(phases.at(-1)).toBe("refused"));
  expect(unauthorized).toHaveBeenCalledOnce();
});

it("tries again when the platform is overloaded or away", async () => {
  vi.useFakeTimers();
  const { stream, phases, requests } = harness([
    () => new Response("", { status: 503 }),
    () => Promise.reject(new TypeError("refused")),
    () => new Response("", { status: 429 }),
  ]);
  stream.start();
  await vi.advanceTimersByTimeAsync(10_000);
  expect(requests).toHaveLength(4);
  expect(phases).toEqual(["connecting", "waiting"]);
  stream.stop();
});

it("takes a silent connection for dead", async () => {
  vi.useFakeTimers();
  const { stream, phases, requests } = harness([]);
  stream.start();
  await vi.advanceTimersByTimeAsync(SILENCE_LIMIT - 1_000);
  expect(requests).toHaveLength(1);
  expect(phases).toEqual(["connecting"]);
  await vi.advanceTimersByTimeAsync(3_000);
  expect(phases).toEqual(["connecting", "waiting"]);
  expect(requests).toHaveLength(2);
  stream.stop();
});

it("waits longer after each failure, within bounds", () => {
  expect([0, 1, 2, 3].map((failures) => backoff(failures, 1))).toEqual([500, 1_000, 2_000, 4_000]);
  expect(backoff(50, 1)).toBe(15_000);
  expect(backoff(0, 0)).toBe(250);
});

it("takes only what is a reading", () => {
  const event = (data: string, name = "reading") => readingOf({ id: null, event: name, data });
  expect(event(JSON.stringify(READING))).toEqual(READING);
  expect(event(JSON.stringify(READING), "command")).toBeNull();
  expect(event(JSON.stringify({ ...READING, unit: undefined }))?.unit).toBeNull();
  for (const bad of ["", "null", "[]", '{"serial":"a"}', JSON.stringify({ ...READING, value: null })]) {
    expect(event(bad)).toBeNull();
  }
});
