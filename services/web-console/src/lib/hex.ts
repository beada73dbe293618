/** One line of a hex dump. */
export interface HexLine {
  offset: number;
  bytes: number[];
}

/** Splits bytes into lines of `width`. */
export function hexLines(bytes: Uint8Array, width: number, limit = bytes.length): HexLine[] {
  const lines: HexLine[] = [];
  for (let offset = 0; offset < Math.min(bytes.length, limit); offset += width) {
    lines.push({ offset, bytes: [...bytes.subarray(offset, Math.min(offset + width, limit))] });
  }
  return lines;
}

export function hexByte(byte: number): string {
  return byte.toString(16).padStart(2, "0");
}

/** The character a dump shows for a byte: itself when printable ASCII, else a dot. */
export function printable(byte: number): string {
  return byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : "·";
}

/** Bytes of a base64 text; none when it is not base64. */
export function fromBase64(text: string): Uint8Array {
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  } catch {
    return new Uint8Array();
  }
}

/** A span of UTF-16 positions as a span of UTF-8 byte offsets. */
export function byteSpan(text: string, start: number, end: number): { start: number; end: number } {
  const encoder = new TextEncoder();
  const first = encoder.encode(text.slice(0, start)).length;
  return { start: first, end: first + encoder.encode(text.slice(start, end)).length };
}
