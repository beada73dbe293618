import { Button } from "@mantine/core";
import { useState } from "react";
import { $api } from "../../../api/client";
import type { Metric } from "../../../api/types";
import { usePermissions } from "../../../auth/roles";
import { decimal } from "../../../lib/format";
import { Panel } from "../../../ui/panel";
import { Answered, Empty } from "../../../ui/states";
import { numeric, Table, wideOnly } from "../../../ui/table";
import { Tag } from "../../../ui/tag";
import classes from "../admin.module.css";
import { EditMetric } from "./edit-metric";
import { Versions } from "./versions";

/** What is measured: units, valid ranges, names for people, and every change of them. */
export function MetricsPage() {
  const metrics = $api.useQuery("get", "/v1/metrics", {}, { refetchInterval: 10_000 });
  const { operate } = usePermissions();
  const [adding, setAdding] = useState(false);
  return (
    <Panel
      flush
      title="Metric catalogue"
      aside={
        operate ? (
          <Button size="compact-sm" onClick={() => setAdding(true)}>
            Add a metric
          </Button>
        ) : null
      }
    >
      <Answered query={metrics} what="The metrics" lines={5}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty title="No metrics" />
          ) : (
            <Table label="Metrics">
              <thead>
                <tr>
                  <th scope="col">Metric</th>
                  <th scope="col">Unit</th>
                  <th scope="col" className={`${numeric} ${wideOnly}`}>
                    Valid range
                  </th>
                  <th scope="col" className={wideOnly}>
                    Shown as
                  </th>
                  <th scope="col">
                    <span className="visually-hidden">Actions</span>
                  </th>
                </tr>
              </thead>
              <tbody>
                {items.map((metric) => (
                  <MetricRow key={metric.name} metric={metric} operate={operate} />
                ))}
              </tbody>
            </Table>
          )
        }
      </Answered>
      <EditMetric metric={null} open={adding} onClose={() => setAdding(false)} />
    </Panel>
  );
}

function rangeText({ min, max }: Metric): string {
  if (min == null && max == null) return "any";
  return `${min == null ? "" : decimal(min)} … ${max == null ? "" : decimal(max)}`;
}

function shownAs({ display_unit, display_factor, unit }: Metric): string {
  if (display_unit == null || display_factor == null || display_unit === unit) return unit ?? "–";
  return `${display_unit} (× ${decimal(display_factor)})`;
}

function MetricRow({ metric, operate }: { metric: Metric; operate: boolean }) {
  const [showing, setShowing] = useState<"edit" | "versions" | null>(null);
  return (
    <tr>
      <td>
        <strong className={classes.name}>{metric.display_name ?? metric.name}</strong>{" "}
        {metric.listed ? null : <Tag tone="warn">not described</Tag>}
        <div>
          <code className="muted">{metric.name}</code> <span className="muted">{metric.kind}</span>
        </div>
      </td>
      <td>{metric.unit ?? <span className="muted">–</span>}</td>
      <td className={`${numeric} ${wideOnly}`}>{rangeText(metric)}</td>
      <td className={wideOnly}>{shownAs(metric)}</td>
      <td className={classes.action}>
        <span className={classes.buttons}>
          <Button
            size="compact-xs"
            variant="default"
            onClick={() => setShowing("versions")}
            aria-label={`v${metric.version}, versions of ${metric.name}`}
          >
            v{metric.version}
          </Button>
          {operate ? (
            <Button
              size="compact-xs"
              variant="default"
              onClick={() => setShowing("edit")}
              aria-label={`Change ${metric.name}`}
            >
              Change
            </Button>
          ) : null}
        </span>
        <EditMetric metric={metric} open={showing === "edit"} onClose={() => setShowing(null)} />
        <Versions name={metric.name} open={showing === "versions"} onClose={() => setShowing(null)} />
      </td>
    </tr>
  );
}
