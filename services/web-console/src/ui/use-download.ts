import { useState } from "react";
import { download } from "../lib/download";

export interface Download {
  /** Bytes that came so far; nothing while none is under way. */
  size: number | null;
  /** Why the last one failed. */
  error: unknown;
  /** Fetches a file and hands it to the browser; without a name under the one that the platform gives it. */
  run: (path: string, accept: string, name: string | null) => Promise<void>;
}

/** One download at a time, and how far it is. */
export function useDownload(): Download {
  const [size, setSize] = useState<number | null>(null);
  const [error, setError] = useState<unknown>(null);
  const run = async (path: string, accept: string, name: string | null): Promise<void> => {
    setError(null);
    setSize(0);
    try {
      await download(path, accept, name, setSize);
    } catch (failure) {
      setError(failure);
    } finally {
      setSize(null);
    }
  };
  return { size, error, run };
}
