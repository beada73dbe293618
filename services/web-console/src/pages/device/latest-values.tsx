import type { LatestValue, Metric } from "../../api/types";
import { displayOf, valueText } from "../../lib/format";
import { Panel } from "../../ui/panel";
import { Empty } from "../../ui/states";
import { numeric, Table } from "../../ui/table";
import { Tag } from "../../ui/tag";
import { TimeAgo } from "../../ui/time";
import classes from "./device.module.css";

interface LatestValuesProps {
  values: readonly LatestValue[];
  metrics: ReadonlyMap<string, Metric>;
  converted: boolean;
}

/** The newest value of each metric, by the time it was measured. */
export function LatestValues({ values, metrics, converted }: LatestValuesProps) {
  return (
    <Panel title="Latest values" flush>
      {values.length === 0 ? (
        <Empty title="No values yet" />
      ) : (
        <Table label="Latest values">
          <thead>
            <tr>
              <th scope="col">Metric</th>
              <th scope="col" className={numeric}>
                Value
              </th>
              <th scope="col" className={numeric}>
                Measured
              </th>
            </tr>
          </thead>
          <tbody>
            {values.map((item) => (
              <LatestRow
                key={item.metric}
                item={item}
                metric={metrics.get(item.metric)}
                converted={converted}
              />
            ))}
          </tbody>
        </Table>
      )}
    </Panel>
  );
}

function LatestRow({
  item,
  metric,
  converted,
}: {
  item: LatestValue;
  metric: Metric | undefined;
  converted: boolean;
}) {
  const display = displayOf(item.metric, metric, converted, item.unit);
  return (
    <tr>
      <td>
        <div>{display.label}</div>
        <code className={classes.raw}>{item.metric}</code>{" "}
        {metric && !metric.listed ? <Tag>unlisted</Tag> : null}
      </td>
      <td className={numeric}>
        <strong>{valueText(item.value, display)}</strong> <span className="muted">{display.unit}</span>
      </td>
      <td className={numeric}>
        <TimeAgo time={item.recorded_at} />
      </td>
    </tr>
  );
}
