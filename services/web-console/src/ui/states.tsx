import { Button, Skeleton } from "@mantine/core";
import type { ReactNode } from "react";
import { toApiError } from "../api/problem";
import { AlertIcon } from "./icons";
import classes from "./states.module.css";

/** Nothing to show, and why; `page` when it stands for the whole page. */
export function Empty({
  title,
  page = false,
  children,
}: {
  title: string;
  page?: boolean;
  children?: ReactNode;
}) {
  return (
    <div className={classes.state}>
      {page ? <h1>{title}</h1> : <p className={classes.title}>{title}</p>}
      {children ? <div className={classes.text}>{children}</div> : null}
    </div>
  );
}

/** What failed, in the platform's own words, and a way to try again. */
export function Failure({ error, onRetry, what }: { error: unknown; onRetry?: () => void; what: string }) {
  const problem = toApiError(error);
  return (
    <div className={classes.state} role="alert">
      <span className={classes.icon}>
        <AlertIcon size={20} />
      </span>
      <p className={classes.title}>{what} could not be loaded</p>
      <p className={classes.text}>{problem.message}</p>
      {problem.requestId ? (
        <p className={classes.request}>
          {problem.code} · request <code>{problem.requestId}</code>
        </p>
      ) : null}
      {onRetry ? (
        <Button size="xs" variant="default" onClick={onRetry}>
          Try again
        </Button>
      ) : null}
    </div>
  );
}

const WIDTHS = ["92%", "78%", "86%", "70%", "88%", "64%"];

/** Grey lines in the place of what is being loaded. */
export function Loading({ lines = 4, label = "Loading" }: { lines?: number; label?: string }) {
  return (
    <div className={classes.loading} role="status" aria-label={label}>
      {WIDTHS.slice(0, lines).map((width) => (
        <Skeleton key={width} height={14} width={width} radius="sm" />
      ))}
    </div>
  );
}

interface Answer<T> {
  data: T | undefined;
  error: unknown;
  isPending: boolean;
  refetch: () => unknown;
}

/** Loading, failed or there. Data that is there stays shown when a later refresh fails. */
export function Answered<T>(props: {
  query: Answer<T>;
  what: string;
  lines?: number;
  children: (data: T) => ReactNode;
}) {
  const { query, what, lines, children } = props;
  if (query.data !== undefined) return children(query.data);
  if (query.error) return <Failure error={query.error} onRetry={() => query.refetch()} what={what} />;
  return <Loading label={`Loading ${what.toLowerCase()}`} {...(lines ? { lines } : {})} />;
}
