/** One value in time; of a minute, an hour or a day also its least and greatest. */
export interface Point {
  /** Unix milliseconds. */
  at: number;
  value: number;
  min?: number;
  max?: number;
}

/** Columns of one line: Unix seconds ascending, and what is drawn at each; null breaks the line. */
export interface Series {
  times: number[];
  values: (number | null)[];
  lows: (number | null)[];
  highs: (number | null)[];
}

/** Merges points into ascending order; of equal instants with equal values one stays. */
export function mergePoints(...sets: readonly (readonly Point[])[]): Point[] {
  const all = sets.flat();
  // Live readings mostly follow what was fetched: then there is nothing to sort.
  if (all.some(({ at }, index) => at < (all[index - 1]?.at ?? at))) all.sort((a, b) => a.at - b.at);
  return all.filter((point, index) => {
    const before = all[index - 1];
    return !before || before.at !== point.at || before.value !== point.value;
  });
}

function median(sorted: number[]): number {
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

/** The distance above which two neighbours are not joined by a line. */
export function gapThreshold(points: readonly Point[]): number {
  const steps: number[] = [];
  for (let index = 1; index < points.length; index++) {
    const step = (points[index]?.at ?? 0) - (points[index - 1]?.at ?? 0);
    if (step > 0) steps.push(step);
  }
  steps.sort((a, b) => a - b);
  return Math.max(median(steps) * 8, 60_000);
}

/**
 * Points within `[from, to]`, scaled, with the line broken where the device was silent for longer than `gap`.
 */
export function toSeries(
  points: readonly Point[],
  factor: number,
  from: number,
  to: number,
  gap = gapThreshold(points),
): Series {
  const series: Series = { times: [], values: [], lows: [], highs: [] };
  const add = (at: number, value: number | null, low: number | null, high: number | null): void => {
    series.times.push(at / 1_000);
    series.values.push(value);
    series.lows.push(low);
    series.highs.push(high);
  };
  let previous: number | null = null;
  for (const { at, value, min, max } of points) {
    if (at < from || at > to) continue;
    if (previous !== null && at - previous > gap) add((previous + at) / 2, null, null, null);
    add(at, value * factor, min === undefined ? null : min * factor, max === undefined ? null : max * factor);
    previous = at;
  }
  return series;
}

export interface Summary {
  count: number;
  min: number;
  max: number;
  last: number;
}

/** What a person who cannot see the chart is told about it. */
export function summarize(series: Series): Summary | null {
  let summary: Summary | null = null;
  series.values.forEach((value, index) => {
    if (value === null) return;
    const low = series.lows[index] ?? value;
    const high = series.highs[index] ?? value;
    summary = summary
      ? {
          count: summary.count + 1,
          min: Math.min(summary.min, low),
          max: Math.max(summary.max, high),
          last: value,
        }
      : { count: 1, min: low, max: high, last: value };
  });
  return summary;
}
