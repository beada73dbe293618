/** One event of a `text/event-stream`. */
export interface SseEvent {
  id: string | null;
  event: string;
  data: string;
}

/** Parses a `text/event-stream` in pieces of any size, as the HTML standard describes it. */
export class SseParser {
  private buffer = "";
  private data: string[] = [];
  private event = "";
  private id: string | null = null;
  /** Milliseconds the server asked to wait before a reconnect, if it did. */
  retry: number | null = null;

  /** Takes the next piece of the body and gives the events it completes. */
  push(chunk: string): SseEvent[] {
    this.buffer += chunk;
    const events: SseEvent[] = [];
    const lineEnd = /\r\n|\n|\r/g;
    let from = 0;
    for (let end = lineEnd.exec(this.buffer); end !== null; end = lineEnd.exec(this.buffer)) {
      // A lone CR at the end may be the first half of CRLF: wait for more.
      if (end[0] === "\r" && end.index + 1 === this.buffer.length) break;
      const event = this.line(this.buffer.slice(from, end.index));
      from = end.index + end[0].length;
      if (event) events.push(event);
    }
    this.buffer = this.buffer.slice(from);
    return events;
  }

  private line(line: string): SseEvent | null {
    if (line === "") return this.dispatch();
    const colon = line.indexOf(":");
    if (colon === 0) return null;
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (field === "data") this.data.push(value);
    else if (field === "event") this.event = value;
    else if (field === "id" && !value.includes("\0")) this.id = value;
    else if (field === "retry" && /^\d+$/.test(value)) this.retry = Number(value);
    return null;
  }

  private dispatch(): SseEvent | null {
    const event =
      this.data.length > 0
        ? { id: this.id, event: this.event || "message", data: this.data.join("\n") }
        : null;
    this.data = [];
    this.event = "";
    return event;
  }
}
