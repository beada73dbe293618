import { duration, SECOND } from "../lib/time";
import { useNow } from "./now";
import { Tag } from "./tag";

/** Says when polled data is older than it should be; says nothing while it is fresh. */
export function Freshness({ updatedAt, every }: { updatedAt: number; every: number }) {
  const now = useNow();
  const age = now - updatedAt;
  if (updatedAt === 0 || age < every * 3 + 2 * SECOND) return null;
  return <Tag tone="warn">Stale: {duration(age)} old</Tag>;
}
