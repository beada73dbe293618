import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import type { Message, MessageReading } from "../../api/types";
import { counted } from "../../lib/format";
import { Panel } from "../../ui/panel";
import { Empty } from "../../ui/states";
import { numeric, Table } from "../../ui/table";
import { Tag, type Tone } from "../../ui/tag";
import { LocalTime } from "../../ui/time";
import classes from "./message.module.css";

/** What the platform knows about the message besides its bytes. */
export function Facts({ message }: { message: Message }) {
  const { rows_written, payload } = message;
  return (
    <Panel title="About this message">
      <dl className={classes.facts}>
        <Fact name="Outcome">{message.outcome ?? "not in the store"}</Fact>
        <Fact name="Source">{message.source ?? "not known"}</Fact>
        <Fact name="Sequence in the stream">{message.sequence}</Fact>
        <Fact name="Rows in the store">
          {rows_written.raw_record} raw, {counted(rows_written.readings, "reading")},{" "}
          {counted(rows_written.errors, "error")}
        </Fact>
        {payload && payload.kept < payload.length ? (
          <Fact name="Kept">
            the first {payload.kept} of {payload.length} bytes
          </Fact>
        ) : null}
        {message.traceparent ? (
          <Fact name="Trace">
            <code className={classes.trace}>{message.traceparent.split("-")[1] ?? message.traceparent}</code>
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

const FATE: Record<string, Tone> = {
  stored: "good",
  corrected: "info",
  duplicate: "quiet",
  expired: "warn",
  missing: "bad",
};

/** The good readings in the message, and what became of each. */
export function Readings({ message }: { message: Message }) {
  return (
    <Panel title="Its readings" flush>
      {message.readings.length === 0 ? (
        <Empty title="No good reading in it" />
      ) : (
        <Table label="Readings of this message">
          <thead>
            <tr>
              <th scope="col">Device</th>
              <th scope="col">Metric</th>
              <th scope="col" className={numeric}>
                Value
              </th>
              <th scope="col">Measured</th>
              <th scope="col">Fate</th>
            </tr>
          </thead>
          <tbody>
            {message.readings.map((reading, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: the readings of a message never change their order
              <ReadingRow key={index} reading={reading} />
            ))}
          </tbody>
        </Table>
      )}
    </Panel>
  );
}

function ReadingRow({ reading }: { reading: MessageReading }) {
  const { serial, metric, value, recorded_at, quality, fate, duplicate_of, correction } = reading;
  return (
    <tr>
      <td>
        <Link to="/devices/$serial" params={{ serial }}>
          {serial}
        </Link>
      </td>
      <td>
        <code>{metric}</code>
      </td>
      <td className={numeric}>{String(value)}</td>
      <td>
        <LocalTime time={recorded_at} />
        {quality === "ok" ? null : <div className="muted">{quality.replaceAll("_", " ")}</div>}
      </td>
      <td>
        <Tag tone={FATE[fate] ?? "quiet"}>{fate}</Tag>
        {duplicate_of ? (
          <div className="muted">
            of{" "}
            <Link to="/messages/$id" params={{ id: duplicate_of }}>
              {duplicate_of}
            </Link>
          </div>
        ) : null}
        {correction == null ? null : (
          <div className="muted">
            by{" "}
            <Link to="/devices/$serial" params={{ serial }} search={{ tab: "corrections" }}>
              correction {correction}
            </Link>
          </div>
        )}
      </td>
    </tr>
  );
}
