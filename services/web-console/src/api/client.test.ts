import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { answerWith } from "../../dev/test-platform";
import { session } from "../auth/session";
import { api } from "./client";
import { type ApiError, toApiError } from "./problem";
import { reachability } from "./reachability";

beforeEach(() => session.signIn({ key: "good-key", name: "ada", role: "viewer" }));
afterEach(() => {
  session.signOut();
  reachability.answered();
  vi.unstubAllGlobals();
});

async function failure(promise: Promise<unknown>): Promise<ApiError> {
  return promise.then(
    () => Promise.reject(new Error("it should have failed")),
    (error: unknown) => toApiError(error),
  );
}

it("sends the key of the session", async () => {
  const { requests } = answerWith({ "/v1/whoami": () => ({ body: { name: "ada", role: "viewer" } }) });
  const { data } = await api.GET("/v1/whoami");
  expect(data?.name).toBe("ada");
  expect(requests[0]?.headers.get("authorization")).toBe("Bearer good-key");
  expect(requests[0]?.url).not.toContain("good-key");
});

it("tells what a problem document says", async () => {
  const body = {
    title: "Bad request",
    detail: "limit is 0, at least 1",
    status: 400,
    code: "invalid_query",
    request_id: "r-1",
  };
  answerWith({ "/v1/overview": () => ({ status: 400, body, type: "application/problem+json" }) });
  const error = await failure(api.GET("/v1/overview"));
  expect([error.status, error.code, error.message, error.requestId]).toEqual([
    400,
    "invalid_query",
    "limit is 0, at least 1",
    "r-1",
  ]);
});

it.each(["", "<html>bad gateway</html>"])(
  "fails on an error without a problem document: %j",
  async (body) => {
    answerWith({ "/v1/overview": () => ({ status: 502, body, type: "text/html" }) });
    const error = await failure(api.GET("/v1/overview"));
    expect(error.status).toBe(502);
    expect(error.message).toContain("502");
  },
);

it("ends the session when its key is refused, and says why", async () => {
  answerWith({ "/v1/overview": () => ({ status: 401, body: {} }) });
  await failure(api.GET("/v1/overview"));
  expect(session.get()).toBeNull();
  expect(session.endedBy()).toBe("expired");
});

it("leaves the session alone when another key is refused", async () => {
  answerWith({ "/v1/whoami": () => ({ status: 401, body: {} }) });
  await failure(api.GET("/v1/whoami", { headers: { authorization: "Bearer other" } }));
  expect(session.get()?.key).toBe("good-key");
});

it("knows whether the platform answers", async () => {
  let away = true;
  answerWith({ "/v1/overview": () => (away ? null : { body: {} }) });
  const error = await failure(api.GET("/v1/overview"));
  expect(error.unreachable).toBe(true);
  expect(reachability.get()).not.toBeNull();
  away = false;
  await api.GET("/v1/overview");
  expect(reachability.get()).toBeNull();
});
