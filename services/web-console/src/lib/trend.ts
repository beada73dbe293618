import type { Series } from "./series";

/** Counters at an instant. */
export interface Sample {
  /** Unix milliseconds. */
  at: number;
  messages: number;
  readings: number;
  /** Messages that wait; null while nobody knows. */
  pending: number | null;
}

/** How long samples are kept. */
export const TREND_LENGTH = 10 * 60_000;
/** Two samples further apart than this tell nothing of what lies between. */
const LONGEST_STEP = 15_000;
/** Rates are means over about this long, so that they do not jump with the moment of asking. */
const SMOOTHED_OVER = 6_000;

/** The samples with one more, without those that are too old; the same array when there is nothing new. */
export function addSample(samples: readonly Sample[], next: Sample): readonly Sample[] {
  const last = samples.at(-1);
  if (last && next.at <= last.at) return samples;
  return [...samples.filter(({ at }) => at >= next.at - TREND_LENGTH), next];
}

/** A counter's rate per second between samples, the line broken where none were taken. */
export function rates(samples: readonly Sample[], counter: "messages" | "readings"): Series {
  const series: Series = { times: [], values: [], lows: [], highs: [] };
  let first = 0;
  samples.forEach((sample, index) => {
    const before = samples[index - 1];
    if (!before) return;
    const broken = sample.at - before.at > LONGEST_STEP || sample[counter] < before[counter];
    if (broken) first = index;
    while ((samples[first + 1]?.at ?? sample.at) <= sample.at - SMOOTHED_OVER) first++;
    const start = samples[first];
    const length = start ? sample.at - start.at : 0;
    add(series, sample.at, broken || !start ? null : ((sample[counter] - start[counter]) * 1_000) / length);
  });
  return series;
}

/** How many messages waited. */
export function waiting(samples: readonly Sample[]): Series {
  const series: Series = { times: [], values: [], lows: [], highs: [] };
  for (const { at, pending } of samples) add(series, at, pending);
  return series;
}

function add(series: Series, at: number, value: number | null): void {
  series.times.push(at / 1_000);
  series.values.push(value);
  series.lows.push(null);
  series.highs.push(null);
}
