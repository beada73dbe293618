/** Labels as a person types them: pairs in their order, until they are sent. */
export interface LabelDraft {
  /** Names the row while it is edited. */
  id: number;
  key: string;
  value: string;
}

const PLAIN = /^[A-Za-z0-9._:/-]*$/;
const LONGEST = 63;

export function draftLabels(labels: Readonly<Record<string, string>>): LabelDraft[] {
  return Object.entries(labels).map(([key, value], id) => ({ id, key, value }));
}

/** What is wrong with a pair, or null. */
export function labelFault({ key, value }: Pick<LabelDraft, "key" | "value">): string | null {
  if (key === "" && value === "") return null;
  if (key === "") return "A label needs a key.";
  if (key.length > LONGEST || value.length > LONGEST) return `At most ${LONGEST} characters.`;
  return PLAIN.test(key) && PLAIN.test(value) ? null : "Only A-Z a-z 0-9 . _ : / - are taken.";
}

/** The labels of a draft; rows that were left empty are none. */
export function labelsOf(draft: readonly LabelDraft[]): Record<string, string> {
  return Object.fromEntries(draft.filter(({ key }) => key !== "").map(({ key, value }) => [key, value]));
}

/** What turns some labels into others, as a merge patch; null when nothing does. */
export function labelPatch(
  before: Readonly<Record<string, string>>,
  after: Readonly<Record<string, string>>,
): Record<string, string | null> | null {
  const patch: Record<string, string | null> = {};
  for (const key of Object.keys(before)) if (!(key in after)) patch[key] = null;
  for (const [key, value] of Object.entries(after)) if (before[key] !== value) patch[key] = value;
  return Object.keys(patch).length > 0 ? patch : null;
}
