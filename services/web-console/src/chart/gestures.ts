import type uPlot from "uplot";
import type { PlotEvents } from "./use-uplot";

const SETTLED_AFTER = 180;
/** Nothing shorter is shown, in milliseconds. */
const SHORTEST = 1_000;

/**
 * Dragging chooses a part of the time, dragging with Shift moves along it, the wheel with Ctrl zooms around the
 * pointer, a click picks an instant and a double click leads back. Whatever is chosen is only told, not applied:
 * the page decides, so that all its charts and its address agree.
 */
export function bindGestures(plot: uPlot, events: () => PlotEvents): () => void {
  const { over } = plot;
  const stop = new AbortController();
  const on = <K extends keyof HTMLElementEventMap>(
    name: K,
    listener: (event: HTMLElementEventMap[K]) => void,
    options: AddEventListenerOptions = {},
  ): void => over.addEventListener(name, listener, { ...options, signal: stop.signal });

  const timeAt = (left: number): number => plot.posToVal(left, "x") * 1_000;
  let chosen = false;
  plot.hooks.setSelect = [
    ...(plot.hooks.setSelect ?? []),
    () => {
      const { left, width } = plot.select;
      if (width < 4) return;
      chosen = true;
      plot.setSelect({ left: 0, width: 0, top: 0, height: 0 }, false);
      const from = timeAt(left);
      events().onWindow?.(from, Math.max(timeAt(left + width), from + SHORTEST));
    },
  ];

  on(
    "mousedown",
    (event) => {
      chosen = false;
      if (event.shiftKey && events().onWindow) {
        event.stopImmediatePropagation();
        pan(plot, event, (from, to) => events().onWindow?.(from, to));
        chosen = true;
      }
    },
    { capture: true },
  );
  on("click", (event) => {
    if (chosen || event.detail > 1) return;
    events().onPick?.(timeAt(event.offsetX));
  });
  on("dblclick", () => events().onReset?.());

  let settle: ReturnType<typeof setTimeout> | undefined;
  on(
    "wheel",
    (event) => {
      const { min, max } = plot.scales.x ?? {};
      if (!(event.ctrlKey || event.metaKey) || min == null || max == null || !events().onWindow) return;
      event.preventDefault();
      const factor = event.deltaY > 0 ? 1.25 : 0.8;
      const center = plot.posToVal(event.offsetX, "x");
      plot.setScale("x", { min: center - (center - min) * factor, max: center + (max - center) * factor });
      clearTimeout(settle);
      settle = setTimeout(() => report(plot, (from, to) => events().onWindow?.(from, to)), SETTLED_AFTER);
    },
    { passive: false },
  );

  return () => {
    clearTimeout(settle);
    stop.abort();
  };
}

function report(plot: uPlot, tell: (from: number, to: number) => void): void {
  const { min, max } = plot.scales.x ?? {};
  if (min != null && max != null) tell(min * 1_000, Math.max(max * 1_000, min * 1_000 + SHORTEST));
}

function pan(plot: uPlot, start: MouseEvent, tell: (from: number, to: number) => void): void {
  const { min, max } = plot.scales.x ?? {};
  if (min == null || max == null) return;
  const perPixel = (max - min) / plot.over.clientWidth;
  const done = new AbortController();
  document.addEventListener(
    "mousemove",
    (event) => {
      const shift = (start.clientX - event.clientX) * perPixel;
      plot.setScale("x", { min: min + shift, max: max + shift });
    },
    { signal: done.signal },
  );
  document.addEventListener(
    "mouseup",
    () => {
      done.abort();
      report(plot, tell);
    },
    { signal: done.signal },
  );
}
