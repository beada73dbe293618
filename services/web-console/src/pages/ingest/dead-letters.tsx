import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { $api } from "../../api/client";
import type { DeadLetter } from "../../api/types";
import { bytes, counted } from "../../lib/format";
import { Freshness } from "../../ui/freshness";
import { Pager } from "../../ui/pager";
import { Panel } from "../../ui/panel";
import { Answered, Empty } from "../../ui/states";
import { Table, wideOnly } from "../../ui/table";
import { TimeAgo } from "../../ui/time";
import { Decide } from "../dead-letter/decide";
import classes from "./ingest.module.css";

const EVERY = 5_000;
const PAGE = 20;

/** Messages that the database refused for good; each waits for a decision. */
export function DeadLetters() {
  const [trail, setTrail] = useState<string[]>([]);
  const cursor = trail.at(-1);
  const query = { limit: PAGE, ...(cursor === undefined ? {} : { cursor }) };
  const letters = $api.useQuery("get", "/v1/dead-letters", { params: { query } }, { refetchInterval: EVERY });
  return (
    <Panel flush title="Dead letters" aside={<Freshness updatedAt={letters.dataUpdatedAt} every={EVERY} />}>
      <Answered query={letters} what="The dead letters" lines={3}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty title="No dead letters">Nothing was refused by the database for good.</Empty>
          ) : (
            <Table label="Dead letters">
              <thead>
                <tr>
                  <th scope="col">Letter</th>
                  <th scope="col">Why</th>
                  <th scope="col" className={wideOnly}>
                    Topic
                  </th>
                  <th scope="col">
                    <span className="visually-hidden">Decision</span>
                  </th>
                </tr>
              </thead>
              <tbody>
                {items.map((letter) => (
                  <LetterRow key={letter.number} letter={letter} />
                ))}
              </tbody>
            </Table>
          )
        }
      </Answered>
      <Pager
        trail={trail}
        next={letters.data?.next_cursor ?? null}
        busy={letters.isPlaceholderData}
        onTrail={setTrail}
      />
    </Panel>
  );
}

function LetterRow({ letter }: { letter: DeadLetter }) {
  return (
    <tr>
      <td>
        <Link to="/dead-letters/$number" params={{ number: String(letter.number) }}>
          {letter.number}
        </Link>
        <div className="muted">
          <TimeAgo time={letter.received_at} />
        </div>
      </td>
      <td>
        <div className={classes.detail}>{letter.cause.text}</div>
        <span className="muted">
          {letter.cause.code} · {counted(letter.cause.attempts, "attempt")}
        </span>
      </td>
      <td className={wideOnly}>
        <code>{letter.topic}</code>
        <div className="muted">{bytes(letter.payload_length)}</div>
      </td>
      <td className={classes.action}>
        <span className={classes.decide}>
          <Decide number={letter.number} />
        </span>
      </td>
    </tr>
  );
}
