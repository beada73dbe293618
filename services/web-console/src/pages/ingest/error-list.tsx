import { Button, CloseButton } from "@mantine/core";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import type { IngestError } from "../../api/types";
import { Freshness } from "../../ui/freshness";
import { Pager } from "../../ui/pager";
import { Panel } from "../../ui/panel";
import { Answered, Empty } from "../../ui/states";
import { Table, wideOnly } from "../../ui/table";
import { ReasonTag, Tag } from "../../ui/tag";
import { TimeAgo } from "../../ui/time";
import classes from "./ingest.module.css";
import { Sample } from "./sample";
import { ERRORS_EVERY, useIngestErrors } from "./use-ingest";

/** What could not be stored, newest first; each leads to the record it came in. */
export function ErrorList() {
  const filter = useSearch({ from: "/signed-in/ingest" });
  const [trail, setTrail] = useState<string[]>([]);
  const chosen = `${filter.reason ?? ""}\n${filter.serial ?? ""}`;
  // biome-ignore lint/correctness/useExhaustiveDependencies: another filter starts at its first page
  useEffect(() => setTrail([]), [chosen]);
  const errors = useIngestErrors(filter, trail.at(-1) ?? null);
  return (
    <Panel
      flush
      title="Recent errors"
      aside={
        <>
          {trail.length === 0 ? <Freshness updatedAt={errors.dataUpdatedAt} every={ERRORS_EVERY} /> : null}
          <Filter name="reason" value={filter.reason} />
          <Filter name="serial" value={filter.serial} />
        </>
      }
    >
      <Answered query={errors} what="The errors" lines={6}>
        {(page) =>
          page.items.length === 0 ? (
            <Empty title="No errors">
              {filter.reason || filter.serial
                ? "Nothing matches this filter."
                : "Everything that arrived could be read."}
            </Empty>
          ) : (
            <ErrorTable items={page.items} />
          )
        }
      </Answered>
      <Pager
        trail={trail}
        next={errors.data?.next_cursor ?? null}
        busy={errors.isPlaceholderData}
        onTrail={setTrail}
      />
    </Panel>
  );
}

function Filter({ name, value }: { name: "reason" | "serial"; value: string | undefined }) {
  const navigate = useNavigate({ from: "/ingest" });
  if (value === undefined) return null;
  const clear = (): void =>
    void navigate({
      search: (before) => ({ ...before, [name]: undefined }),
      replace: true,
      resetScroll: false,
    });
  return (
    <Tag tone="info">
      {value}
      <CloseButton size={16} iconSize={12} onClick={clear} aria-label={`Remove the filter ${value}`} />
    </Tag>
  );
}

function ErrorTable({ items }: { items: readonly IngestError[] }) {
  return (
    <Table label="Recent errors">
      <thead>
        <tr>
          <th scope="col">Arrived</th>
          <th scope="col">What was wrong</th>
          <th scope="col" className={wideOnly}>
            Device
          </th>
          <th scope="col">
            <span className="visually-hidden">Record</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {items.map((item) => (
          <ErrorRow key={item.id} item={item} />
        ))}
      </tbody>
    </Table>
  );
}

function ErrorRow({ item }: { item: IngestError }) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <tr>
        <td>
          <TimeAgo time={item.received_at} />
        </td>
        <td>
          <ReasonTag reason={item.reason} />
          <div className={classes.detail}>{item.detail}</div>
        </td>
        <td className={wideOnly}>
          {item.serial ? (
            <Link to="/devices/$serial" params={{ serial: item.serial }}>
              {item.serial}
            </Link>
          ) : (
            <code className="muted">{item.topic}</code>
          )}
        </td>
        <td className={classes.action}>
          <span className={classes.decide}>
            <Button
              size="compact-xs"
              variant="default"
              onClick={() => setOpen(!open)}
              aria-expanded={open}
              aria-label={`${open ? "Hide the payload" : "Payload"} of the message ${item.raw_record_id}`}
            >
              {open ? "Hide" : "Payload"}
            </Button>
            <Inspect item={item} />
          </span>
        </td>
      </tr>
      {open ? (
        <tr className={classes.opened}>
          <td colSpan={4}>
            <Sample error={item} />
          </td>
        </tr>
      ) : null}
    </>
  );
}

function Inspect({ item }: { item: IngestError }) {
  return (
    <Button
      size="compact-xs"
      variant="default"
      renderRoot={(props) => (
        <Link
          {...props}
          to="/messages/$id"
          params={{ id: item.raw_record_id }}
          search={item.pointer ? { pointer: item.pointer } : {}}
          aria-label={`Inspect the message ${item.raw_record_id}`}
        />
      )}
    >
      Inspect
    </Button>
  );
}
