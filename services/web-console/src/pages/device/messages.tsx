import { SegmentedControl } from "@mantine/core";
import { keepPreviousData } from "@tanstack/react-query";
import { useState } from "react";
import { $api } from "../../api/client";
import type { MessageSummary } from "../../api/types";
import { millis } from "../../lib/time";
import { Freshness } from "../../ui/freshness";
import { Panel } from "../../ui/panel";
import { Answered, Empty } from "../../ui/states";
import classes from "./device.module.css";
import { MessageTable, StartList } from "./explanation-parts";

const EVERY = 5_000;
const SPANS = [
  { value: "60", label: "Last minute" },
  { value: "300", label: "Last 5 min" },
  { value: "3600", label: "Last hour" },
  { value: "86400", label: "Last day" },
];

function newestFirst(messages: readonly MessageSummary[]): MessageSummary[] {
  return [...messages].sort((a, b) => millis(b.received_at ?? "") - millis(a.received_at ?? ""));
}

/** What the device sent lately, each message with what became of it and with its bytes, and when it started. */
export function Messages({ serial }: { serial: string }) {
  const [within, setWithin] = useState("60");
  const query = $api.useQuery(
    "get",
    "/v1/devices/{serial}/explain",
    // Around the present: what lies ahead is empty.
    { params: { path: { serial }, query: { within: Number(within) } } },
    { refetchInterval: EVERY, placeholderData: keepPreviousData },
  );
  return (
    <div className={classes.rows}>
      <div className={classes.choice}>
        <SegmentedControl
          size="xs"
          aria-label="Interval of arrival"
          value={within}
          onChange={setWithin}
          data={SPANS}
        />
        <Freshness updatedAt={query.dataUpdatedAt} every={EVERY} />
      </div>
      <Answered query={query} what="The messages" lines={6}>
        {(data) => (
          <>
            <Panel flush title="Messages" aside="50 at most">
              {data.messages.length === 0 ? (
                <Empty title="Nothing arrived">The device sent nothing in this interval.</Empty>
              ) : (
                <MessageTable messages={newestFirst(data.messages)} />
              )}
            </Panel>
            <StartList starts={data.starts} />
          </>
        )}
      </Answered>
    </div>
  );
}
