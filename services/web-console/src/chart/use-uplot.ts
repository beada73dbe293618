import { type RefObject, useEffect, useRef } from "react";
import uPlot from "uplot";

/** What a chart is given at each render: its columns and the time window they are seen through (seconds). */
export interface PlotInput {
  data: uPlot.AlignedData;
  from: number;
  to: number;
}

interface PlotHooks {
  /** Everything but size and data; read once, when the chart is made. */
  options: () => Omit<uPlot.Options, "width" | "height">;
  height: number;
  /** Changes when the chart has to be made anew, such as another kind of line. */
  shape: string;
  onZoom: (zoomed: boolean) => void;
}

export interface Plot {
  container: RefObject<HTMLDivElement | null>;
  resetZoom: () => void;
}

/** A uPlot chart that follows its container's width, the colour scheme and its data; dragging zooms. */
export function usePlot(input: PlotInput, { options, height, shape, onZoom }: PlotHooks): Plot {
  const container = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const zoomed = useRef(false);
  const latest = useRef({ input, options, onZoom });
  latest.current = { input, options, onZoom };

  const resetZoom = useRef(() => {
    zoomed.current = false;
    latest.current.onZoom(false);
    const { from, to } = latest.current.input;
    plot.current?.setScale("x", { min: from, max: to });
  });

  // biome-ignore lint/correctness/useExhaustiveDependencies: a new shape is what asks for a new chart
  useEffect(() => {
    const element = container.current;
    if (!element) return;
    const onDoubleClick = (): null => {
      resetZoom.current();
      return null;
    };
    const { options: make, input: first } = latest.current;
    const given = make();
    const made = new uPlot(
      {
        ...given,
        width: Math.max(element.clientWidth, 50),
        height,
        cursor: { ...given.cursor, bind: { dblclick: () => onDoubleClick } },
        hooks: {
          ...given.hooks,
          setSelect: [
            (self) => {
              if (self.select.width < 2) return;
              zoomed.current = true;
              latest.current.onZoom(true);
            },
          ],
        },
      },
      first.data,
      element,
    );
    plot.current = made;
    made.setScale("x", { min: first.from, max: first.to });
    const resize = new ResizeObserver(() =>
      made.setSize({ width: Math.max(element.clientWidth, 50), height }),
    );
    resize.observe(element);
    const scheme = new MutationObserver(() => made.redraw(false));
    scheme.observe(document.documentElement, { attributeFilter: ["data-mantine-color-scheme"] });
    return () => {
      resize.disconnect();
      scheme.disconnect();
      made.destroy();
      plot.current = null;
    };
  }, [height, shape]);

  useEffect(() => {
    const made = plot.current;
    if (!made) return;
    made.setData(input.data, false);
    const { min, max } = made.scales.x ?? {};
    const keep = zoomed.current && min != null && max != null;
    made.setScale("x", keep ? { min, max } : { min: input.from, max: input.to });
  }, [input]);

  return { container, resetZoom: resetZoom.current };
}
