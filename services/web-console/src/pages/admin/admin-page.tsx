import { useSearch } from "@tanstack/react-router";
import { usePermissions } from "../../auth/roles";
import type { AdminTab } from "../../lib/search";
import { PageHeader } from "../../ui/panel";
import { type TabItem, Tabs } from "../../ui/tabs";
import { AuditPage } from "./audit/audit-page";
import { BackupsPage } from "./backups/backups-page";
import { DeploymentsPage } from "./deployments/deployments-page";
import { KeysPage } from "./keys/keys-page";
import { MetricsPage } from "./metrics/metrics-page";
import { OperationsPage } from "./operations/operations-page";
import { ReplicasPage } from "./replicas/replicas-page";
import { RetentionPage } from "./retention/retention-page";
import { SystemPage } from "./system/system-page";

const ALL_TABS: readonly (TabItem & { key: AdminTab })[] = [
  { key: "keys", label: "API keys" },
  { key: "metrics", label: "Metrics" },
  { key: "retention", label: "Retention" },
  { key: "operations", label: "Operations" },
  { key: "backups", label: "Backups" },
  { key: "replicas", label: "Replicas" },
  { key: "deployments", label: "Deployments" },
  { key: "audit", label: "Audit log" },
  { key: "system", label: "System" },
];

const FOR_ADMINS: readonly AdminTab[] = ["keys", "audit"];

/** What those do who look after the platform; keys and who changed what are shown to admins only. */
export function AdminPage() {
  const { tab } = useSearch({ from: "/signed-in/admin" });
  const { administer } = usePermissions();
  const tabs = ALL_TABS.filter(({ key }) => administer || !FOR_ADMINS.includes(key));
  const active = tabs.find(({ key }) => key === tab)?.key ?? tabs[0]?.key ?? "metrics";
  return (
    <>
      <PageHeader
        title="Administration"
        note="Who may come in, what is measured, and how the platform runs"
      />
      <Tabs label="Administration" items={tabs} active={active} search={(key) => ({ tab: key })} />
      {active === "keys" ? <KeysPage /> : null}
      {active === "metrics" ? <MetricsPage /> : null}
      {active === "retention" ? <RetentionPage /> : null}
      {active === "operations" ? <OperationsPage /> : null}
      {active === "backups" ? <BackupsPage /> : null}
      {active === "replicas" ? <ReplicasPage /> : null}
      {active === "deployments" ? <DeploymentsPage /> : null}
      {active === "audit" ? <AuditPage /> : null}
      {active === "system" ? <SystemPage /> : null}
    </>
  );
}
