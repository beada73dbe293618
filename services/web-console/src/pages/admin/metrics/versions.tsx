import { $api } from "../../../api/client";
import type { MetricVersion } from "../../../api/types";
import { Dialog, DialogBody } from "../../../ui/dialog";
import { Answered, Empty } from "../../../ui/states";
import { Tag } from "../../../ui/tag";
import { LocalTime } from "../../../ui/time";
import classes from "../admin.module.css";

interface VersionsProps {
  name: string;
  open: boolean;
  onClose: () => void;
}

/** Every change of a metric: when, by whom, and what was before. */
export function Versions({ name, open, onClose }: VersionsProps) {
  return (
    <Dialog title={`Versions of ${name}`} wide open={open} onClose={onClose}>
      <DialogBody>
        <List name={name} />
      </DialogBody>
    </Dialog>
  );
}

function List({ name }: { name: string }) {
  const versions = $api.useQuery("get", "/v1/metrics/{name}/versions", { params: { path: { name } } });
  return (
    <Answered query={versions} what="The versions" lines={4}>
      {({ items }) =>
        items.length === 0 ? (
          <Empty title="Nobody changed it">It is as it came with the platform, or as devices send it.</Empty>
        ) : (
          <ol className={classes.versions}>
            {items.map((version) => (
              <li key={version.version}>
                <p className={classes.versionHead}>
                  <Tag tone="info">v{version.version}</Tag> {version.changed_by}{" "}
                  <span className="muted">
                    <LocalTime time={version.changed_at} />
                  </span>
                </p>
                <Changes version={version} />
              </li>
            ))}
          </ol>
        )
      }
    </Answered>
  );
}

function entries(value: unknown): Map<string, string> {
  const object = typeof value === "object" && value !== null ? value : {};
  return new Map(Object.entries(object).map(([key, each]) => [key, each == null ? "–" : String(each)]));
}

function Changes({ version }: { version: MetricVersion }) {
  const before = entries(version.before);
  const after = entries(version.after);
  const changed = [...after].filter(([key, value]) => key !== "version" && before.get(key) !== value);
  return (
    <ul className={classes.changes}>
      {changed.map(([key, value]) => (
        <li key={key}>
          <code>{key}</code> {before.size > 0 ? <del className="muted">{before.get(key) ?? "–"}</del> : null}{" "}
          <ins>{value}</ins>
        </li>
      ))}
    </ul>
  );
}
