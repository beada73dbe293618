import { $api } from "../../../api/client";
import type { Replica } from "../../../api/types";
import { counted } from "../../../lib/format";
import { buildOf, byService, type RunningService, versionsOf } from "../../../lib/replicas";
import { Freshness } from "../../../ui/freshness";
import { Notice } from "../../../ui/notice";
import { Panel } from "../../../ui/panel";
import { Answered, Empty } from "../../../ui/states";
import { Table, wideOnly } from "../../../ui/table";
import { Tag } from "../../../ui/tag";
import { LocalTime, TimeAgo } from "../../../ui/time";
import classes from "../admin.module.css";

const EVERY = 5_000;

/** Every replica that runs at this moment, and what it runs: nothing is remembered of those that have gone. */
export function ReplicasPage() {
  const replicas = $api.useQuery("get", "/v1/system/replicas", {}, { refetchInterval: EVERY });
  return (
    <Answered query={replicas} what="The replicas" lines={6}>
      {({ items }) => (
        <div className={classes.grid}>
          <Versions replicas={items} />
          {byService(items).map((service) => (
            <Service key={service.service} running={service} updatedAt={replicas.dataUpdatedAt} />
          ))}
          {items.length === 0 ? (
            <Panel title="Replicas">
              <Empty title="No replica answered">Not even this one: its NATS user may lack the right.</Empty>
            </Panel>
          ) : null}
        </div>
      )}
    </Answered>
  );
}

/** What two versions at once mean. */
function Versions({ replicas }: { replicas: readonly Replica[] }) {
  const versions = versionsOf(replicas);
  const canaries = replicas.filter(({ canary }) => canary).length;
  if (versions.length < 2 && canaries === 0) return null;
  return (
    <Notice tone="warn">
      {versions.length < 2
        ? `Canaries run beside the others: ${canaries} of ${replicas.length} replicas.`
        : `${versions.length} versions run at once (${versions.join(", ")}): a rollout is under way, or did not come to its end.`}
    </Notice>
  );
}

function Service({ running, updatedAt }: { running: RunningService; updatedAt: number }) {
  const { service, replicas, versions } = running;
  return (
    <Panel
      flush
      title={service}
      aside={
        <>
          <Freshness updatedAt={updatedAt} every={EVERY} />
          <span>
            {counted(replicas.length, "replica")}
            {versions.length === 1 ? ` · ${versions[0]}` : ""}
          </span>
        </>
      }
    >
      <Table label={`Replicas of ${service}`}>
        <thead>
          <tr>
            <th scope="col">Replica</th>
            <th scope="col">Version</th>
            <th scope="col">Up since</th>
            <th scope="col" className={wideOnly}>
              Started
            </th>
          </tr>
        </thead>
        <tbody>
          {replicas.map((replica) => (
            <tr key={`${replica.name}${replica.started_at}`}>
              <td>
                <code>{replica.name}</code> {replica.canary ? <Tag tone="info">canary</Tag> : null}
              </td>
              <td className="num">{buildOf(replica)}</td>
              <td>
                <TimeAgo time={replica.started_at} />
              </td>
              <td className={wideOnly}>
                <LocalTime time={replica.started_at} />
              </td>
            </tr>
          ))}
        </tbody>
      </Table>
    </Panel>
  );
}
