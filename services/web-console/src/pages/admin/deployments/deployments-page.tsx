import { NativeSelect } from "@mantine/core";
import { keepPreviousData } from "@tanstack/react-query";
import { useState } from "react";
import { $api } from "../../../api/client";
import type { Deployment, Query } from "../../../api/types";
import { Pager } from "../../../ui/pager";
import { Panel } from "../../../ui/panel";
import { Answered, Empty } from "../../../ui/states";
import { Table, wideOnly } from "../../../ui/table";
import { Tag, type Tone } from "../../../ui/tag";
import { TimeAgo } from "../../../ui/time";
import classes from "../admin.module.css";
import own from "./deployments.module.css";

const PAGE = 25;
const EVERY = 30_000;
const ACTIONS = ["deploy", "promote", "rollback", "configure", "flag", "migration"] as const;

const TONE: Record<string, Tone> = { rollback: "warn", migration: "info", flag: "info" };

/** The deployment log: what was rolled out here, who wanted it, and what its verification found. */
export function DeploymentsPage() {
  const [trail, setTrail] = useState<string[]>([]);
  const [action, setAction] = useState("");
  const cursor = trail.at(-1);
  const query: Query<"/v1/deployments"> = {
    limit: PAGE,
    ...(action === "" ? {} : { action }),
    ...(cursor === undefined ? {} : { cursor }),
  };
  const deployments = $api.useQuery(
    "get",
    "/v1/deployments",
    { params: { query } },
    { refetchInterval: EVERY, placeholderData: keepPreviousData },
  );
  return (
    <Panel
      flush
      title="Deployment log"
      aside={
        <NativeSelect
          size="xs"
          aria-label="Action"
          data={[{ value: "", label: "every action" }, ...ACTIONS]}
          value={action}
          onChange={({ currentTarget }) => {
            setTrail([]);
            setAction(currentTarget.value);
          }}
        />
      }
    >
      <Answered query={deployments} what="The deployments" lines={5}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty title="Nothing was reported">
              The chart reports each rollout with what its verification found; a migration writes itself down.
            </Empty>
          ) : (
            <DeploymentTable deployments={items} />
          )
        }
      </Answered>
      <Pager
        trail={trail}
        next={deployments.data?.next_cursor ?? null}
        busy={deployments.isPlaceholderData}
        onTrail={setTrail}
      />
    </Panel>
  );
}

function DeploymentTable({ deployments }: { deployments: readonly Deployment[] }) {
  return (
    <Table label="Deployments">
      <thead>
        <tr>
          <th scope="col">What</th>
          <th scope="col">Version</th>
          <th scope="col">Verified</th>
          <th scope="col" className={wideOnly}>
            By
          </th>
          <th scope="col">When</th>
        </tr>
      </thead>
      <tbody>
        {deployments.map((deployment) => (
          <tr key={deployment.id}>
            <td>
              <Tag tone={TONE[deployment.action] ?? "quiet"}>{deployment.action}</Tag>{" "}
              <span className="muted">{deployment.environment}</span>
              <Reason deployment={deployment} />
            </td>
            <td>
              <Versions deployment={deployment} />
            </td>
            <td>
              <Verified deployment={deployment} />
            </td>
            <td className={wideOnly}>{deployment.by}</td>
            <td>
              <TimeAgo time={deployment.at} />
            </td>
          </tr>
        ))}
      </tbody>
    </Table>
  );
}

function Reason({ deployment: { reason, flag, run_url } }: { deployment: Deployment }) {
  const link = run_url && /^https?:\/\//.test(run_url) ? run_url : null;
  return (
    <div className={own.reason}>
      {flag ? (
        <span>
          <code>{flag.name}</code> {flag.to ? "switched on" : "switched off"}
        </span>
      ) : null}
      {reason ? <span>{reason}</span> : null}
      {link ? (
        <a href={link} rel="noreferrer" target="_blank">
          its pipeline
        </a>
      ) : null}
    </div>
  );
}

function Versions({ deployment: { from, to } }: { deployment: Deployment }) {
  return (
    <span className={own.versions}>
      {from && from.version !== to.version ? <span className="muted">{from.version} → </span> : null}
      <strong className={classes.name}>{to.version}</strong>
      {to.git_sha ? <code className="muted">{to.git_sha.slice(0, 12)}</code> : null}
      {to.schema_version == null ? null : <span className="muted">schema {to.schema_version}</span>}
    </span>
  );
}

function Verified({ deployment: { verified, checks } }: { deployment: Deployment }) {
  if (verified == null) return <span className="muted">not verified</span>;
  const failed = checks.filter(({ passed }) => !passed);
  return (
    <details className={own.checks} open={failed.length > 0}>
      <summary>
        <Tag tone={verified ? "good" : "bad"}>{verified ? "passed" : "failed"}</Tag>
      </summary>
      <ul>
        {checks.map(({ passed, text }) => (
          <li key={text} data-failed={!passed || undefined}>
            {passed ? "" : "failed: "}
            {text}
          </li>
        ))}
      </ul>
    </details>
  );
}
