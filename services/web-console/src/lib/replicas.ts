import type { Replica } from "../api/types";

export interface RunningService {
  service: string;
  replicas: readonly Replica[];
  /** What its replicas run, each once. */
  versions: readonly string[];
}

/** What a replica runs: its version, with the build where two of them have the same. */
export function buildOf({ version, build_sha }: Replica): string {
  return build_sha === "unknown" ? version : `${version} · ${build_sha.slice(0, 12)}`;
}

/** The replicas by service, in the order in which they come. */
export function byService(replicas: readonly Replica[]): RunningService[] {
  const services = new Map<string, Replica[]>();
  for (const replica of replicas) {
    services.set(replica.service, [...(services.get(replica.service) ?? []), replica]);
  }
  return [...services].map(([service, those]) => ({
    service,
    replicas: those,
    versions: [...new Set(those.map(buildOf))],
  }));
}

/** The versions that run at this moment, over all services; more than one while a rollout is under way. */
export function versionsOf(replicas: readonly Replica[]): string[] {
  return [...new Set(replicas.map(({ version }) => version))].sort();
}
