import { byteSpan } from "../lib/hex";
import { locate, locateLineColumn, type Span } from "../lib/json-pointer";

/** Where in a payload the fault is, both in its text and in its bytes. */
export interface Fault {
  text: Span;
  bytes: { start: number; end: number };
}

/** Finds the fault by its JSON Pointer, or by the place the parser's message names. */
export function findFault(text: string | null, pointer: string, detail: string): Fault | null {
  if (text === null) return null;
  const span = locate(text, pointer) ?? (pointer === "" ? locateLineColumn(text, detail) : null);
  return span ? { text: span, bytes: byteSpan(text, span.start, span.end) } : null;
}
