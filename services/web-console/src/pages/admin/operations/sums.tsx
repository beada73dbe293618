import type { ReactNode } from "react";
import { count } from "../../../lib/format";
import own from "./operations.module.css";

/** What something came to: figures and words by name. */
export function Sums({ sums }: { sums: readonly (readonly [string, ReactNode])[] }) {
  if (sums.length === 0) return null;
  return (
    <dl className={own.sums}>
      {sums.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{typeof value === "number" ? count(value) : value}</dd>
        </div>
      ))}
    </dl>
  );
}
