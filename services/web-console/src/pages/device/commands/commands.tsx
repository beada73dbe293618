import { Button } from "@mantine/core";
import { keepPreviousData, useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useCallback, useState } from "react";
import { $api } from "../../../api/client";
import { toApiError } from "../../../api/problem";
import { usePermissions } from "../../../auth/roles";
import { type CommandOrder, sendCommand } from "../../../data/commands";
import { useDeviceEvents } from "../../../live/use-device-events";
import { LiveTag } from "../../../ui/live-tag";
import { Notice } from "../../../ui/notice";
import { Pager } from "../../../ui/pager";
import { Panel } from "../../../ui/panel";
import { Answered, Empty } from "../../../ui/states";
import classes from "../device.module.css";
import { CommandFields, EMPTY_COMMAND, orderOf } from "./command-fields";
import { CommandTable } from "./command-table";

const PAGE = 20;
const PATH = "/v1/devices/{serial}/commands";
/** The live stream tells of every step; this is for when it does not. */
const EVERY = 15_000;

/** What the device was told to do, each command with its steps as they happen. */
export function Commands({ serial }: { serial: string }) {
  const { operate } = usePermissions();
  const queries = useQueryClient();
  const [trail, setTrail] = useState<string[]>([]);
  const cursor = trail.at(-1);
  const query = { limit: PAGE, ...(cursor === undefined ? {} : { cursor }) };
  const commands = $api.useQuery(
    "get",
    PATH,
    { params: { path: { serial }, query } },
    { refetchInterval: EVERY, placeholderData: keepPreviousData },
  );
  const refresh = useCallback(() => {
    void queries.invalidateQueries({ queryKey: ["get", PATH] });
    void queries.invalidateQueries({ queryKey: ["get", `${PATH}/{id}`] });
  }, [queries]);
  const state = useDeviceEvents(serial, "command", refresh);
  return (
    <div className={classes.rows}>
      {operate ? <Send serial={serial} onSent={refresh} /> : null}
      <Panel flush title="Commands" aside={<LiveTag state={state} />}>
        <Answered query={commands} what="The commands" lines={4}>
          {({ items }) =>
            items.length === 0 ? (
              <Empty title="No command yet">
                The device listens on <code>sens/v1/{serial}/command</code>.
              </Empty>
            ) : (
              <CommandTable commands={items} onChanged={refresh} />
            )
          }
        </Answered>
        <Pager
          trail={trail}
          next={commands.data?.next_cursor ?? null}
          busy={commands.isPlaceholderData}
          onTrail={setTrail}
        />
      </Panel>
    </div>
  );
}

function Send({ serial, onSent }: { serial: string; onSent: () => void }) {
  const [draft, setDraft] = useState(EMPTY_COMMAND);
  const send = useMutation({
    mutationFn: (order: CommandOrder) => sendCommand(serial, order),
    onSuccess: () => {
      setDraft(EMPTY_COMMAND);
      onSent();
    },
  });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const order = orderOf(draft);
    if (order) send.mutate(order);
  };
  return (
    <Panel title="Send a command" aside="at least once, never after its time is over">
      <form className={classes.command} onSubmit={submit}>
        <CommandFields draft={draft} onChange={setDraft} />
        <Button size="xs" type="submit" loading={send.isPending}>
          Send
        </Button>
      </form>
      {send.error ? <Notice tone="bad">{toApiError(send.error).message}</Notice> : null}
    </Panel>
  );
}
