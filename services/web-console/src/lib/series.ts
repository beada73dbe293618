/** Points of one metric: Unix seconds and values, ascending in time; null breaks the line. */
export interface Series {
  times: number[];
  values: (number | null)[];
}

export interface Point {
  /** Unix milliseconds. */
  at: number;
  value: number;
}

/** Merges points into ascending order; of equal instants with equal values one stays. */
export function mergePoints(...sets: readonly (readonly Point[])[]): Point[] {
  const all = sets.flat().sort((a, b) => a.at - b.at);
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

/** Points within `[from, to]`, scaled, with the line broken where the device was silent. */
export function toSeries(points: readonly Point[], factor: number, from: number, to: number): Series {
  const times: number[] = [];
  const values: (number | null)[] = [];
  const threshold = gapThreshold(points);
  let previous: number | null = null;
  for (const { at, value } of points) {
    if (at < from || at > to) continue;
    if (previous !== null && at - previous > threshold) {
      times.push((previous + at) / 2_000);
      values.push(null);
    }
    times.push(at / 1_000);
    values.push(value * factor);
    previous = at;
  }
  return { times, values };
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
  for (const value of series.values) {
    if (value === null) continue;
    summary = summary
      ? {
          count: summary.count + 1,
          min: Math.min(summary.min, value),
          max: Math.max(summary.max, value),
          last: value,
        }
      : { count: 1, min: value, max: value, last: value };
  }
  return summary;
}
