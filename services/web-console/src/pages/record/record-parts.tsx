import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import type { RawRecord } from "../../api/types";
import { Panel } from "../../ui/panel";
import { Empty } from "../../ui/states";
import { numeric, Table } from "../../ui/table";
import { LocalTime } from "../../ui/time";
import classes from "./record.module.css";

/** What the platform knows about the record besides its bytes. */
export function Facts({ record }: { record: RawRecord }) {
  return (
    <Panel title="About this record">
      <dl className={classes.facts}>
        <Fact name="Outcome">{record.outcome}</Fact>
        <Fact name="Decoder">{record.decoder ?? "none claimed it"}</Fact>
        <Fact name="Source">{record.source}</Fact>
        <Fact name="Readings">
          {record.decoded_count} decoded, {record.error_count} failed
        </Fact>
        <Fact name="Stored">
          <LocalTime time={record.committed_at ?? null} />
        </Fact>
        {record.traceparent ? (
          <Fact name="Trace">
            <code className={classes.trace}>{record.traceparent.split("-")[1] ?? record.traceparent}</code>
          </Fact>
        ) : null}
      </dl>
    </Panel>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className={classes.fact}>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** The good readings in the record, and which record stored them first. */
export function Readings({ record }: { record: RawRecord }) {
  return (
    <Panel title="Its readings" flush>
      {record.readings.length === 0 ? (
        <Empty title="No reading of it is stored" />
      ) : (
        <Table label="Readings of this record">
          <thead>
            <tr>
              <th scope="col">Device</th>
              <th scope="col">Metric</th>
              <th scope="col" className={numeric}>
                Value
              </th>
              <th scope="col">Measured</th>
            </tr>
          </thead>
          <tbody>
            {record.readings.map((reading) => (
              <tr key={`${reading.serial}${reading.metric}${reading.recorded_at}${String(reading.value)}`}>
                <td>
                  <Link to="/devices/$serial" params={{ serial: reading.serial }}>
                    {reading.serial}
                  </Link>
                </td>
                <td>
                  <code>{reading.metric}</code>
                </td>
                <td className={numeric}>{String(reading.value)}</td>
                <td>
                  <LocalTime time={reading.recorded_at} />
                  {reading.raw_record_id === record.id ? null : (
                    <div className="muted">
                      a duplicate, stored by{" "}
                      <Link to="/records/$id" params={{ id: reading.raw_record_id }}>
                        {reading.raw_record_id}
                      </Link>
                    </div>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </Table>
      )}
    </Panel>
  );
}
