import { act, cleanup, fireEvent, render, screen, waitFor } from "@testing-library/react";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import * as data from "../dev/fake-data";
import { answerWith } from "../dev/test-platform";
import { App } from "./app";
import { session } from "./auth/session";
import { router } from "./router";

const NOW = Date.now();

function fleet(empty = false) {
  const keyed = (body: unknown) => (request: Request) =>
    request.headers.get("authorization") === "Bearer good-key"
      ? { body }
      : { status: 401, body: { title: "unauthorized", status: 401, code: "unauthorized" } };
  return {
    "/v1/whoami": keyed({ name: "ada", role: "viewer" }),
    "/version": () => ({ body: { service: "platform-api", version: "0.5.0", build_sha: "abc" } }),
    "/v1/overview": keyed(data.overview(NOW, empty)),
    "/v1/devices": keyed({ items: empty ? [] : data.devices(NOW), next_cursor: null }),
    "/v1/ingest-errors": keyed({ items: data.ingestErrors(NOW), next_cursor: null }),
    "/v1/accounting": keyed(data.accounting(NOW, empty)),
    "/v1/dead-letters": keyed({ items: [], next_cursor: null }),
    "/v1/system/quotas": keyed({ items: [], waiting: 0 }),
    "/v1/system/durability": keyed(data.durability(NOW)),
    "/v1/system/backups": keyed(data.backups(NOW, empty)),
    "/v1/messages/1-0": keyed(data.message("1-0", NOW)),
    "/v1/analytics/battery-summary": keyed({
      items: [
        { serial: "B", min_pct: 1, max_pct: 9, avg_pct: 5, last_pct: 20, last_seen: null },
        { serial: "A", min_pct: 2, max_pct: 8, avg_pct: null, last_pct: 30, last_seen: null },
      ],
    }),
  };
}

async function open(path: string): Promise<void> {
  render(<App />);
  // Not awaited: a lazy page settles with what the test waits for.
  await act(async () => void router.navigate({ href: path }));
}

beforeEach(() => {
  vi.stubGlobal("matchMedia", () => ({
    matches: false,
    addEventListener: vi.fn(),
    removeEventListener: vi.fn(),
  }));
});

afterEach(() => {
  cleanup();
  act(() => session.signOut());
  vi.unstubAllGlobals();
});

it("signs in with a key that the platform knows, and with no other", async () => {
  answerWith(fleet());
  await open("/");
  const key = await screen.findByLabelText("API key");
  fireEvent.change(key, { target: { value: "wrong-key" } });
  fireEvent.click(screen.getByRole("button", { name: "Sign in" }));
  await screen.findByText(/was not accepted/);
  expect(session.get()).toBeNull();
  fireEvent.change(key, { target: { value: "good-key" } });
  fireEvent.click(screen.getByRole("button", { name: "Sign in" }));
  await screen.findByRole("heading", { name: "Overview" });
  expect(location.href).not.toContain("good-key");
  await screen.findByRole("link", { name: "AI-9F3C21" });
});

it("tells the holder of a key that may only send", async () => {
  answerWith({ "/v1/whoami": () => ({ body: { name: "sensor gateway", role: "ingest" } }) });
  await open("/login");
  fireEvent.change(await screen.findByLabelText("API key"), { target: { value: "send-key" } });
  fireEvent.click(screen.getByRole("button", { name: "Sign in" }));
  await screen.findByText(/may only send data/);
  expect(session.get()).toBeNull();
});

it("leads back to login, and says why, when the key is refused later", async () => {
  const platform = fleet();
  answerWith(platform);
  session.signIn({ key: "revoked-key", name: "ada", role: "viewer" });
  await open("/");
  await screen.findByText(/no longer accepted/);
  expect(screen.getByRole("button", { name: "Sign in" })).toBeTruthy();
});

it("explains how to send the first message while there is no device", async () => {
  answerWith(fleet(true));
  session.signIn({ key: "good-key", name: "ada", role: "viewer" });
  await open("/");
  await screen.findByRole("heading", { name: "Send your first reading" });
  expect(screen.getByText(/mosquitto_pub -h/).textContent).toContain("sens/legacy/telemetry");
});

it("says what failed, with the request's id, and tries again", async () => {
  let broken = true;
  const platform = fleet();
  answerWith({
    ...platform,
    "/v1/accounting": (request) =>
      broken
        ? {
            status: 400,
            body: {
              title: "Bad",
              detail: "from lies ahead of to",
              status: 400,
              code: "bad",
              request_id: "r-77",
            },
          }
        : platform["/v1/accounting"](request),
  });
  session.signIn({ key: "good-key", name: "ada", role: "viewer" });
  await open("/ingest");
  await screen.findByText("from lies ahead of to");
  expect(screen.getByText("r-77")).toBeTruthy();
  broken = false;
  fireEvent.click(screen.getByRole("button", { name: "Try again" }));
  await screen.findByText("Balanced");
});

it("draws only the rows in sight of a long list, and goes on where it ends", async () => {
  const page = (from: number) =>
    Array.from({ length: 200 }, (_, index) => ({ ...data.devices(NOW)[0], serial: `AI-${from + index}` }));
  const { requests } = answerWith({
    ...fleet(),
    "/v1/devices": (request) => {
      const cursor = Number(new URL(request.url).searchParams.get("cursor") ?? 0);
      return { body: { items: page(cursor), next_cursor: String(cursor + 200) } };
    },
  });
  session.signIn({ key: "good-key", name: "ada", role: "viewer" });
  await open("/devices?status=online");
  await screen.findByRole("link", { name: "AI-0" });
  expect(screen.getAllByRole("row").length).toBeLessThan(60);
  const box = screen.getByRole("group", { name: "Devices" });
  box.scrollTop = 190 * 42;
  fireEvent.scroll(box);
  await screen.findByRole("link", { name: "AI-201" });
  expect(screen.queryByRole("link", { name: "AI-0" })).toBeNull();
  expect(requests.every(({ url }) => !url.includes("/v1/devices?") || url.includes("status=online"))).toBe(
    true,
  );
});

it("asks before it drops a dead letter, and offers that only to those who may", async () => {
  const letter = {
    number: 7,
    message_id: "1-41",
    topic: "sens/v1/AI-1/telemetry",
    source: "mqtt",
    received_at: new Date(NOW).toISOString(),
    payload_length: 2,
    cause: { code: "22003", text: "value out of range", attempts: 3 },
  };
  const platform = {
    ...fleet(),
    "/v1/dead-letters": () => ({ body: { items: [letter], next_cursor: null } }),
  };
  const { requests } = answerWith({ ...platform, "/v1/dead-letters/7": () => ({ status: 204, body: "" }) });
  session.signIn({ key: "good-key", name: "ada", role: "viewer" });
  await open("/ingest");
  await screen.findByText("value out of range");
  expect(screen.queryByRole("button", { name: /dead letter 7/ })).toBeNull();
  act(() => session.signIn({ key: "good-key", name: "ada", role: "operator" }));
  fireEvent.click(await screen.findByRole("button", { name: "Drop dead letter 7" }));
  expect(requests.some(({ method }) => method === "DELETE")).toBe(false);
  fireEvent.click(await screen.findByRole("button", { name: "Drop for good" }));
  await waitFor(() => expect(requests.some(({ method }) => method === "DELETE")).toBe(true));
});

it("marks the fault in a message, as text and as bytes", async () => {
  answerWith(fleet());
  session.signIn({ key: "good-key", name: "ada", role: "viewer" });
  await open("/messages/1-0?pointer=%2Freadings%2F1%2Fvalue");
  await screen.findByText(/valid range is 0 to 100/);
  const marks = [...document.querySelectorAll("mark")].map(({ textContent }) => textContent);
  expect(marks).toEqual(["171.5", "31 37 31 2e 35", "171.5"]);
});

it("orders analytics by any column, missing values last", async () => {
  answerWith(fleet());
  session.signIn({ key: "good-key", name: "ada", role: "viewer" });
  await open("/analytics");
  await screen.findByRole("link", { name: "A" });
  const order = (): string[] =>
    screen.getAllByRole("link", { name: /^[AB]$/ }).map((link) => link.textContent ?? "");
  expect(order()).toEqual(["A", "B"]);
  fireEvent.click(screen.getByRole("button", { name: /Average/ }));
  await waitFor(() => expect(order()).toEqual(["B", "A"]));
  fireEvent.click(screen.getByRole("button", { name: /Average/ }));
  expect(order()).toEqual(["B", "A"]);
});
