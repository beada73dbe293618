import { Button, NativeSelect, TextInput } from "@mantine/core";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { $api } from "../../api/client";
import type { Explanation, LatestValue, Metric, NearReading } from "../../api/types";
import { count, counted, displayOf, valueText } from "../../lib/format";
import { fromLocalInput, localDateTime, millis, toLocalInput } from "../../lib/time";
import { verdictTone } from "../../payload/verdict";
import { Notice } from "../../ui/notice";
import { Panel } from "../../ui/panel";
import { Answered, Empty } from "../../ui/states";
import { numeric, Table, wideOnly } from "../../ui/table";
import { LocalTime } from "../../ui/time";
import classes from "./device.module.css";
import { MessageTable, StartList } from "./explanation-parts";

const WITHIN = [
  { value: "60", label: "1 minute around it" },
  { value: "300", label: "5 minutes around it" },
  { value: "3600", label: "1 hour around it" },
  { value: "86400", label: "1 day around it" },
];

const MOST_FINDINGS = 10;

interface MissingProps {
  serial: string;
  values: readonly LatestValue[];
  metrics: ReadonlyMap<string, Metric>;
}

/** Why a reading is there or not: everything that happened to the device around a time. */
export function Missing({ serial, values, metrics }: MissingProps) {
  const search = useSearch({ from: "/signed-in/devices/$serial" });
  const navigate = useNavigate({ from: "/devices/$serial" });
  const [opened] = useState(() => Date.now());
  const at = search.at ?? opened;
  const [typed, setTyped] = useState({ for: at, text: toLocalInput(at) });
  // Another instant in the address, such as by the browser's Back, replaces what was typed.
  const text = typed.for === at ? typed.text : toLocalInput(at);
  const [within, setWithin] = useState("300");
  const metric = search.metric ?? "";
  const look = (event: FormEvent): void => {
    event.preventDefault();
    const chosen = fromLocalInput(text);
    if (chosen !== null) void navigate({ search: (before) => ({ ...before, at: chosen }), replace: true });
  };
  return (
    <div className={classes.rows}>
      <form className={classes.question} onSubmit={look}>
        <TextInput
          size="xs"
          type="datetime-local"
          step={1}
          label="When should it have been? (local time)"
          value={text}
          onChange={(event) => setTyped({ for: at, text: event.currentTarget.value })}
        />
        <NativeSelect
          size="xs"
          label="Metric"
          value={metric}
          data={[
            { value: "", label: "any" },
            ...values.map((value) => ({
              value: value.metric,
              label: displayOf(value.metric, metrics.get(value.metric), false).label,
            })),
          ]}
          onChange={({ currentTarget: { value } }) =>
            void navigate({
              search: ({ metric: _metric, ...rest }) => (value ? { ...rest, metric: value } : rest),
              replace: true,
            })
          }
        />
        <NativeSelect
          size="xs"
          label="Look at"
          value={within}
          data={WITHIN}
          onChange={(event) => setWithin(event.currentTarget.value)}
        />
        <Button size="xs" type="submit">
          Explain
        </Button>
      </form>
      <Answer serial={serial} at={at} within={Number(within)} metric={metric} metrics={metrics} />
    </div>
  );
}

interface AnswerProps {
  serial: string;
  at: number;
  within: number;
  metric: string;
  metrics: ReadonlyMap<string, Metric>;
}

function Answer({ serial, at, within, metric, metrics }: AnswerProps) {
  const query = { at: new Date(at).toISOString(), within, ...(metric ? { metric } : {}) };
  const explanation = $api.useQuery("get", "/v1/devices/{serial}/explain", {
    params: { path: { serial }, query },
  });
  return (
    <Answered query={explanation} what="The explanation" lines={6}>
      {(data) => <Explained explanation={data} metrics={metrics} />}
    </Answered>
  );
}

interface ExplainedProps {
  explanation: Explanation;
  metrics: ReadonlyMap<string, Metric>;
}

function Explained({ explanation, metrics }: ExplainedProps) {
  const { verdict, findings, readings, claimed, messages, unattributed, starts } = explanation;
  const others = findings.filter(({ text }) => text !== verdict.text);
  return (
    <>
      <Panel
        title={`Around ${localDateTime(millis(explanation.at))}`}
        aside={`${count(explanation.readings_stored)} readings stored here`}
      >
        <div className={classes.verdict} data-tone={verdictTone(verdict.code)}>
          <strong>{verdict.text}</strong>
          <code>{verdict.code}</code>
        </div>
        {others.length > 0 ? (
          <ul className={classes.findings}>
            {others.slice(0, MOST_FINDINGS).map(({ code, text }) => (
              <li key={text}>
                {text} <code className={classes.raw}>{code}</code>
              </li>
            ))}
            {others.length > MOST_FINDINGS ? (
              <li className="muted">and {counted(others.length - MOST_FINDINGS, "more finding")}</li>
            ) : null}
          </ul>
        ) : null}
        {explanation.complete ? null : (
          <Notice tone="warn">
            NATS cannot be reached: what still waits there is not part of this explanation.
          </Notice>
        )}
      </Panel>
      <Readings title="Nearest readings in the store" readings={readings} metrics={metrics} />
      {claimed.length > 0 ? (
        <Readings
          title="Readings that claim this time and stand elsewhere"
          readings={claimed}
          metrics={metrics}
        />
      ) : null}
      {messages.length > 0 ? (
        <Panel flush title="What arrived from it">
          <MessageTable messages={messages} />
        </Panel>
      ) : null}
      {unattributed.length > 0 ? (
        <Panel flush title="What arrived from nobody knows whom">
          <MessageTable messages={unattributed} />
        </Panel>
      ) : null}
      <StartList starts={starts} />
    </>
  );
}

interface ReadingsProps {
  title: string;
  readings: readonly NearReading[];
  metrics: ReadonlyMap<string, Metric>;
}

function Readings({ title, readings, metrics }: ReadingsProps) {
  return (
    <Panel flush title={title}>
      {readings.length === 0 ? (
        <Empty title="None">No reading of this time is stored.</Empty>
      ) : (
        <Table label={title}>
          <thead>
            <tr>
              <th scope="col">Measured</th>
              <th scope="col">Metric</th>
              <th scope="col" className={numeric}>
                Value
              </th>
              <th scope="col" className={wideOnly}>
                Claimed
              </th>
              <th scope="col" className={wideOnly}>
                Time
              </th>
            </tr>
          </thead>
          <tbody>
            {readings.map((reading) => {
              const display = displayOf(reading.metric, metrics.get(reading.metric), false);
              return (
                <tr key={`${reading.message_id}${reading.metric}${reading.recorded_at}`}>
                  <td>
                    <LocalTime time={reading.recorded_at} />
                  </td>
                  <td>{display.label}</td>
                  <td className={numeric}>
                    {valueText(reading.value, display)} <span className="muted">{display.unit}</span>
                  </td>
                  <td className={wideOnly}>
                    <LocalTime time={reading.device_time ?? null} />
                  </td>
                  <td className={wideOnly}>{reading.quality.replaceAll("_", " ")}</td>
                </tr>
              );
            })}
          </tbody>
        </Table>
      )}
    </Panel>
  );
}
