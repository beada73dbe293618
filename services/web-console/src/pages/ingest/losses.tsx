import type { Loss } from "../../api/types";
import { count } from "../../lib/format";
import { Panel } from "../../ui/panel";
import { numeric, Table, wideOnly } from "../../ui/table";
import { Tag } from "../../ui/tag";
import { LocalTime } from "../../ui/time";
import classes from "./ingest.module.css";

const KINDS: Record<string, string> = {
  message_lost: "left the stream before it was committed",
  raw_record_missing: "its raw record was deleted",
  reading_missing: "a reading of it was deleted",
};

/** What is lost, by message; nothing while nothing is. */
export function Losses({ losses }: { losses: readonly Loss[] }) {
  if (losses.length === 0) return null;
  return (
    <div className={classes.losses}>
      <Panel
        flush
        title="Losses"
        aside={
          <Tag tone="bad" dot>
            {count(losses.length)} known
          </Tag>
        }
      >
        <Table label="Losses">
          <thead>
            <tr>
              <th scope="col">Message</th>
              <th scope="col">What is lost</th>
              <th scope="col" className={numeric}>
                How many
              </th>
              <th scope="col" className={wideOnly}>
                When
              </th>
            </tr>
          </thead>
          <tbody>
            {losses.map((loss) => (
              <tr key={`${loss.kind}${loss.message_id}`}>
                <td className="mono">
                  {loss.message_id}
                  {loss.last_message_id && loss.last_message_id !== loss.message_id
                    ? ` … ${loss.last_message_id}`
                    : null}
                </td>
                <td>{KINDS[loss.kind] ?? loss.kind}</td>
                <td className={numeric}>{count(loss.count)}</td>
                <td className={wideOnly}>
                  {loss.received_at ? (
                    <LocalTime time={loss.received_at} />
                  ) : (
                    <>
                      after <LocalTime time={loss.after ?? null} />
                      {loss.before ? (
                        <>
                          , before <LocalTime time={loss.before} />
                        </>
                      ) : null}
                    </>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </Table>
      </Panel>
    </div>
  );
}
