import { type RefObject, useEffect, useRef, useState } from "react";

export interface VisibleRows {
  container: RefObject<HTMLDivElement | null>;
  /** The first drawn row, and the one behind the last. */
  start: number;
  end: number;
  /** Pixels that the rows before and behind take. */
  before: number;
  after: number;
}

/** Rows drawn beyond what is seen, so that a scroll does not show blanks. */
const MARGIN = 12;
/** Milliseconds without scrolling after which a leap is over. */
const REST = 120;

export interface View {
  first: number;
  rows: number;
  margin: number;
}

/** What is seen now. After a leap nothing that was drawn is of use, and rows beyond would only delay those in sight. */
export function viewed(known: View, first: number, rows: number): View {
  const margin = Math.abs(first - known.first) > rows ? 0 : MARGIN;
  const same = known.first === first && known.rows === rows && known.margin === margin;
  return same ? known : { first, rows, margin };
}

/** Which rows of a fixed height a scrolling box shows; only those are drawn. */
export function useVisibleRows(count: number, rowHeight: number): VisibleRows {
  const container = useRef<HTMLDivElement>(null);
  const [view, setView] = useState<View>({ first: 0, rows: 30, margin: MARGIN });
  useEffect(() => {
    const box = container.current;
    if (!box) return;
    const measure = (): void => {
      const first = Math.floor(box.scrollTop / rowHeight);
      const rows = Math.ceil(box.clientHeight / rowHeight);
      setView((known) => viewed(known, first, rows));
    };
    let rest: ReturnType<typeof setTimeout> | undefined;
    const scrolled = (): void => {
      measure();
      clearTimeout(rest);
      rest = setTimeout(measure, REST);
    };
    measure();
    box.addEventListener("scroll", scrolled, { passive: true });
    const resize = new ResizeObserver(measure);
    resize.observe(box);
    return () => {
      clearTimeout(rest);
      box.removeEventListener("scroll", scrolled);
      resize.disconnect();
    };
  }, [rowHeight]);
  const start = Math.max(0, Math.min(view.first, count) - view.margin);
  const end = Math.min(count, view.first + view.rows + view.margin);
  return { container, start, end, before: start * rowHeight, after: Math.max(0, count - end) * rowHeight };
}
