import { Button, NativeSelect } from "@mantine/core";
import { keepPreviousData } from "@tanstack/react-query";
import { useState } from "react";
import { $api } from "../../../api/client";
import type { Operation, Query } from "../../../api/types";
import { usePermissions } from "../../../auth/roles";
import { isUnderWay } from "../../../lib/operations";
import { Freshness } from "../../../ui/freshness";
import { Pager } from "../../../ui/pager";
import { Panel } from "../../../ui/panel";
import { Answered, Empty } from "../../../ui/states";
import { RunDialog } from "../retention/run-dialog";
import { HistoryDialog } from "./history-dialog";
import { NewReplay } from "./new-replay";
import { OperationTable } from "./operation-table";
import { OperationDialog } from "./operation-view";
import classes from "./operations.module.css";
import { ReplayDialog } from "./replay-dialog";

const PAGE = 25;
const BUSY_EVERY = 1_500;
const EVERY = 10_000;

const KIND_LABEL = {
  replay: "replays",
  retention: "runs of retention",
  erasure: "erasures",
  import: "imports of history",
  export: "exports of readings",
} as const;
const KINDS = Object.keys(KIND_LABEL) as (keyof typeof KIND_LABEL)[];
const STATES = ["requested", "running", "done", "refused", "failed", "cancelled"] as const;

/** Kinds that say more of themselves elsewhere. */
const OWN_DIALOG = ["replay", "retention"];

interface Filter {
  kind?: (typeof KINDS)[number] | undefined;
  state?: (typeof STATES)[number] | undefined;
}

/** Long work of every kind: asked for, under way, over. */
export function OperationsPage() {
  const { operate } = usePermissions();
  const [trail, setTrail] = useState<string[]>([]);
  const [filter, setFilter] = useState<Filter>({});
  const [asking, setAsking] = useState<"replay" | "import" | null>(null);
  const [shown, setShown] = useState<Operation | null>(null);
  const cursor = trail.at(-1);
  const query: Query<"/v1/operations"> = {
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
  const choose = (part: Filter): void => {
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
            data={[
              { value: "", label: "every kind" },
              ...KINDS.map((value) => ({ value, label: KIND_LABEL[value] })),
            ]}
            value={filter.kind ?? ""}
            onChange={({ currentTarget }) =>
              choose({ kind: KINDS.find((kind) => kind === currentTarget.value) })
            }
          />
          <NativeSelect
            size="xs"
            aria-label="State"
            data={[{ value: "", label: "in any state" }, ...STATES]}
            value={filter.state ?? ""}
            onChange={({ currentTarget }) =>
              choose({ state: STATES.find((state) => state === currentTarget.value) })
            }
          />
          {operate ? (
            <>
              <Button size="xs" variant="default" onClick={() => setAsking("import")}>
                Import history
              </Button>
              <Button size="xs" onClick={() => setAsking("replay")}>
                Decode again
              </Button>
            </>
          ) : null}
        </>
      }
    >
      <Answered query={operations} what="The operations" lines={4}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty title="No operation">
              <span className={classes.empty}>
                Replays decode stored messages again, imports and exports take readings from files and into
                files, retention lets go of what is old, and an erasure of a device takes all of it.
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
      <NewReplay open={asking === "replay"} onClose={() => setAsking(null)} />
      <HistoryDialog open={asking === "import"} onClose={() => setAsking(null)} />
      <OperationDialog
        operation={shown && !OWN_DIALOG.includes(shown.kind) ? shown : null}
        onClose={() => setShown(null)}
      />
      <ReplayDialog id={shown?.kind === "replay" ? number : null} onClose={() => setShown(null)} />
      <RunDialog
        id={shown?.kind === "retention" && number ? Number(number) : null}
        onClose={() => setShown(null)}
      />
    </Panel>
  );
}
