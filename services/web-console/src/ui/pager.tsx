import { Button } from "@mantine/core";
import classes from "./pager.module.css";

interface PagerProps {
  /** The cursors that led to the present page; empty on the first. */
  trail: readonly string[];
  next: string | null;
  busy: boolean;
  onTrail: (trail: string[]) => void;
}

/** Forward and back over a list that is paged by cursor; nothing when there is one page only. */
export function Pager({ trail, next, busy, onTrail }: PagerProps) {
  if (trail.length === 0 && next === null) return null;
  return (
    <nav className={classes.pager} aria-label="Pages">
      <span>Page {trail.length + 1}</span>
      <Button
        size="xs"
        variant="default"
        disabled={trail.length === 0}
        onClick={() => onTrail(trail.slice(0, -1))}
      >
        Previous
      </Button>
      <Button
        size="xs"
        variant="default"
        disabled={next === null || busy}
        onClick={() => next !== null && onTrail([...trail, next])}
      >
        Next
      </Button>
    </nav>
  );
}
