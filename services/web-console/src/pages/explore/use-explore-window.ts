import { useQueries } from "@tanstack/react-query";
import { oldestOptions } from "../../data/history";
import { windowOf } from "../../lib/ranges";
import type { ExploreSearch } from "../../lib/search";
import { isFixed, type Span, type Window } from "../../lib/windows";
import { useNow } from "../../ui/now";

export interface ExploreWindow {
  span: Span;
  window: Window;
  /** The first reading of each device; undefined until it is known. */
  oldest: ReadonlyMap<string, number | null | undefined>;
}

/** The part of the time in the address, or the last hour; not from before the first of the chosen devices began. */
export function useExploreWindow(search: ExploreSearch, devices: readonly string[]): ExploreWindow {
  const now = useNow();
  const { range, from, to } = search;
  const span: Span = from !== undefined && to !== undefined ? { from, to } : { range: range ?? "1h" };
  const answers = useQueries({ queries: devices.map(oldestOptions) });
  const oldest = new Map(devices.map((serial, index) => [serial, answers[index]?.data]));
  const known = [...oldest.values()].flatMap((at) => at ?? []);
  const first = known.length > 0 ? Math.min(...known) : null;
  return { span, window: isFixed(span) ? span : windowOf(span.range, now, first, now, first), oldest };
}
