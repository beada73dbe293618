import { vi } from "vitest";

/** What the stand-in answers on a path; `null` means the connection fails. */
export type Answer = { status?: number; body: unknown; type?: string } | null;

/** Replaces `fetch` with answers by path; anything else is 404. Streams stay open and silent. */
export function answerWith(answers: Record<string, (request: Request) => Answer>): { requests: Request[] } {
  const requests: Request[] = [];
  vi.stubGlobal("fetch", async (input: RequestInfo | URL, init?: RequestInit) => {
    const request = new Request(
      new URL(input instanceof Request ? input.url : String(input), location.origin),
      {
        ...init,
        ...(input instanceof Request ? { method: input.method } : {}),
        headers: input instanceof Request ? input.headers : (init?.headers ?? {}),
      },
    );
    requests.push(request);
    const { pathname } = new URL(request.url);
    if (pathname.endsWith("/stream")) return new Response(new ReadableStream(), { status: 200 });
    const found = answers[pathname];
    const answer = found
      ? found(request)
      : { status: 404, body: { title: "not found", status: 404, code: "not_found" } };
    if (answer === null) throw new TypeError("Failed to fetch");
    if (answer.status === 204) return new Response(null, { status: 204 });
    const body = typeof answer.body === "string" ? answer.body : JSON.stringify(answer.body);
    const type = answer.type ?? "application/json";
    return new Response(body, { status: answer.status ?? 200, headers: { "content-type": type } });
  });
  return { requests };
}
