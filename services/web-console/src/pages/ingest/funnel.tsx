import type { Accounting, Overview } from "../../api/types";
import { compact, count, rate } from "../../lib/format";
import { Panel } from "../../ui/panel";
import { Tag, type Tone } from "../../ui/tag";
import classes from "./ingest.module.css";

interface Part {
  name: string;
  value: number;
  tone: Tone;
  note: string;
}

/** Two ledgers, messages and the readings in them; each must add up to what came in. */
export function Funnel({ ledger, overview }: { ledger: Accounting; overview: Overview | undefined }) {
  const { messages, readings } = ledger;
  const balanced = ledger.balanced ? (
    <Tag tone="good" dot>
      Balanced
    </Tag>
  ) : (
    <Tag tone="bad" dot>
      Does not add up
    </Tag>
  );
  return (
    <div className={classes.ledgers}>
      <Ledger
        title="Messages"
        aside={balanced}
        total={messages.received}
        word="received"
        pace={overview?.rate.messages_per_second}
        parts={[
          { name: "Parsed", value: messages.parsed, tone: "good", note: "every reading in them was good" },
          {
            name: "Control",
            value: messages.control,
            tone: "info",
            note: "startup, status, acknowledgements",
          },
          { name: "Failed", value: messages.failed, tone: "bad", note: "kept with the reason" },
          { name: "Dead letters", value: messages.dead, tone: "bad", note: "could not be stored" },
          { name: "In flight", value: messages.in_flight, tone: "warn", note: "accepted, not stored yet" },
        ]}
      />
      <Ledger
        title="Readings"
        total={readings.decoded}
        word="in these messages"
        pace={overview?.rate.readings_per_second}
        parts={[
          { name: "Stored", value: readings.processed, tone: "good", note: "new readings" },
          { name: "Duplicates", value: readings.duplicate, tone: "info", note: "stored before, harmless" },
          { name: "Errors", value: readings.error, tone: "bad", note: "kept with the reason" },
        ]}
      />
    </div>
  );
}

interface LedgerProps {
  title: string;
  aside?: React.ReactNode;
  total: number;
  word: string;
  pace: number | undefined;
  parts: Part[];
}

function Ledger({ title, aside, total, word, pace, parts }: LedgerProps) {
  return (
    <Panel title={title} aside={aside}>
      <p className={classes.total}>
        <span className={classes.figure} title={count(total)}>
          {compact(total)}
        </span>
        <span className="muted">
          {word}
          {pace === undefined ? null : ` · now ${rate(pace)}/s`}
        </span>
      </p>
      <div className={classes.stack} aria-hidden="true">
        {parts.map(({ name, value, tone }) =>
          value > 0 ? (
            <span key={name} data-tone={tone} style={{ flexGrow: value / Math.max(total, 1) }} />
          ) : null,
        )}
      </div>
      <dl className={classes.parts}>
        {parts.map((part) => (
          <div key={part.name} className={classes.part}>
            <dt>
              <span className={classes.swatch} data-tone={part.tone} data-empty={part.value === 0} />
              {part.name}
              <span className={classes.partNote}>{part.note}</span>
            </dt>
            <dd title={count(part.value)}>{compact(part.value)}</dd>
          </div>
        ))}
      </dl>
    </Panel>
  );
}
