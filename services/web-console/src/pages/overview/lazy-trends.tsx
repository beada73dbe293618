import { lazy, Suspense } from "react";
import type { Overview } from "../../api/types";
import { Panel } from "../../ui/panel";
import { Loading } from "../../ui/states";
import classes from "./overview.module.css";

// The first picture of the console does not wait for the code that draws lines.
const Trends = lazy(() => import("./trends"));

/** The live rate and lag, drawn as soon as the code for it is there. */
export function LazyTrends({ overview }: { overview: Overview }) {
  return (
    <Suspense fallback={<Placeholders />}>
      <Trends overview={overview} />
    </Suspense>
  );
}

function Placeholders() {
  return (
    <>
      {["Arriving and stored", "Waiting to be stored"].map((title) => (
        <div key={title} className={classes.half}>
          <Panel title={title}>
            <div className={classes.trend}>
              <Loading label={`Loading ${title.toLowerCase()}`} />
            </div>
          </Panel>
        </div>
      ))}
    </>
  );
}
