import { Link, useParams, useRouter, useSearch } from "@tanstack/react-router";
import { $api } from "../../api/client";
import { toApiError } from "../../api/problem";
import type { RawRecord } from "../../api/types";
import { bytes } from "../../lib/format";
import { findFault } from "../../payload/fault";
import { PayloadHex, PayloadText } from "../../payload/payload";
import { BackIcon } from "../../ui/icons";
import { PageHeader, Panel } from "../../ui/panel";
import { Answered, Empty } from "../../ui/states";
import { ReasonTag, Tag } from "../../ui/tag";
import { LocalTime } from "../../ui/time";
import classes from "./record.module.css";
import { Facts, Readings } from "./record-parts";

/** One raw record: its bytes as they arrived, and what was made of them. */
export function RecordPage() {
  const { id } = useParams({ from: "/signed-in/records/$id" });
  const record = $api.useQuery("get", "/v1/raw-records/{id}", { params: { path: { id } } });
  if (record.error && toApiError(record.error).status === 404) {
    return (
      <Empty page title={`There is no raw record ${id}`}>
        It may have passed its retention. <Link to="/ingest">Go to ingest health</Link>
      </Empty>
    );
  }
  return (
    <Answered query={record} what="The record" lines={6}>
      {(data) => <RecordView record={data} />}
    </Answered>
  );
}

function RecordView({ record }: { record: RawRecord }) {
  const router = useRouter();
  const { pointer } = useSearch({ from: "/signed-in/records/$id" });
  const chosen = record.errors.find((error) => error.pointer === (pointer ?? "")) ?? record.errors[0];
  const text = record.payload_text ?? null;
  const fault = chosen ? findFault(text, chosen.pointer, chosen.detail) : null;
  return (
    <>
      <button type="button" className={classes.back} onClick={() => router.history.back()}>
        <BackIcon size={15} /> Back
      </button>
      <PageHeader
        title={`Raw record ${record.id}`}
        note={
          <>
            <code>{record.topic}</code> · arrived <LocalTime time={record.received_at} /> ·{" "}
            {bytes(record.payload_length)}
          </>
        }
      >
        <Tag tone={record.parse_ok ? "good" : "bad"} dot>
          {record.parse_ok ? "Parsed" : "Not fully parsed"}
        </Tag>
      </PageHeader>
      {record.errors.length > 0 ? (
        <Errors record={record} chosen={chosen} missing={fault?.text.missing ?? false} />
      ) : null}
      <div className={classes.payload}>
        <Panel title="Payload as text" aside={record.content_type}>
          <PayloadText text={text} fault={fault} />
        </Panel>
        <Panel title="Payload as bytes" aside={<span className="num">{bytes(record.payload_length)}</span>}>
          <PayloadHex base64={record.payload_base64} length={record.payload_length} fault={fault} />
        </Panel>
      </div>
      <div className={classes.payload}>
        <Readings record={record} />
        <Facts record={record} />
      </div>
    </>
  );
}

interface ErrorsProps {
  record: RawRecord;
  chosen: RawRecord["errors"][number] | undefined;
  missing: boolean;
}

function Errors({ record, chosen, missing }: ErrorsProps) {
  return (
    <Panel title={record.errors.length === 1 ? "What was wrong" : `${record.errors.length} faults`}>
      <ul className={classes.errors}>
        {record.errors.map((error) => (
          <li key={`${error.pointer}${error.reason}`} data-chosen={error === chosen}>
            <ReasonTag reason={error.reason} />
            <span className={classes.detail}>{error.detail}</span>
            {error.pointer === "" ? (
              <span className="muted">the whole payload</span>
            ) : (
              <Link
                to="/records/$id"
                params={{ id: record.id }}
                search={{ pointer: error.pointer }}
                replace
                className="mono"
                resetScroll={false}
              >
                {error.pointer}
              </Link>
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
