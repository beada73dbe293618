import { Button, NativeSelect } from "@mantine/core";
import { keepPreviousData } from "@tanstack/react-query";
import { useState } from "react";
import { $api } from "../../../api/client";
import type { Operation } from "../../../api/types";
import { usePermissions } from "../../../auth/roles";
import { Freshness } from "../../../ui/freshness";
import { Pager } from "../../../ui/pager";
import { Panel } from "../../../ui/panel";
import { Answered, Empty } from "../../../ui/states";
import { RunDialog } from "../retention/run-dialog";
import { NewReplay } from "./new-replay";
import { OperationTable } from "./operation-table";
import classes from "./operations.module.css";
import { ReplayDialog } from "./replay-dialog";

const PAGE = 25;
const BUSY_EVERY = 1_500;
const EVERY = 10_000;

const KINDS = [
  { value: "", label: "every kind" },
  { value: "replay", label: "replays" },
  { value: "retention", label: "runs of retention" },
];
const STATES = [
  { value: "", label: "in any state" },
  ...["requested", "running", "done", "refused", "failed", "cancelled"].map((value) => ({
    value,
    label: value,
  })),
];

/** Whether an operation is still to end. */
export function isUnderWay({ state }: Pick<Operation, "state">): boolean {
  return state === "requested" || state === "running";
}

/** Long work of every kind: asked for, under way, over. */
export function OperationsPage() {
  const { operate } = usePermissions();
  const [trail, setTrail] = useState<string[]>([]);
  const [filter, setFilter] = useState({ kind: "", state: "" });
  const [asking, setAsking] = useState(false);
  const [shown, setShown] = useState<Operation | null>(null);
  const cursor = trail.at(-1);
  const query = {
    limit: PAGE,
    ...(filter.kind ? { kind: filter.kind } : {}),
    ...(filter.state ? { state: filter.state } : {}),
    ...(cursor === undefined ? {} : { cursor }),
  };
  const operations = $api.useQuery(
    "get",
    "/v1/operations",
    { params: { query } },
    {
      refetchInterval: ({ state }) => (state.data?.items.some(isUnderWay) ? BUSY_EVERY : EVERY),
      placeholderData: keepPreviousData,
    },
  );
  const choose = (part: Partial<typeof filter>): void => {
    setTrail([]);
    setFilter({ ...filter, ...part });
  };
  const number = shown?.id.split("-")[1] ?? null;
  return (
    <Panel
      flush
      title="Operations"
      aside={
        <>
          <Freshness updatedAt={operations.dataUpdatedAt} every={EVERY} />
          <NativeSelect
            size="xs"
            aria-label="Kind"
            data={KINDS}
            value={filter.kind}
            onChange={(event) => choose({ kind: event.currentTarget.value })}
          />
          <NativeSelect
            size="xs"
            aria-label="State"
            data={STATES}
            value={filter.state}
            onChange={(event) => choose({ state: event.currentTarget.value })}
          />
          {operate ? (
            <Button size="xs" onClick={() => setAsking(true)}>
              Decode again
            </Button>
          ) : null}
        </>
      }
    >
      <Answered query={operations} what="The operations" lines={4}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty title="No operation">
              <span className={classes.empty}>
                Replays decode stored messages again; retention lets go of what is old.
              </span>
            </Empty>
          ) : (
            <OperationTable operations={items} onShow={setShown} />
          )
        }
      </Answered>
      <Pager
        trail={trail}
        next={operations.data?.next_cursor ?? null}
        busy={operations.isPlaceholderData}
        onTrail={setTrail}
      />
      <NewReplay open={asking} onClose={() => setAsking(false)} />
      <ReplayDialog id={shown?.kind === "replay" ? number : null} onClose={() => setShown(null)} />
      <RunDialog
        id={shown?.kind === "retention" && number ? Number(number) : null}
        onClose={() => setShown(null)}
      />
    </Panel>
  );
}
