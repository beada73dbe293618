import { type RefObject, useEffect, useRef } from "react";
import uPlot from "uplot";
import { bindGestures } from "./gestures";
import type { Mark } from "./marks";

/** What a chart is given at each render: its columns, and the time window they are seen through (seconds). */
export interface PlotInput {
  data: uPlot.AlignedData;
  from: number;
  to: number;
  marks: readonly Mark[];
}

export interface PlotEvents {
  /** Another part of the time was chosen, in milliseconds. */
  onWindow?: ((from: number, to: number) => void) | undefined;
  /** An instant was clicked, in milliseconds. */
  onPick?: ((at: number) => void) | undefined;
  /** Back to what was shown before any choice. */
  onReset?: (() => void) | undefined;
}

interface PlotHooks extends PlotEvents {
  /** Everything but size and data; read once, when the chart is made. */
  options: (latest: () => PlotInput) => Omit<uPlot.Options, "width" | "height">;
  height: number;
  /** Changes when the chart has to be made anew, such as another kind of line. */
  shape: string;
}

/** A uPlot chart that follows its container's width, the colour scheme and its data. */
export function usePlot(input: PlotInput, hooks: PlotHooks): RefObject<HTMLDivElement | null> {
  const { height, shape } = hooks;
  const container = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const latest = useRef({ input, hooks });
  latest.current = { input, hooks };

  // biome-ignore lint/correctness/useExhaustiveDependencies: a new shape is what asks for a new chart
  useEffect(() => {
    const element = container.current;
    if (!element) return;
    const { hooks: given, input: first } = latest.current;
    const width = (): number => Math.max(element.clientWidth, 50);
    const options = given.options(() => latest.current.input);
    const made = new uPlot({ ...options, width: width(), height }, first.data, element);
    plot.current = made;
    made.setScale("x", { min: first.from, max: first.to });
    const unbind = bindGestures(made, () => latest.current.hooks);
    const resize = new ResizeObserver(() => made.setSize({ width: width(), height }));
    resize.observe(element);
    const scheme = new MutationObserver(() => made.redraw(false));
    scheme.observe(document.documentElement, { attributeFilter: ["data-mantine-color-scheme"] });
    return () => {
      resize.disconnect();
      scheme.disconnect();
      unbind();
      made.destroy();
      plot.current = null;
    };
  }, [height, shape]);

  useEffect(() => {
    plot.current?.setData(input.data, false);
    plot.current?.setScale("x", { min: input.from, max: input.to });
  }, [input]);

  return container;
}
