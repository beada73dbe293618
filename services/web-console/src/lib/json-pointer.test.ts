import { describe, expect, it } from "vitest";
import { locate, locateLineColumn } from "./json-pointer";

function marked(text: string, pointer: string): string | null {
  const span = locate(text, pointer);
  return span ? text.slice(span.start, span.end) : null;
}

describe("locate", () => {
  const batch =
    '{"v":1, "readings" : [ {"metric":"a","value":1.5e2}, {"metric":"b\\"]","value":[true,null]} ], "a/b":{"~":7}}';
  it.each([
    ["/v", "1"],
    ["/readings/0", '{"metric":"a","value":1.5e2}'],
    ["/readings/0/value", "1.5e2"],
    ["/readings/1/metric", '"b\\"]"'],
    ["/readings/1/value/1", "null"],
    ["/a~1b/~0", "7"],
  ])("finds %s", (pointer, value) => {
    expect(marked(batch, pointer)).toBe(value);
  });

  it("marks the nearest ancestor of what is missing", () => {
    const span = locate('{"event_type":"x"}', "/device_id");
    expect(span).toEqual({ start: 0, end: 18, missing: true });
    expect(marked('{"r":[{"m":1}]}', "/r/0/value")).toBe('{"m":1}');
  });

  it("takes the last of two equal members, as parsers do", () => {
    expect(marked('{"a":1,"a":2}', "/a")).toBe("2");
  });

  it.each(["", "[1,", '{"a"', "nonsense}", '{"a":"open'])(
    "gives nothing for a text that is no JSON: %s",
    (text) => {
      const span = locate(text, "/a/b");
      expect(span === null || span.missing).toBe(true);
    },
  );

  it("leaves the whole payload unmarked for an empty pointer", () => {
    expect(locate("{}", "")).toBeNull();
  });

  it("finds every member of random documents", () => {
    const document = { text: 'q"\\ü{}[],:', list: [1, [2, { deep: "ß" }], "x"], empty: {}, none: [] };
    const walk = (value: unknown, pointer: string): void => {
      const text = JSON.stringify(document, null, 1);
      if (pointer !== "") expect(JSON.parse(marked(text, pointer) ?? "")).toEqual(value);
      if (typeof value !== "object" || value === null) return;
      for (const [key, child] of Object.entries(value)) walk(child, `${pointer}/${key}`);
    };
    walk(document, "");
  });
});

describe("locateLineColumn", () => {
  it.each([
    ["abc", "expected value at line 1 column 2", 1],
    ["ab\ncd", "x at line 2 column 1", 3],
    ["abc", "EOF at line 1 column 9", 2],
  ])("%j, %s", (text, detail, start) => {
    expect(locateLineColumn(text, detail)?.start).toBe(start);
  });

  it("gives nothing without a place", () => {
    expect(locateLineColumn("abc", "not JSON")).toBeNull();
    expect(locateLineColumn("abc", "x at line 7 column 1")).toBeNull();
  });
});
