import { Link, useNavigate, useParams, useRouter, useSearch } from "@tanstack/react-router";
import { $api } from "../../api/client";
import { toApiError } from "../../api/problem";
import type { Message } from "../../api/types";
import { bytes } from "../../lib/format";
import { findFault } from "../../payload/fault";
import { PayloadHex, PayloadText } from "../../payload/payload";
import { verdictTone } from "../../payload/verdict";
import { BackIcon } from "../../ui/icons";
import { PageHeader, Panel } from "../../ui/panel";
import { Answered, Empty } from "../../ui/states";
import { ReasonTag, Tag } from "../../ui/tag";
import { LocalTime } from "../../ui/time";
import { Decide } from "../dead-letter/decide";
import { Life } from "./life";
import classes from "./message.module.css";
import { Facts, Readings } from "./message-parts";

/** A message that may still take a step is looked at again. */
const EVERY = 3_000;
const OPEN = new Set(["pending", "dead_letter"]);

/** The life of one message: its bytes as they arrived, what was made of them, and where it stands. */
export function MessagePage() {
  const { id } = useParams({ from: "/signed-in/messages/$id" });
  const message = $api.useQuery(
    "get",
    "/v1/messages/{id}",
    { params: { path: { id } } },
    { refetchInterval: ({ state }) => (state.data && OPEN.has(state.data.verdict.code) ? EVERY : false) },
  );
  if (message.error && toApiError(message.error).status === 404) {
    return (
      <Empty page title={`There is no message ${id}`}>
        No message ever stood there. <Link to="/ingest">Go to ingest health</Link>
      </Empty>
    );
  }
  return (
    <Answered query={message} what="The message" lines={6}>
      {(data) => <MessageView message={data} />}
    </Answered>
  );
}

function MessageView({ message }: { message: Message }) {
  const router = useRouter();
  const navigate = useNavigate();
  const { pointer } = useSearch({ from: "/signed-in/messages/$id" });
  const { payload, verdict, topic, received_at, dead_letter } = message;
  const chosen = message.errors.find((error) => error.pointer === (pointer ?? "")) ?? message.errors[0];
  const text = payload?.text ?? null;
  const fault = chosen ? findFault(text, chosen.pointer, chosen.detail) : null;
  const requeued = message.decisions.at(-1)?.new_message_id;
  return (
    <>
      <button type="button" className={classes.back} onClick={() => router.history.back()}>
        <BackIcon size={15} /> Back
      </button>
      <PageHeader
        title={`Message ${message.id}`}
        note={
          <>
            {topic ? <code>{topic}</code> : "topic not known any more"} · arrived{" "}
            <LocalTime time={received_at ?? null} />
            {payload ? ` · ${bytes(payload.length)}` : null}
          </>
        }
      >
        <Tag tone={verdictTone(verdict.code)} dot>
          {verdict.code.replaceAll("_", " ")}
        </Tag>
        {dead_letter ? (
          <Decide number={dead_letter.number} onDecided={() => void navigate({ to: "/ingest" })} />
        ) : null}
      </PageHeader>
      <div className={classes.rows}>
        <Panel title="What became of it">
          <p className={classes.verdict} data-tone={verdictTone(verdict.code)}>
            {verdict.text}
          </p>
          <Life message={message} />
          {requeued ? (
            <p>
              It went on as{" "}
              <Link to="/messages/$id" params={{ id: requeued }}>
                message {requeued}
              </Link>
              .
            </p>
          ) : null}
        </Panel>
        {message.errors.length > 0 ? (
          <Errors message={message} chosen={chosen} missing={fault?.text.missing ?? false} />
        ) : null}
        {payload ? (
          <div className={classes.payload}>
            <Panel title="Payload as text" aside={message.content_type}>
              <PayloadText text={text} fault={fault} />
            </Panel>
            <Panel title="Payload as bytes" aside={<span className="num">{bytes(payload.length)}</span>}>
              <PayloadHex base64={payload.base64} length={payload.length} fault={fault} />
            </Panel>
          </div>
        ) : (
          <Panel title="Payload">
            <Empty title="Its bytes are gone">They passed their retention, or were never stored.</Empty>
          </Panel>
        )}
        <div className={classes.payload}>
          <Readings message={message} />
          <Facts message={message} />
        </div>
      </div>
    </>
  );
}

interface ErrorsProps {
  message: Message;
  chosen: Message["errors"][number] | undefined;
  missing: boolean;
}

function Errors({ message, chosen, missing }: ErrorsProps) {
  return (
    <Panel title={message.errors.length === 1 ? "What was wrong" : `${message.errors.length} faults`}>
      <ul className={classes.errors}>
        {message.errors.map((error) => (
          <li key={`${error.pointer}${error.reason}`} data-chosen={error === chosen}>
            <ReasonTag reason={error.reason} />
            <span className={classes.detail}>{error.detail}</span>
            {error.pointer === "" ? (
              <span className="muted">the whole payload</span>
            ) : (
              <Link
                to="/messages/$id"
                params={{ id: message.id }}
                search={{ pointer: error.pointer }}
                replace
                className="mono"
                resetScroll={false}
              >
                {error.pointer}
              </Link>
            )}
            {error.byte == null ? null : (
              <span className="muted num">
                line {error.line}, column {error.column}, byte {error.byte}
              </span>
            )}
            {error === chosen && missing ? (
              <span className="muted">is not there; its parent is marked</span>
            ) : null}
          </li>
        ))}
      </ul>
    </Panel>
  );
}
