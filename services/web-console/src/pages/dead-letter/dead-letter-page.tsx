import { Link, useNavigate, useParams } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { $api } from "../../api/client";
import { toApiError } from "../../api/problem";
import type { DeadLetterDetail } from "../../api/types";
import { bytes, counted } from "../../lib/format";
import { PayloadHex, PayloadText } from "../../payload/payload";
import { BackIcon } from "../../ui/icons";
import { PageHeader, Panel } from "../../ui/panel";
import { Answered, Empty } from "../../ui/states";
import { Tag } from "../../ui/tag";
import { LocalTime, TimeAgo } from "../../ui/time";
import classes from "./dead-letter.module.css";
import { Decide } from "./decide";

/** One message that the database refused for good: its bytes, the reason, and what to do about it. */
export function DeadLetterPage() {
  const { number } = useParams({ from: "/signed-in/dead-letters/$number" });
  const valid = /^\d{1,15}$/.test(number);
  const letter = $api.useQuery(
    "get",
    "/v1/dead-letters/{number}",
    { params: { path: { number } } },
    { enabled: valid },
  );
  if (!valid || (letter.error && toApiError(letter.error).status === 404)) {
    return (
      <Empty page title={`There is no dead letter ${number}`}>
        Somebody may have decided about it. <Link to="/ingest">Go to ingest health</Link>
      </Empty>
    );
  }
  return (
    <Answered query={letter} what="The dead letter" lines={6}>
      {(data) => <LetterView letter={data} />}
    </Answered>
  );
}

function LetterView({ letter }: { letter: DeadLetterDetail }) {
  const navigate = useNavigate();
  return (
    <>
      <Link to="/ingest" className={classes.back}>
        <BackIcon size={15} /> Ingest health
      </Link>
      <PageHeader
        title={`Dead letter ${letter.number}`}
        note={
          <>
            <code>{letter.topic}</code> · arrived <LocalTime time={letter.received_at} /> ·{" "}
            {bytes(letter.payload_length)}
          </>
        }
      >
        <Decide number={letter.number} onDecided={() => void navigate({ to: "/ingest" })} />
      </PageHeader>
      <div className={classes.rows}>
        <Panel title="Why the database refused it">
          <p className={classes.cause}>{letter.cause.text}</p>
          <dl className={classes.facts}>
            <Fact name="SQLSTATE">
              <code>{letter.cause.code}</code>
            </Fact>
            <Fact name="Given up after">{counted(letter.cause.attempts, "attempt")}</Fact>
            <Fact name="Message">
              <Link to="/messages/$id" params={{ id: letter.message_id }} className="mono">
                {letter.message_id}
              </Link>
            </Fact>
            <Fact name="Source">{letter.source}</Fact>
          </dl>
        </Panel>
        <div className={classes.payload}>
          <Panel title="Payload as text" aside={letter.content_type}>
            <PayloadText text={letter.payload_text ?? null} fault={null} />
          </Panel>
          <Panel title="Payload as bytes">
            <PayloadHex base64={letter.payload_base64} length={letter.payload_length} fault={null} />
          </Panel>
        </div>
        {letter.decisions.length > 0 ? (
          <Panel title="Decisions so far">
            <ul className={classes.decisions}>
              {letter.decisions.map(({ action, actor, decided_at }) => (
                <li key={decided_at}>
                  <Tag>{action}</Tag> by {actor} <TimeAgo time={decided_at} />
                </li>
              ))}
            </ul>
          </Panel>
        ) : null}
      </div>
    </>
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
