import type { Metric } from "../../api/types";
import { displayOf } from "../../lib/format";
import classes from "./explore.module.css";

interface MetricPickerProps {
  catalogue: ReadonlyMap<string, Metric>;
  chosen: readonly string[];
  onChange: (chosen: string[]) => void;
}

/** All metrics that can be drawn; each is a switch. */
export function MetricPicker({ catalogue, chosen, onChange }: MetricPickerProps) {
  const drawable = [...catalogue.values()].filter(({ kind }) => kind !== "text");
  return (
    <fieldset className={classes.metrics}>
      <legend className="visually-hidden">Metrics</legend>
      {drawable.map((metric) => {
        const on = chosen.includes(metric.name);
        const { label, unit } = displayOf(metric.name, metric, false);
        return (
          <button
            key={metric.name}
            type="button"
            className={classes.metric}
            aria-pressed={on}
            title={metric.name}
            onClick={() =>
              onChange(on ? chosen.filter((each) => each !== metric.name) : [...chosen, metric.name])
            }
          >
            {label} {unit ? <span className={classes.unit}>{unit}</span> : null}
          </button>
        );
      })}
    </fieldset>
  );
}
