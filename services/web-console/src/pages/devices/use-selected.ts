import { useMemo, useState } from "react";

/** Devices that were chosen to be changed together. */
export interface Selected {
  serials: ReadonlySet<string>;
  toggle: (serial: string) => void;
  set: (serials: readonly string[]) => void;
}

/** A choice of devices; another view, named by its key, starts with none. */
export function useSelected(view: string): Selected {
  const [state, setState] = useState<{ view: string; serials: ReadonlySet<string> }>({
    view,
    serials: new Set(),
  });
  return useMemo(() => {
    const serials = state.view === view ? state.serials : new Set<string>();
    return {
      serials,
      toggle: (serial) => {
        const next = new Set(serials);
        if (!next.delete(serial)) next.add(serial);
        setState({ view, serials: next });
      },
      set: (chosen) => setState({ view, serials: new Set(chosen) }),
    };
  }, [state, view]);
}
