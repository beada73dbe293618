import { useSyncExternalStore } from "react";

/** Since when the platform has not answered, in milliseconds; null while it answers. */
let unreachableSince: number | null = null;
const listeners = new Set<() => void>();

function set(next: number | null): void {
  if ((next === null) === (unreachableSince === null)) return;
  unreachableSince = next;
  for (const listener of listeners) listener();
}

export const reachability = {
  answered: (): void => set(null),
  failed: (now = Date.now()): void => set(now),
  get: (): number | null => unreachableSince,
  subscribe: (listener: () => void): (() => void) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
};

export function useUnreachableSince(): number | null {
  return useSyncExternalStore(reachability.subscribe, reachability.get);
}
