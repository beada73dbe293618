import { SegmentedControl } from "@mantine/core";
import { keepPreviousData, useQueryClient } from "@tanstack/react-query";
import { useCallback, useState } from "react";
import { $api } from "../../../api/client";
import type { Presence as PresenceData } from "../../../api/types";
import { DAY, duration, localDateTime, SECOND } from "../../../lib/time";
import { useDeviceEvents } from "../../../live/use-device-events";
import { LiveTag } from "../../../ui/live-tag";
import { useNow } from "../../../ui/now";
import { Pager } from "../../../ui/pager";
import { Panel } from "../../../ui/panel";
import { Answered, Empty } from "../../../ui/states";
import { Tag, type Tone } from "../../../ui/tag";
import { TimeAgo } from "../../../ui/time";
import classes from "../device.module.css";
import { StartTable } from "../explanation-parts";
import { segments } from "./segments";

const TONE: Record<string, Tone> = { online: "good", offline: "bad", silent: "warn" };
const LENGTHS = [
  { value: String(DAY), label: "24 h" },
  { value: String(7 * DAY), label: "7 d" },
  { value: String(90 * DAY), label: "90 d" },
];
const MOST_CHANGES = 200;
const PATH = "/v1/devices/{serial}/presence";
const EVERY = 30_000;
const STARTS_PAGE = 20;

/** When the device was there, and when it started. */
export function Presence({ serial }: { serial: string }) {
  const queries = useQueryClient();
  const query = { limit: MOST_CHANGES };
  const presence = $api.useQuery(
    "get",
    PATH,
    { params: { path: { serial }, query } },
    { refetchInterval: EVERY },
  );
  const refresh = useCallback(() => void queries.invalidateQueries({ queryKey: ["get", PATH] }), [queries]);
  const state = useDeviceEvents(serial, "presence", refresh);
  return (
    <div className={classes.rows}>
      <Panel title="Presence" aside={<LiveTag state={state} />}>
        <Answered query={presence} what="The presence" lines={4}>
          {(data) => <Timeline presence={data} />}
        </Answered>
      </Panel>
      <Starts serial={serial} />
    </div>
  );
}

function Timeline({ presence }: { presence: PresenceData }) {
  const now = useNow();
  const [length, setLength] = useState(String(DAY));
  const shown = segments(presence, now, Number(length));
  const { state, since, items, offline_after_seconds } = presence;
  return (
    <div className={classes.presence}>
      <div className={classes.choice}>
        {state ? (
          <span>
            <Tag tone={TONE[state] ?? "quiet"} dot>
              {state}
            </Tag>{" "}
            <span className="muted">
              since <TimeAgo time={since ?? null} />
            </span>
          </span>
        ) : (
          <span className="muted">not known yet</span>
        )}
        <SegmentedControl
          size="xs"
          aria-label="Length of the timeline"
          value={length}
          onChange={setLength}
          data={LENGTHS}
        />
      </div>
      <div className={classes.timeline} aria-hidden="true">
        {shown.map(({ state: at, from, to }) => (
          <span
            key={from}
            className={classes.segment}
            data-tone={TONE[at]}
            title={`${at}, ${duration(to - from)}\n${localDateTime(from)} – ${localDateTime(to)}`}
            style={{ flexGrow: to - from }}
          />
        ))}
      </div>
      <p className={classes.ends} aria-hidden="true">
        <span>{localDateTime(now - Number(length))}</span>
        <span>now</span>
      </p>
      {items.length === 0 ? (
        <p className="muted">No change of its presence is known.</p>
      ) : (
        <ol className={classes.changes} aria-label="Changes of presence">
          {items.map(({ at, state: became }) => (
            <li key={at}>
              <Tag tone={TONE[became] ?? "quiet"} dot>
                {became}
              </Tag>
              <TimeAgo time={at} />
            </li>
          ))}
        </ol>
      )}
      <p className={classes.note}>
        Silent: nothing was heard for {duration(offline_after_seconds * SECOND)}. Changes are kept for 90
        days.
      </p>
    </div>
  );
}

function Starts({ serial }: { serial: string }) {
  const [trail, setTrail] = useState<string[]>([]);
  const cursor = trail.at(-1);
  const query = { limit: STARTS_PAGE, ...(cursor === undefined ? {} : { cursor }) };
  const starts = $api.useQuery(
    "get",
    "/v1/devices/{serial}/startups",
    { params: { path: { serial }, query } },
    { placeholderData: keepPreviousData },
  );
  return (
    <Panel flush title="Starts">
      <Answered query={starts} what="The starts" lines={3}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty title="No start">The device has not said that it started.</Empty>
          ) : (
            <StartTable starts={items} />
          )
        }
      </Answered>
      <Pager
        trail={trail}
        next={starts.data?.next_cursor ?? null}
        busy={starts.isPlaceholderData}
        onTrail={setTrail}
      />
    </Panel>
  );
}
