import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import type { Message } from "../../api/types";
import { counted } from "../../lib/format";
import { Tag } from "../../ui/tag";
import { LocalTime } from "../../ui/time";
import classes from "./message.module.css";

interface Step {
  key: string;
  name: string;
  time?: string | null;
  text: ReactNode;
  tone: "good" | "bad" | "warn" | "quiet";
}

/** What happened to a message, first to last. */
function stepsOf(message: Message): Step[] {
  const { source, deliveries, committed_at, decoder, dead_letter, decisions, rows_written } = message;
  const steps: Step[] = [
    {
      key: "arrived",
      name: "Arrived",
      time: message.received_at ?? null,
      text: source ? `by ${source === "mqtt" ? "MQTT" : "HTTP"}` : <Arrival message={message} />,
      tone: message.received_at ? "good" : "quiet",
    },
  ];
  if (deliveries != null) {
    steps.push({
      key: "delivered",
      name: "Given to a worker",
      text: deliveries === 1 ? "once" : `${deliveries} times: workers before it did not finish`,
      tone: deliveries === 1 ? "good" : "warn",
    });
  }
  if (committed_at) {
    const { readings, errors } = rows_written;
    steps.push(
      {
        key: "decoded",
        name: "Read",
        text: decoder ? <code>{decoder}</code> : "no decoder claimed it",
        tone: message.errors.length > 0 ? "bad" : "good",
      },
      {
        key: "committed",
        name: "Committed",
        time: committed_at,
        text: `${counted(readings, "reading")} and ${counted(errors, "error")} written`,
        tone: "good",
      },
    );
  }
  if (dead_letter) {
    steps.push({
      key: "dead",
      name: "Given up",
      text: (
        <>
          {dead_letter.cause.text} <code>{dead_letter.cause.code}</code>;{" "}
          <Link to="/dead-letters/$number" params={{ number: String(dead_letter.number) }}>
            dead letter {dead_letter.number}
          </Link>{" "}
          waits for a decision
        </>
      ),
      tone: "bad",
    });
  }
  for (const { action, actor, decided_at } of decisions) {
    steps.push({ key: decided_at, name: action, time: decided_at, text: `by ${actor}`, tone: "quiet" });
  }
  return steps;
}

/** What is known of the time of a message of which nothing else is left. */
function Arrival({ message: { arrived_after, arrived_before, arrived_in_minute } }: { message: Message }) {
  if (arrived_in_minute)
    return (
      <>
        in the minute of <LocalTime time={arrived_in_minute} />
      </>
    );
  return (
    <>
      between <LocalTime time={arrived_after ?? null} /> and <LocalTime time={arrived_before ?? null} />
    </>
  );
}

/** The steps of a message as a line of time. */
export function Life({ message }: { message: Message }) {
  return (
    <ol className={classes.life} aria-label="Steps">
      {stepsOf(message).map(({ key, name, time, text, tone }) => (
        <li key={key} data-tone={tone}>
          <span className={classes.step}>
            <Tag tone={tone}>{name}</Tag>
            {time ? <LocalTime time={time} clock /> : null}
          </span>
          <span className={classes.stepText}>{text}</span>
        </li>
      ))}
    </ol>
  );
}
