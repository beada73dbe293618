import type { LiveReading } from "../api/types";
import { type SseEvent, SseParser } from "./sse-parser";

/**
 * - `connecting`: the first connection is being made
 * - `live`: readings arrive as they are stored
 * - `waiting`: the connection broke; another attempt follows by itself
 * - `refused`: the platform will not open this stream; no further attempt
 */
export type StreamPhase = "connecting" | "live" | "waiting" | "refused";

export interface StreamState {
  phase: StreamPhase;
  /** When this phase began, in milliseconds. */
  since: number;
}

export interface StreamOptions<T> {
  url: string;
  /** The API key at the time of each attempt; an `EventSource` could not send it. */
  key: () => string | null;
  /** What an event tells, or null when it is none that is looked for. */
  read: (event: SseEvent) => T | null;
  onItems: (items: T[]) => void;
  onState: (state: StreamState) => void;
  /** Events were missed that the platform no longer keeps for a resume. */
  onGap: () => void;
  /** The platform refused the key. */
  onUnauthorized: () => void;
  fetch?: typeof globalThis.fetch;
  random?: () => number;
}

/** The platform sends a comment every 15 s; silence beyond this means the connection is dead. */
export const SILENCE_LIMIT = 40_000;
const FIRST_DELAY = 500;
const LONGEST_DELAY = 15_000;
/** What comes is handed over together at this pace, however fast they arrive. */
const FLUSH_EVERY = 250;
/** A session that lasted this long was a good one: the next break starts with the first delay again. */
const HEALTHY_AFTER = 5_000;

/** How long to wait before attempt number `failures + 1`: doubling, with jitter, bounded. */
export function backoff(failures: number, random: number): number {
  const ceiling = Math.min(LONGEST_DELAY, FIRST_DELAY * 2 ** Math.min(failures, 10));
  return ceiling / 2 + (ceiling / 2) * random;
}

/** Reads a live stream, resuming after every break behind the last event it saw. */
export class LiveStream<T> {
  private readonly options: StreamOptions<T>;
  private readonly stopped = new AbortController();
  private lastEventId: string | null = null;
  private failures = 0;
  private phase: StreamPhase | null = null;
  private pending: T[] = [];
  private flushTimer: ReturnType<typeof setTimeout> | null = null;
  private wake: (() => void) | null = null;

  constructor(options: StreamOptions<T>) {
    this.options = options;
  }

  start(): void {
    this.state("connecting");
    globalThis.addEventListener?.("online", this.retryNow);
    void this.run();
  }

  stop(): void {
    this.stopped.abort();
    globalThis.removeEventListener?.("online", this.retryNow);
    if (this.flushTimer) clearTimeout(this.flushTimer);
    this.wake?.();
  }

  private readonly retryNow = (): void => {
    this.wake?.();
  };

  private state(phase: StreamPhase): void {
    // Another failed attempt does not make the outage younger.
    if (this.stopped.signal.aborted || phase === this.phase) return;
    this.phase = phase;
    this.options.onState({ phase, since: Date.now() });
  }

  private async run(): Promise<void> {
    while (!this.stopped.signal.aborted) {
      const began = Date.now();
      const again = await this.connect();
      if (this.stopped.signal.aborted) return;
      if (!again) return this.state("refused");
      this.failures = Date.now() - began > HEALTHY_AFTER ? 0 : this.failures + 1;
      this.state("waiting");
      await this.sleep(backoff(this.failures, (this.options.random ?? Math.random)()));
    }
  }

  /** One connection from start to break; false when there is no point in another. */
  private async connect(): Promise<boolean> {
    const attempt = new AbortController();
    const abort = (): void => attempt.abort();
    this.stopped.signal.addEventListener("abort", abort);
    let watchdog = setTimeout(abort, SILENCE_LIMIT);
    try {
      const response = await (this.options.fetch ?? globalThis.fetch)(this.options.url, {
        headers: this.headers(),
        signal: attempt.signal,
        cache: "no-store",
      });
      if (response.status === 401) this.options.onUnauthorized();
      if (response.status >= 400 && response.status < 500 && response.status !== 429) return false;
      if (!response.ok || !response.body) return true;
      this.state("live");
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
      const parser = new SseParser();
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return true;
        clearTimeout(watchdog);
        watchdog = setTimeout(abort, SILENCE_LIMIT);
        this.take(parser, value);
      }
    } catch {
      // Any break of the connection ends here; the loop in `run` tries again.
      return true;
    } finally {
      clearTimeout(watchdog);
      this.stopped.signal.removeEventListener("abort", abort);
    }
  }

  private headers(): Record<string, string> {
    const headers: Record<string, string> = { accept: "text/event-stream" };
    const key = this.options.key();
    if (key) headers.authorization = `Bearer ${key}`;
    if (this.lastEventId !== null) headers["last-event-id"] = this.lastEventId;
    return headers;
  }

  private take(parser: SseParser, chunk: string): void {
    for (const event of parser.push(chunk)) {
      if (event.id !== null) this.lastEventId = event.id;
      if (event.event === "gap") this.options.onGap();
      const item = this.options.read(event);
      if (item !== null) this.pending.push(item);
    }
    if (this.pending.length > 0 && !this.flushTimer) {
      this.flushTimer = setTimeout(() => {
        this.flushTimer = null;
        const items = this.pending;
        this.pending = [];
        if (!this.stopped.signal.aborted) this.options.onItems(items);
      }, FLUSH_EVERY);
    }
  }

  private sleep(length: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, length);
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

/** The reading that an event tells, or null when it tells none. */
export function readingOf({ event, data }: SseEvent): LiveReading | null {
  if (event !== "reading") return null;
  try {
    const parsed: unknown = JSON.parse(data);
    if (typeof parsed !== "object" || parsed === null) return null;
    const { serial, metric, value, unit, recorded_at, received_at } = parsed as Partial<LiveReading>;
    if (typeof serial !== "string" || typeof metric !== "string" || value === undefined || value === null)
      return null;
    if (typeof recorded_at !== "string" || typeof received_at !== "string") return null;
    return { serial, metric, value, unit: unit ?? null, recorded_at, received_at };
  } catch {
    return null;
  }
}
