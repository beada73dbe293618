import { Button, NativeSelect, TextInput } from "@mantine/core";
import { keepPreviousData } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { type FormEvent, useEffect, useState } from "react";
import { $api } from "../../../api/client";
import type { AuditItem } from "../../../api/types";
import type { AdminSearch } from "../../../lib/search";
import { Freshness } from "../../../ui/freshness";
import { Pager } from "../../../ui/pager";
import { Panel } from "../../../ui/panel";
import { Answered, Empty } from "../../../ui/states";
import { Table, wideOnly } from "../../../ui/table";
import { Tag } from "../../../ui/tag";
import { TimeAgo } from "../../../ui/time";
import classes from "../admin.module.css";
import own from "./audit.module.css";
import { changed } from "./changes";

const PAGE = 50;
const EVERY = 15_000;
/** A change of more members than this opens on demand. */
const MOST_SHOWN = 6;

const ACTIONS = [
  "create",
  "change",
  "replace",
  "delete",
  "import",
  "request",
  "cancel",
  "revoke",
  "requeue",
  "drop",
  "set",
  "withdraw",
  "undo",
];
const KINDS = [
  "device",
  "devices",
  "api_key",
  "metric",
  "retention_setting",
  "retention_run",
  "replay",
  "command",
  "dead_letter",
  "correction",
  "erasure",
  "import",
  "export",
];

/** Who changed what, and when; the filters are part of the address. */
export function AuditPage() {
  const { actor, action, kind, object } = useSearch({ from: "/signed-in/admin" });
  const [trail, setTrail] = useState<string[]>([]);
  const chosen = JSON.stringify([actor, action, kind, object]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another filter starts at its first page
  useEffect(() => setTrail([]), [chosen]);
  const cursor = trail.at(-1);
  const query = {
    limit: PAGE,
    ...(actor ? { actor } : {}),
    ...(action ? { action } : {}),
    ...(kind ? { object_kind: kind } : {}),
    ...(object ? { object_id: object } : {}),
    ...(cursor === undefined ? {} : { cursor }),
  };
  const log = $api.useQuery(
    "get",
    "/v1/audit-log",
    { params: { query } },
    { refetchInterval: EVERY, placeholderData: keepPreviousData },
  );
  return (
    <Panel
      flush
      title="Audit log"
      aside={trail.length === 0 ? <Freshness updatedAt={log.dataUpdatedAt} every={EVERY} /> : null}
    >
      <Filters key={chosen} />
      <Answered query={log} what="The audit log" lines={6}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty title="Nothing was changed">No change matches these filters.</Empty>
          ) : (
            <AuditTable items={items} />
          )
        }
      </Answered>
      <Pager
        trail={trail}
        next={log.data?.next_cursor ?? null}
        busy={log.isPlaceholderData}
        onTrail={setTrail}
      />
    </Panel>
  );
}

function choice(all: string, values: readonly string[]) {
  return [
    { value: "", label: all },
    ...values.map((value) => ({ value, label: value.replaceAll("_", " ") })),
  ];
}

function Filters() {
  const search = useSearch({ from: "/signed-in/admin" });
  const navigate = useNavigate({ from: "/admin" });
  const [typed, setTyped] = useState({ actor: search.actor ?? "", object: search.object ?? "" });
  const go = (part: AdminSearch): void =>
    void navigate({
      search: (before) =>
        Object.fromEntries(
          Object.entries({ ...before, ...part }).filter(([, value]) => value),
        ) as AdminSearch,
      replace: true,
      resetScroll: false,
    });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    go({ actor: typed.actor.trim(), object: typed.object.trim() });
  };
  return (
    <form className={own.filters} onSubmit={submit}>
      <NativeSelect
        size="xs"
        label="Action"
        data={choice("any", ACTIONS)}
        value={search.action ?? ""}
        onChange={(event) => go({ action: event.currentTarget.value })}
      />
      <NativeSelect
        size="xs"
        label="Of"
        data={choice("anything", KINDS)}
        value={search.kind ?? ""}
        onChange={(event) => go({ kind: event.currentTarget.value })}
      />
      <TextInput
        size="xs"
        label="Which one"
        placeholder="serial, name or number"
        value={typed.object}
        onChange={(event) => setTyped({ ...typed, object: event.currentTarget.value })}
      />
      <TextInput
        size="xs"
        label="By"
        placeholder="name or id of a key"
        value={typed.actor}
        onChange={(event) => setTyped({ ...typed, actor: event.currentTarget.value })}
      />
      <Button size="xs" variant="default" type="submit">
        Look
      </Button>
    </form>
  );
}

function AuditTable({ items }: { items: readonly AuditItem[] }) {
  return (
    <Table label="Audit log">
      <thead>
        <tr>
          <th scope="col">When</th>
          <th scope="col">What</th>
          <th scope="col" className={wideOnly}>
            Changes
          </th>
          <th scope="col">By</th>
        </tr>
      </thead>
      <tbody>
        {items.map((item) => (
          <AuditRow key={item.id} item={item} />
        ))}
      </tbody>
    </Table>
  );
}

function AuditRow({ item }: { item: AuditItem }) {
  return (
    <tr>
      <td>
        <TimeAgo time={item.at} />
      </td>
      <td>
        <Tag tone={item.action === "delete" || item.action === "drop" ? "warn" : "info"}>{item.action}</Tag>{" "}
        {item.object_kind.replaceAll("_", " ")}
        <div className={classes.name}>
          <ObjectName item={item} />
        </div>
      </td>
      <td className={wideOnly}>
        <Changes item={item} />
      </td>
      <td>
        {item.actor}
        {item.request_id ? (
          <div className={own.request}>
            <code>{item.request_id}</code>
          </div>
        ) : null}
      </td>
    </tr>
  );
}

function ObjectName({ item: { object_kind, object_id } }: { item: AuditItem }) {
  if (object_kind !== "device") return object_id;
  return (
    <Link to="/devices/$serial" params={{ serial: object_id }}>
      {object_id}
    </Link>
  );
}

function Changes({ item }: { item: AuditItem }) {
  const [all, setAll] = useState(false);
  const found = changed(item.before, item.after);
  const shown = all ? found : found.slice(0, MOST_SHOWN);
  return (
    <ul className={classes.changes}>
      {shown.map(({ path, before, after }) => (
        <li key={path}>
          <code>{path}</code> {before === null ? null : <del className="muted">{before}</del>}{" "}
          {after === null ? null : <ins>{after}</ins>}
        </li>
      ))}
      {found.length > shown.length ? (
        <li>
          <Button size="compact-xs" variant="subtle" color="gray" onClick={() => setAll(true)}>
            and {found.length - shown.length} more
          </Button>
        </li>
      ) : null}
    </ul>
  );
}
