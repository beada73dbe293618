import { SegmentedControl } from "@mantine/core";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useCatalogue } from "../../data/metrics";
import type { Comparison, ExploreSearch } from "../../lib/search";
import { isFixed, type Span } from "../../lib/windows";
import { PageHeader, Panel } from "../../ui/panel";
import { Empty } from "../../ui/states";
import { TimeToolbar } from "../../ui/time-toolbar";
import { Actions } from "./actions";
import { DevicePicker } from "./device-picker";
import classes from "./explore.module.css";
import { ExploreChart } from "./explore-chart";
import { MetricPicker } from "./metric-picker";
import { useExploreWindow } from "./use-explore-window";

const NONE: string[] = [];
const FOLLOW = "1h";

/** Several devices and metrics on one time axis; the address holds the whole view. */
export function ExplorePage() {
  const search = useSearch({ from: "/signed-in/explore" });
  const navigate = useNavigate({ from: "/explore" });
  const catalogue = useCatalogue();
  const devices = search.device ?? NONE;
  const metrics = search.metric ?? NONE;
  const { span, window, oldest } = useExploreWindow(search, devices);
  const change = (next: Partial<ExploreSearch>): void =>
    void navigate({ search: (before) => ({ ...before, ...next }), replace: true, resetScroll: false });
  const choose = (next: Span): void =>
    void navigate({
      search: ({ range: _range, from: _from, to: _to, ...rest }) => ({ ...rest, ...next }),
      replace: true,
      resetScroll: false,
    });
  const selection = { devices, metrics, window };

  return (
    <>
      <PageHeader title="Explore" note="Several devices and metrics on one time axis">
        <Actions selection={selection} span={span} search={search} />
      </PageHeader>
      <div className={classes.pickers}>
        <DevicePicker chosen={devices} onChange={(device) => change({ device })} />
        <MetricPicker catalogue={catalogue} chosen={metrics} onChange={(metric) => change({ metric })} />
      </div>
      <TimeToolbar span={span} window={window} onSpan={choose} follow={FOLLOW}>
        <SegmentedControl
          size="xs"
          aria-label="Compare with"
          value={search.compare ?? "none"}
          onChange={(value) =>
            change({
              compare: value === "none" ? undefined : (value as Comparison),
            } as Partial<ExploreSearch>)
          }
          data={[
            { value: "none", label: "No comparison" },
            { value: "day", label: "Day before" },
            { value: "week", label: "Week before" },
          ]}
        />
      </TimeToolbar>
      {devices.length === 0 || metrics.length === 0 ? (
        <Panel title="Nothing chosen yet">
          <Empty title={devices.length === 0 ? "Choose a device" : "Choose a metric"}>
            Every chosen metric becomes a chart, every device a line in it.
          </Empty>
        </Panel>
      ) : (
        <div className={classes.charts}>
          {metrics.map((metric) => (
            <ExploreChart
              key={metric}
              metric={metric}
              known={catalogue.get(metric)}
              devices={devices}
              span={span}
              window={window}
              oldest={oldest}
              compare={search.compare}
              onWindow={(from, to) => choose({ from: Math.round(from), to: Math.round(to) })}
              onReset={() => {
                if (isFixed(span)) choose({ range: FOLLOW });
              }}
            />
          ))}
        </div>
      )}
    </>
  );
}
