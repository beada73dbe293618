import { Switch } from "@mantine/core";
import type { LatestValue, Metric } from "../../api/types";

interface UnitSwitchProps {
  values: readonly LatestValue[];
  metrics: ReadonlyMap<string, Metric>;
  converted: boolean;
  onConverted: (converted: boolean) => void;
}

/** Ticks or millimetres, where a device has a metric that can be shown in both. */
export function UnitSwitch({ values, metrics, converted, onConverted }: UnitSwitchProps) {
  const found = values.flatMap(({ metric }) => {
    const known = metrics.get(metric);
    const other = known && (known.display_factor ?? 1) !== 1 && known.unit && known.display_unit;
    return other ? [known] : [];
  });
  const first = found[0];
  if (!first) return null;
  return (
    <Switch
      size="xs"
      label={`Show ${first.unit}s in ${first.display_unit}`}
      checked={converted}
      onChange={(event) => onConverted(event.currentTarget.checked)}
    />
  );
}
