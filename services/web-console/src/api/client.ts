import { QueryClient } from "@tanstack/react-query";
import createFetchClient, { type Middleware } from "openapi-fetch";
import createQueryHooks from "openapi-react-query";
import { session } from "../auth/session";
import { problemOf, toApiError } from "./problem";
import { reachability } from "./reachability";
import type { paths } from "./schema";

const middleware: Middleware = {
  onRequest({ request }) {
    const key = session.get()?.key;
    if (key && !request.headers.has("authorization")) request.headers.set("authorization", `Bearer ${key}`);
    return request;
  },
  async onResponse({ request, response }) {
    reachability.answered();
    if (response.ok) return;
    const used = request.headers.get("authorization");
    if (response.status === 401 && used === `Bearer ${session.get()?.key}`) session.expire();
    // Thrown here, so that every failure reaches callers as an ApiError, with or without a body.
    throw await problemOf(response);
  },
  onError({ error }) {
    if (!(error instanceof DOMException && error.name === "AbortError")) reachability.failed();
    return toApiError(error);
  },
};

/** The typed client of the platform's REST API, on the console's own origin. */
export const api = createFetchClient<paths>({
  baseUrl: globalThis.location?.origin ?? "",
  // Looked up per call, so that the page's current fetch is used.
  fetch: (request) => globalThis.fetch(request),
});
api.use(middleware);

/** Query hooks over {@link api}. */
export const $api = createQueryHooks(api);

/** Refused requests are not repeated; what may heal by itself is. */
function retry(failures: number, error: unknown): boolean {
  const { status } = toApiError(error);
  return (status === 0 || status >= 500) && failures < 2;
}

export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: { networkMode: "always", retry, staleTime: 2_000, refetchOnWindowFocus: true },
    },
  });
}
