import type { DevicesSearch } from "./search";

/** A view of the devices that was given a name; it lives in this browser, its link works anywhere. */
export interface SavedView {
  name: string;
  search: DevicesSearch;
}

const STORAGE = "sens.device-views";

/** Reads the views that this browser keeps; what is damaged is passed over. */
export function readViews(parse: (search: Record<string, unknown>) => DevicesSearch): SavedView[] {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(STORAGE) ?? "[]");
    if (!Array.isArray(stored)) return [];
    return stored.flatMap((each: Partial<SavedView> | null) =>
      typeof each?.name === "string" && typeof each.search === "object"
        ? [{ name: each.name, search: parse({ ...each.search }) }]
        : [],
    );
  } catch {
    return [];
  }
}

/** Keeps a view; one of the same name is replaced. */
export function withView(views: readonly SavedView[], view: SavedView): SavedView[] {
  return [...views.filter(({ name }) => name !== view.name), view].sort((a, b) =>
    a.name.localeCompare(b.name),
  );
}

export function writeViews(views: readonly SavedView[]): void {
  localStorage.setItem(STORAGE, JSON.stringify(views));
}

/** Whether two views show the same. */
export function sameView(a: DevicesSearch, b: DevicesSearch): boolean {
  const sorted = (search: DevicesSearch): string =>
    JSON.stringify(Object.entries(search).sort(([left], [right]) => left.localeCompare(right)));
  return sorted(a) === sorted(b);
}
