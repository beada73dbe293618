import type { Device, LatestValue, Metric } from "../../api/types";
import { lineColor } from "../../chart/colors";
import { displayOf } from "../../lib/format";
import type { Point } from "../../lib/series";
import { isFixed } from "../../lib/windows";
import { Panel } from "../../ui/panel";
import { Empty } from "../../ui/states";
import { TimeToolbar } from "../../ui/time-toolbar";
import classes from "./device.module.css";
import { LatestValues } from "./latest-values";
import { LiveReadings } from "./live-readings";
import { MetricChart } from "./metric-chart";
import { UnitSwitch } from "./unit-switch";
import type { DeviceLive } from "./use-device-live";
import { useDeviceMarks } from "./use-marks";
import { useDeviceWindow } from "./use-window";

const NONE: Point[] = [];

interface DeviceChartsProps {
  device: Device;
  values: readonly LatestValue[];
  metrics: ReadonlyMap<string, Metric>;
  live: DeviceLive;
  converted: boolean;
  onConverted: (converted: boolean) => void;
  onPick: (at: number, metric: string) => void;
}

/** All metrics of a device over one part of the time, beside its latest and its live readings. */
export function DeviceCharts(props: DeviceChartsProps) {
  const { device, values, metrics, live, converted } = props;
  const { span, window, choose, follow, oldest } = useDeviceWindow(device, values);
  const marks = useDeviceMarks(device.serial, window);
  const charted = values.filter(({ value }) => typeof value !== "string");
  return (
    <>
      <TimeToolbar span={span} window={window} onSpan={choose} follow={follow}>
        <UnitSwitch values={values} metrics={metrics} converted={converted} onConverted={props.onConverted} />
      </TimeToolbar>
      <div className={classes.columns}>
        <div className={classes.charts}>
          {charted.map(({ metric, unit, value }, index) => (
            <MetricChart
              key={metric}
              source={{
                serial: device.serial,
                metric,
                span,
                oldest,
                live: live.state.phase === "live",
              }}
              window={window}
              display={displayOf(metric, metrics.get(metric), converted, unit)}
              color={lineColor(index)}
              stepped={typeof value === "boolean"}
              livePoints={live.points.get(metric) ?? NONE}
              marks={marks}
              onWindow={(from, to) => choose({ from: Math.round(from), to: Math.round(to) })}
              onPick={(at) => props.onPick(Math.round(at), metric)}
              onReset={() => {
                if (isFixed(span)) choose({ range: follow });
              }}
            />
          ))}
          {values.length === 0 ? <NoReadings serial={device.serial} /> : <Hint />}
        </div>
        <div className={classes.side}>
          <LatestValues values={values} metrics={metrics} converted={converted} />
          <LiveReadings live={live} metrics={metrics} converted={converted} />
        </div>
      </div>
    </>
  );
}

function Hint() {
  return (
    <p className={classes.hint}>
      Drag to zoom, drag with Shift to move, double-click to go back. Click where a reading is missing to
      learn why.
    </p>
  );
}

function NoReadings({ serial }: { serial: string }) {
  return (
    <Panel title="Readings">
      <Empty title="This device has not sent a reading yet">
        It publishes to <code>sens/v1/{serial}/telemetry</code>. The first reading appears here by itself.
      </Empty>
    </Panel>
  );
}
