/** The colours of lines, in the order they are given out; two neighbours are always told apart. */
export const LINE_COLORS = [
  "--chart-1",
  "--chart-2",
  "--chart-3",
  "--chart-4",
  "--chart-5",
  "--chart-6",
  "--chart-7",
  "--chart-8",
] as const;

export function lineColor(index: number): string {
  return LINE_COLORS[index % LINE_COLORS.length] ?? "--chart-1";
}

/** A colour of the page's present scheme. */
export function color(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}
