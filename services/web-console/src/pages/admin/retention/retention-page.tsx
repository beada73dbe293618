import { $api } from "../../../api/client";
import type { RetentionSetting } from "../../../api/types";
import { counted } from "../../../lib/format";
import { Panel } from "../../../ui/panel";
import { Answered } from "../../../ui/states";
import { Table, wideOnly } from "../../../ui/table";
import { TimeAgo } from "../../../ui/time";
import classes from "../admin.module.css";
import { CLASS_LABEL } from "./labels";
import { Runs } from "./runs";

/** How long everything is kept, what would go now, and what went. */
export function RetentionPage() {
  const settings = $api.useQuery("get", "/v1/retention-settings", {}, { refetchInterval: 30_000 });
  return (
    <div className={classes.grid}>
      <Panel flush title="How long everything is kept" aside={<code>sensctl retention set</code>}>
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
                </tr>
              </thead>
              <tbody>
                {items.map((setting) => (
                  <SettingRow key={`${setting.class}/${setting.metric ?? ""}`} setting={setting} />
                ))}
              </tbody>
            </Table>
          )}
        </Answered>
      </Panel>
      <Runs />
    </div>
  );
}

function SettingRow({ setting }: { setting: RetentionSetting }) {
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
    </tr>
  );
}
