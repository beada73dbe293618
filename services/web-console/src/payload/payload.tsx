import { Fragment, useMemo } from "react";
import { count } from "../lib/format";
import { fromBase64, type HexLine, hexByte, hexLines, printable } from "../lib/hex";
import type { Fault } from "./fault";
import classes from "./payload.module.css";

/** More than this is not drawn: a page of it helps nobody. */
const MOST_BYTES = 16_384;
const WIDTH = 16;

/** The payload as it reads, the fault marked. */
export function PayloadText({ text, fault }: { text: string | null; fault: Fault | null }) {
  if (text === null) return <p className="muted">These bytes are no UTF-8 text; see them at the side.</p>;
  if (text === "") return <p className="muted">The payload is empty.</p>;
  const { start, end } = fault?.text ?? { start: 0, end: 0 };
  return (
    // biome-ignore lint/a11y: a region that scrolls must be reachable by keyboard
    <pre className={classes.code} tabIndex={0} role="group" aria-label="Payload as text">
      <code>
        {text.slice(0, start)}
        {end > start ? <mark className={classes.fault}>{text.slice(start, end)}</mark> : null}
        {text.slice(end)}
      </code>
    </pre>
  );
}

interface PayloadHexProps {
  base64: string;
  length: number;
  fault: Fault | null;
}

/** The payload byte by byte, the same place marked. */
export function PayloadHex({ base64, length, fault }: PayloadHexProps) {
  const data = useMemo(() => fromBase64(base64), [base64]);
  const lines = useMemo(() => hexLines(data, WIDTH, MOST_BYTES), [data]);
  const shown = Math.min(data.length, MOST_BYTES);
  return (
    <>
      {/* biome-ignore lint/a11y: a region that scrolls must be reachable by keyboard */}
      <div className={classes.code} tabIndex={0} role="group" aria-label="Payload as bytes">
        {lines.map((line) => (
          <HexRow key={line.offset} line={line} fault={fault} />
        ))}
      </div>
      {shown < length ? (
        <p className={classes.cut}>
          The first {count(shown)} of {count(length)} bytes.
        </p>
      ) : null}
    </>
  );
}

/** A run of neighbouring bytes that are all marked or all not. */
interface Run {
  at: number;
  marked: boolean;
  bytes: number[];
}

function runs(line: HexLine, fault: Fault | null): Run[] {
  const found: Run[] = [];
  line.bytes.forEach((byte, index) => {
    const at = line.offset + index;
    const marked = fault !== null && at >= fault.bytes.start && at < fault.bytes.end;
    const last = found.at(-1);
    if (last && last.marked === marked) last.bytes.push(byte);
    else found.push({ at, marked, bytes: [byte] });
  });
  return found;
}

function HexRow({ line, fault }: { line: HexLine; fault: Fault | null }) {
  const parts = runs(line, fault);
  const padding = "   ".repeat(WIDTH - line.bytes.length);
  return (
    <div className={classes.hex}>
      <span className={classes.offset}>{line.offset.toString(16).padStart(4, "0")}</span>
      <span>
        {parts.map((part) => (
          <Fragment key={part.at}>
            <Marked marked={part.marked}>{part.bytes.map(hexByte).join(" ")}</Marked>{" "}
          </Fragment>
        ))}
        {padding}
      </span>
      <span className={classes.ascii}>
        {parts.map((part) => (
          <Marked key={part.at} marked={part.marked}>
            {part.bytes.map(printable).join("")}
          </Marked>
        ))}
      </span>
    </div>
  );
}

function Marked({ marked, children }: { marked: boolean; children: string }) {
  return marked ? <mark className={classes.fault}>{children}</mark> : <span>{children}</span>;
}
