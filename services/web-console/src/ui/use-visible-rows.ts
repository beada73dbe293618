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

/** Rows drawn beyond what is seen, so that a quick scroll does not show blanks. */
const MARGIN = 12;

/** Which rows of a fixed height a scrolling box shows; only those are drawn. */
export function useVisibleRows(count: number, rowHeight: number): VisibleRows {
  const container = useRef<HTMLDivElement>(null);
  const [view, setView] = useState({ first: 0, rows: 30 });
  useEffect(() => {
    const box = container.current;
    if (!box) return;
    const measure = (): void => {
      const first = Math.floor(box.scrollTop / rowHeight);
      const rows = Math.ceil(box.clientHeight / rowHeight);
      setView((known) => (known.first === first && known.rows === rows ? known : { first, rows }));
    };
    measure();
    box.addEventListener("scroll", measure, { passive: true });
    const resize = new ResizeObserver(measure);
    resize.observe(box);
    return () => {
      box.removeEventListener("scroll", measure);
      resize.disconnect();
    };
  }, [rowHeight]);
  const start = Math.max(0, Math.min(view.first, count) - MARGIN);
  const end = Math.min(count, view.first + view.rows + MARGIN);
  return { container, start, end, before: start * rowHeight, after: Math.max(0, count - end) * rowHeight };
}
