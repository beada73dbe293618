import { Button } from "@mantine/core";
import { useState } from "react";
import { $api } from "../../../api/client";
import type { ApiKey } from "../../../api/types";
import { counted } from "../../../lib/format";
import { millis } from "../../../lib/time";
import { useNow } from "../../../ui/now";
import { Panel } from "../../../ui/panel";
import { Answered, Empty } from "../../../ui/states";
import { Table, wideOnly } from "../../../ui/table";
import { Tag } from "../../../ui/tag";
import { LocalTime, TimeAgo } from "../../../ui/time";
import classes from "../admin.module.css";
import { NewKey } from "./new-key";
import { Revoke } from "./revoke";

/** Who may come in: all keys, making one, and revoking one. */
export function KeysPage() {
  const keys = $api.useQuery("get", "/v1/api-keys", {}, { refetchInterval: 10_000 });
  const [making, setMaking] = useState(false);
  return (
    <Panel
      flush
      title="API keys"
      aside={
        <Button size="compact-sm" onClick={() => setMaking(true)}>
          Make a key
        </Button>
      }
    >
      <Answered query={keys} what="The keys" lines={5}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty title="No keys in the database">
              Only the bootstrap key of the configuration is taken.
            </Empty>
          ) : (
            <Table label="API keys">
              <thead>
                <tr>
                  <th scope="col">Name</th>
                  <th scope="col">Role</th>
                  <th scope="col">State</th>
                  <th scope="col" className={wideOnly}>
                    Last used
                  </th>
                  <th scope="col" className={wideOnly}>
                    Made
                  </th>
                  <th scope="col">
                    <span className="visually-hidden">Actions</span>
                  </th>
                </tr>
              </thead>
              <tbody>
                {items.map((key) => (
                  <KeyRow key={key.id} apiKey={key} />
                ))}
              </tbody>
            </Table>
          )
        }
      </Answered>
      <NewKey open={making} onClose={() => setMaking(false)} />
    </Panel>
  );
}

function KeyRow({ apiKey }: { apiKey: ApiKey }) {
  return (
    <tr>
      <td>
        <strong className={classes.name}>{apiKey.name}</strong>
        <div>
          <code className="muted">{apiKey.id}</code>
        </div>
      </td>
      <td>
        {apiKey.role}
        <KeyLimit apiKey={apiKey} />
      </td>
      <td>
        <KeyState apiKey={apiKey} />
      </td>
      <td className={wideOnly}>
        <TimeAgo time={apiKey.last_used_at ?? null} />
      </td>
      <td className={wideOnly}>
        <LocalTime time={apiKey.created_at} />
      </td>
      <td className={classes.action}>{apiKey.revoked_at ? null : <Revoke apiKey={apiKey} />}</td>
    </tr>
  );
}

/** Which devices a key is limited to, if it is. */
function KeyLimit({ apiKey: { labels, serials } }: { apiKey: ApiKey }) {
  if (labels) return <div className={classes.limit}>{labels}</div>;
  if (!serials) return null;
  return (
    <div className={classes.limit} title={serials.join("\n")}>
      {serials.length === 1 ? serials[0] : counted(serials.length, "device")}
    </div>
  );
}

function KeyState({ apiKey: { revoked_at, expires_at } }: { apiKey: ApiKey }) {
  const now = useNow();
  if (revoked_at) {
    return (
      <Tag tone="bad">
        revoked&nbsp;
        <TimeAgo time={revoked_at} />
      </Tag>
    );
  }
  if (!expires_at) return <Tag tone="good">valid</Tag>;
  return millis(expires_at) <= now ? (
    <Tag tone="warn">
      expired&nbsp;
      <TimeAgo time={expires_at} />
    </Tag>
  ) : (
    <Tag tone="good">
      expires&nbsp;
      <TimeAgo time={expires_at} />
    </Tag>
  );
}
