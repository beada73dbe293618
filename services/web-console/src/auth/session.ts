import { useSyncExternalStore } from "react";

const STORAGE = "sens.session";

/** Who is signed in. The key lives in this tab's session storage only, never in an address or a cookie. */
export interface Session {
  key: string;
  name: string;
  role: string;
}

let current: Session | null = read();
let ended: "expired" | null = null;
const listeners = new Set<() => void>();

function read(): Session | null {
  try {
    const parsed: unknown = JSON.parse(sessionStorage.getItem(STORAGE) ?? "null");
    if (typeof parsed !== "object" || parsed === null) return null;
    const { key, name, role } = parsed as Partial<Session>;
    return typeof key === "string" && typeof name === "string" && typeof role === "string"
      ? { key, name, role }
      : null;
  } catch {
    return null;
  }
}

function publish(next: Session | null, reason: "expired" | null): void {
  current = next;
  ended = reason;
  if (next) sessionStorage.setItem(STORAGE, JSON.stringify(next));
  else sessionStorage.removeItem(STORAGE);
  for (const listener of listeners) listener();
}

export const session = {
  get: (): Session | null => current,
  /** Why the last session ended by itself, if it did. */
  endedBy: (): "expired" | null => ended,
  signIn: (next: Session): void => publish(next, null),
  signOut: (): void => publish(null, null),
  /** The platform no longer takes the key. */
  expire: (): void => {
    if (current) publish(null, "expired");
  },
  subscribe: (listener: () => void): (() => void) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
};

export function useSession(): Session | null {
  return useSyncExternalStore(session.subscribe, session.get);
}
