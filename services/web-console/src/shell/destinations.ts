import type { ComponentType } from "react";
import { AdminIcon, AnalyticsIcon, DevicesIcon, ExploreIcon, FleetIcon, IngestIcon } from "../ui/icons";

export interface Destination {
  to: "/" | "/devices" | "/explore" | "/ingest" | "/analytics" | "/admin";
  label: string;
  /** In little room. */
  short?: string;
  icon: ComponentType;
  /** The paths that belong to it. */
  covers: RegExp;
}

/** The pages of the console, in the order they are offered. */
export const DESTINATIONS: readonly Destination[] = [
  { to: "/", label: "Overview", icon: FleetIcon, covers: /^\/$/ },
  { to: "/devices", label: "Devices", icon: DevicesIcon, covers: /^\/devices/ },
  { to: "/explore", label: "Explore", icon: ExploreIcon, covers: /^\/explore/ },
  {
    to: "/ingest",
    label: "Ingest health",
    short: "Ingest",
    icon: IngestIcon,
    covers: /^\/(ingest|messages\/|dead-letters\/)/,
  },
  { to: "/analytics", label: "Analytics", icon: AnalyticsIcon, covers: /^\/analytics/ },
  { to: "/admin", label: "Administration", short: "Admin", icon: AdminIcon, covers: /^\/admin/ },
];
