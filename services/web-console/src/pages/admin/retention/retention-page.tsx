import { Button } from "@mantine/core";
import { useState } from "react";
import { $api } from "../../../api/client";
import type { RetentionSetting } from "../../../api/types";
import { usePermissions } from "../../../auth/roles";
import { counted } from "../../../lib/format";
import { Panel } from "../../../ui/panel";
import { Answered } from "../../../ui/states";
import { Table, wideOnly } from "../../../ui/table";
import { TimeAgo } from "../../../ui/time";
import classes from "../admin.module.css";
import { DropSetting, EditSetting, NewSetting } from "./edit-setting";
import { CLASS_LABEL } from "./labels";
import { Runs } from "./runs";

/** How long everything is kept, what would go now, and what went. */
export function RetentionPage() {
  const { operate } = usePermissions();
  const [adding, setAdding] = useState(false);
  const settings = $api.useQuery("get", "/v1/retention-settings", {}, { refetchInterval: 30_000 });
  return (
    <div className={classes.grid}>
      <Panel
        flush
        title="How long everything is kept"
        aside={
          operate ? (
            <Button size="compact-sm" variant="default" onClick={() => setAdding(true)}>
              Add a metric
            </Button>
          ) : null
        }
      >
        <Answered query={settings} what="The settings" lines={5}>
          {({ items }) => (
            <Table label="Retention settings">
              <thead>
                <tr>
                  <th scope="col">What</th>
                  <th scope="col">Kept for</th>
                  <th scope="col" className={wideOnly}>
                    Set by
                  </th>
                  <th scope="col" className={wideOnly}>
                    When
                  </th>
                  <th scope="col">
                    <span className="visually-hidden">Actions</span>
                  </th>
                </tr>
              </thead>
              <tbody>
                {items.map((setting) => (
                  <SettingRow
                    key={`${setting.class}/${setting.metric ?? ""}`}
                    setting={setting}
                    operate={operate}
                  />
                ))}
              </tbody>
            </Table>
          )}
        </Answered>
      </Panel>
      <NewSetting open={adding} onClose={() => setAdding(false)} />
      <Runs />
    </div>
  );
}

function SettingRow({ setting, operate }: { setting: RetentionSetting; operate: boolean }) {
  const [editing, setEditing] = useState(false);
  const { metric, keep_days } = setting;
  return (
    <tr>
      <td>
        {CLASS_LABEL[setting.class] ?? setting.class} {metric ? <code>{metric}</code> : null}
      </td>
      <td>
        <strong>{keep_days == null ? "ever" : counted(keep_days, "day")}</strong>
      </td>
      <td className={wideOnly}>{setting.updated_by}</td>
      <td className={wideOnly}>
        <TimeAgo time={setting.updated_at} />
      </td>
      <td className={classes.action}>
        {operate ? (
          <span className={classes.buttons}>
            <DropSetting setting={setting} />
            <Button
              size="compact-xs"
              variant="default"
              aria-label={`Change how long ${metric ?? setting.class} is kept`}
              onClick={() => setEditing(true)}
            >
              Change
            </Button>
          </span>
        ) : null}
        <EditSetting setting={setting} open={editing} onClose={() => setEditing(false)} />
      </td>
    </tr>
  );
}
