import { Button } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { $api } from "../../api/client";
import type { Explanation, MessageSummary } from "../../api/types";
import { findFault } from "../../payload/fault";
import { PayloadHex, PayloadText } from "../../payload/payload";
import { verdictTone } from "../../payload/verdict";
import { Panel } from "../../ui/panel";
import { Answered, Empty } from "../../ui/states";
import { Table, wideOnly } from "../../ui/table";
import { Tag } from "../../ui/tag";
import { LocalTime } from "../../ui/time";
import classes from "./device.module.css";

/** Messages with what became of each, and with their bytes. */
export function MessageTable({ messages }: { messages: readonly MessageSummary[] }) {
  return (
    <Table label="Messages">
      <thead>
        <tr>
          <th scope="col">Arrived</th>
          <th scope="col">What became of it</th>
          <th scope="col" className={wideOnly}>
            Message
          </th>
          <th scope="col">
            <span className="visually-hidden">Payload</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {messages.map((message) => (
          <MessageRow key={message.id} message={message} />
        ))}
      </tbody>
    </Table>
  );
}

function MessageRow({ message }: { message: MessageSummary }) {
  const [open, setOpen] = useState(false);
  const { id, received_at, topic, verdict } = message;
  return (
    <>
      <tr>
        <td>
          <LocalTime time={received_at ?? null} clock />
        </td>
        <td>
          <Tag tone={verdictTone(verdict.code)}>{verdict.code.replaceAll("_", " ")}</Tag>
          <div className={classes.detail}>{verdict.text}</div>
        </td>
        <td className={wideOnly}>
          <Link to="/messages/$id" params={{ id }} className="mono">
            {id}
          </Link>
          {topic ? <div className={classes.raw}>{topic}</div> : null}
        </td>
        <td className={classes.action}>
          <Button
            size="compact-xs"
            variant="default"
            aria-expanded={open}
            aria-label={open ? `Hide the payload of message ${id}` : `Payload of message ${id}`}
            onClick={() => setOpen(!open)}
          >
            {open ? "Hide" : "Payload"}
          </Button>
        </td>
      </tr>
      {open ? (
        <tr className={classes.opened}>
          <td colSpan={4}>
            <Payload id={id} />
          </td>
        </tr>
      ) : null}
    </>
  );
}

function Payload({ id }: { id: string }) {
  const message = $api.useQuery("get", "/v1/messages/{id}", { params: { path: { id } } });
  return (
    <Answered query={message} what="The payload" lines={3}>
      {({ payload, errors }) => {
        if (!payload) return <p className="muted">Its bytes are gone.</p>;
        const [first] = errors;
        const fault = first ? findFault(payload.text ?? null, first.pointer, first.detail) : null;
        return (
          <div className={classes.payload}>
            <PayloadText text={payload.text ?? null} fault={fault} />
            <PayloadHex base64={payload.base64} length={payload.length} fault={fault} />
          </div>
        );
      }}
    </Answered>
  );
}

/** When the device said that it started, within what is explained. */
export function StartList({ starts }: { starts: Explanation["starts"] }) {
  return (
    <Panel flush title="Starts">
      {starts.length === 0 ? (
        <Empty title="No start">The device did not say that it started in this interval.</Empty>
      ) : (
        <StartTable starts={starts} />
      )}
    </Panel>
  );
}

/** Starts with the firmware they told. */
export function StartTable({ starts }: { starts: Explanation["starts"] }) {
  return (
    <Table label="Starts">
      <thead>
        <tr>
          <th scope="col">Started</th>
          <th scope="col">Firmware</th>
          <th scope="col">Message</th>
        </tr>
      </thead>
      <tbody>
        {starts.map(({ started_at, firmware, message_id }) => (
          <tr key={`${message_id}${started_at}`}>
            <td>
              <LocalTime time={started_at} />
            </td>
            <td>{firmware ?? <span className="muted">not told</span>}</td>
            <td>
              <Link to="/messages/$id" params={{ id: message_id }} className="mono">
                {message_id}
              </Link>
            </td>
          </tr>
        ))}
      </tbody>
    </Table>
  );
}
