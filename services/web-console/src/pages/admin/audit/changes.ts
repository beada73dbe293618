/** A member that a change made otherwise. */
export interface Changed {
  path: string;
  before: string | null;
  after: string | null;
}

function flat(value: unknown, path: string, into: Map<string, string>): void {
  if (value === null || value === undefined) return;
  if (typeof value === "object" && !Array.isArray(value)) {
    for (const [key, each] of Object.entries(value)) flat(each, path === "" ? key : `${path}.${key}`, into);
    return;
  }
  into.set(path, typeof value === "string" ? value : JSON.stringify(value));
}

/** What differs between what something was and what it became, member by member. */
export function changed(before: unknown, after: unknown): Changed[] {
  const was = new Map<string, string>();
  const is = new Map<string, string>();
  flat(before, "", was);
  flat(after, "", is);
  return [...new Set([...was.keys(), ...is.keys()])]
    .filter((path) => was.get(path) !== is.get(path))
    .map((path) => ({ path, before: was.get(path) ?? null, after: is.get(path) ?? null }));
}
