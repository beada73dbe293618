/** What went wrong with a request, told so that a person can act on it. */
export class ApiError extends Error {
  /** HTTP status; 0 when the platform could not be reached. */
  readonly status: number;
  /** The stable code of the problem document, or a name of our own. */
  readonly code: string;
  readonly requestId: string | null;

  constructor(status: number, code: string, message: string, requestId: string | null = null) {
    super(message);
    this.name = "ApiError";
    this.status = status;
    this.code = code;
    this.requestId = requestId;
  }

  get unreachable(): boolean {
    return this.status === 0;
  }
}

function text(body: Record<string, unknown>, key: string): string | null {
  const value = body[key];
  return typeof value === "string" && value !== "" ? value : null;
}

/** Reads an RFC 9457 problem document; anything else becomes a plain description of the status. */
export async function problemOf(response: Response): Promise<ApiError> {
  const header = response.headers.get("x-request-id");
  let body: Record<string, unknown> = {};
  try {
    const parsed: unknown = await response.clone().json();
    if (typeof parsed === "object" && parsed !== null) body = { ...parsed };
  } catch {
    // Not JSON: a proxy answered, or the body was cut. The status says what there is to say.
  }
  const title = text(body, "detail") ?? text(body, "title") ?? fallback(response.status);
  return new ApiError(
    response.status,
    text(body, "code") ?? "http_error",
    title,
    text(body, "request_id") ?? header,
  );
}

function fallback(status: number): string {
  if (status === 401) return "The API key was not accepted.";
  if (status === 403) return "This API key may not read this.";
  if (status === 404) return "This does not exist.";
  if (status === 429) return "Too many requests: wait a moment.";
  if (status >= 500) return `The platform answered with an error (HTTP ${status}).`;
  return `The request was refused (HTTP ${status}).`;
}

/** Whatever was thrown, as an {@link ApiError}. */
export function toApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  if (error instanceof TypeError) return new ApiError(0, "unreachable", "The platform cannot be reached.");
  return new ApiError(
    0,
    "unexpected",
    error instanceof Error ? error.message : "Something unexpected happened.",
  );
}
