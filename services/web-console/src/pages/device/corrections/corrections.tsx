import { keepPreviousData } from "@tanstack/react-query";
import { useState } from "react";
import { $api } from "../../../api/client";
import type { LatestValue, Metric } from "../../../api/types";
import { usePermissions } from "../../../auth/roles";
import { Pager } from "../../../ui/pager";
import { Panel } from "../../../ui/panel";
import { Answered, Empty } from "../../../ui/states";
import classes from "../device.module.css";
import { CorrectForm } from "./correct-form";
import { CorrectionTable } from "./correction-table";

const PAGE = 20;

interface CorrectionsProps {
  serial: string;
  values: readonly LatestValue[];
  metrics: ReadonlyMap<string, Metric>;
}

/** What people said of this device's readings: set, taken out, and undone again. */
export function Corrections({ serial, values, metrics }: CorrectionsProps) {
  const { operate } = usePermissions();
  const [trail, setTrail] = useState<string[]>([]);
  const cursor = trail.at(-1);
  const query = { device: serial, limit: PAGE, ...(cursor === undefined ? {} : { cursor }) };
  const corrections = $api.useQuery(
    "get",
    "/v1/corrections",
    { params: { query } },
    { placeholderData: keepPreviousData },
  );
  return (
    <div className={classes.rows}>
      {operate && values.length > 0 ? (
        <CorrectForm serial={serial} values={values} metrics={metrics} />
      ) : null}
      <Panel flush title="Corrections">
        <Answered query={corrections} what="The corrections" lines={4}>
          {({ items }) =>
            items.length === 0 ? (
              <Empty title="No correction">Every reading stands as the device sent it.</Empty>
            ) : (
              <CorrectionTable corrections={items} />
            )
          }
        </Answered>
        <Pager
          trail={trail}
          next={corrections.data?.next_cursor ?? null}
          busy={corrections.isPlaceholderData}
          onTrail={setTrail}
        />
      </Panel>
    </div>
  );
}
