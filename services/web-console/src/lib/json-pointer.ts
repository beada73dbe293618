/** Where in a text something stands, in UTF-16 positions, end exclusive. */
export interface Span {
  start: number;
  end: number;
  /** True when the pointer's own value does not exist and its nearest ancestor is meant. */
  missing: boolean;
}

const SPACE = /\s/;

/** Walks a JSON text just far enough to know where each value begins and ends. */
class Scanner {
  private position = 0;
  private readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  private space(): void {
    while (this.position < this.text.length && SPACE.test(this.text[this.position] ?? "")) this.position++;
  }

  private expect(character: string): void {
    this.space();
    if (this.text[this.position] !== character) throw new SyntaxError(`no ${character} at ${this.position}`);
    this.position++;
  }

  private string(): string {
    const start = this.position;
    this.position++;
    while (this.text[this.position] !== '"') {
      if (this.position >= this.text.length) throw new SyntaxError("open string");
      this.position += this.text[this.position] === "\\" ? 2 : 1;
    }
    this.position++;
    return String(JSON.parse(this.text.slice(start, this.position)));
  }

  /** Finds `path` below the value that begins here; leaves the position behind that value. */
  find(path: readonly string[]): Span {
    this.space();
    const start = this.position;
    let found: Span | null = null;
    const visit = (name: string): void => {
      if (path[0] === name) found = this.find(path.slice(1));
      else this.find([]);
    };
    const opener = this.text[this.position];
    if (opener === "{") this.members(visit);
    else if (opener === "[") this.elements(visit);
    else if (opener === '"') this.string();
    else this.scalar();
    return found ?? { start, end: this.position, missing: path.length > 0 };
  }

  private members(visit: (name: string) => void): void {
    this.position++;
    this.space();
    while (this.text[this.position] !== "}") {
      this.space();
      if (this.text[this.position] !== '"') throw new SyntaxError("no member name");
      const name = this.string();
      this.expect(":");
      visit(name);
      this.separator("}");
    }
    this.position++;
  }

  private elements(visit: (name: string) => void): void {
    this.position++;
    this.space();
    for (let index = 0; this.text[this.position] !== "]"; index++) {
      visit(String(index));
      this.separator("]");
    }
    this.position++;
  }

  private separator(closer: string): void {
    this.space();
    if (this.text[this.position] === ",") this.position++;
    else if (this.text[this.position] !== closer) throw new SyntaxError(`no separator at ${this.position}`);
    this.space();
  }

  private scalar(): void {
    const start = this.position;
    while (this.position < this.text.length && !/[\s,\]}]/.test(this.text[this.position] ?? ""))
      this.position++;
    if (start === this.position) throw new SyntaxError(`no value at ${start}`);
  }
}

/** The span a JSON Pointer names in a text, or null when the text cannot be walked that far. */
export function locate(text: string, pointer: string): Span | null {
  if (pointer === "") return null;
  const path = pointer
    .replace(/^\//, "")
    .split("/")
    .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
  try {
    return new Scanner(text).find(path);
  } catch {
    return null;
  }
}

/** The place a parser's message names as `line L column C`, or null. */
export function locateLineColumn(text: string, detail: string): Span | null {
  const match = /line (\d+) column (\d+)/.exec(detail);
  if (!match || text.length === 0) return null;
  const line = Number(match[1]);
  const column = Number(match[2]);
  let start = 0;
  for (let current = 1; current < line; current++) {
    const next = text.indexOf("\n", start);
    if (next < 0) return null;
    start = next + 1;
  }
  const at = Math.min(Math.max(start + column - 1, 0), text.length - 1);
  return { start: at, end: at + 1, missing: false };
}
