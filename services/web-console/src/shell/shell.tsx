import { ActionIcon, useComputedColorScheme, useMantineColorScheme } from "@mantine/core";
import { Link, Outlet, useLocation } from "@tanstack/react-router";
import type { ComponentType } from "react";
import { session, useSession } from "../auth/session";
import { AnalyticsIcon, FleetIcon, IngestIcon, MoonIcon, SignOutIcon, SunIcon } from "../ui/icons";
import { Logo } from "../ui/logo";
import classes from "./shell.module.css";
import { Unreachable } from "./unreachable";
import { VersionNote } from "./version-note";

interface Destination {
  to: "/" | "/ingest" | "/analytics";
  label: string;
  icon: ComponentType;
  /** The paths that belong to it. */
  covers: RegExp;
}

const NAVIGATION: Destination[] = [
  { to: "/", label: "Fleet", icon: FleetIcon, covers: /^\/(devices\/|$)/ },
  { to: "/ingest", label: "Ingest", icon: IngestIcon, covers: /^\/(ingest|records\/)/ },
  { to: "/analytics", label: "Analytics", icon: AnalyticsIcon, covers: /^\/analytics/ },
];

function Navigation() {
  const path = useLocation({ select: ({ pathname }) => pathname });
  return (
    <nav className={classes.nav} aria-label="Main">
      {NAVIGATION.map(({ to, label, icon: Icon, covers }) => (
        <Link
          key={to}
          to={to}
          className={classes.link}
          aria-current={path === to ? "page" : undefined}
          data-active={covers.test(path) || undefined}
        >
          <Icon />
          {label}
        </Link>
      ))}
    </nav>
  );
}

function SchemeToggle() {
  const { setColorScheme } = useMantineColorScheme();
  const scheme = useComputedColorScheme("light");
  const next = scheme === "dark" ? "light" : "dark";
  return (
    <ActionIcon
      variant="subtle"
      color="gray"
      onClick={() => setColorScheme(next)}
      aria-label={`Switch to the ${next} theme`}
    >
      {scheme === "dark" ? <SunIcon /> : <MoonIcon />}
    </ActionIcon>
  );
}

function Account() {
  const user = useSession();
  return (
    <div className={classes.account}>
      <div className={classes.who}>
        <span className={classes.name} title={user?.name}>
          {user?.name}
        </span>
        <span className={classes.role}>{user?.role}</span>
      </div>
      <SchemeToggle />
      <ActionIcon variant="subtle" color="gray" onClick={() => session.signOut()} aria-label="Sign out">
        <SignOutIcon />
      </ActionIcon>
    </div>
  );
}

/** The frame around every page: navigation at the side, on narrow screens at the bottom. */
export function Shell() {
  return (
    <div className={classes.shell}>
      <a href="#content" className={classes.skip}>
        Skip to content
      </a>
      <header className={classes.side}>
        <Link to="/" className={classes.home} aria-label="SENS Platform, fleet overview">
          <Logo />
        </Link>
        <Navigation />
        <div className={classes.foot}>
          <Account />
          <VersionNote />
        </div>
      </header>
      <main id="content" className={classes.main} tabIndex={-1}>
        <Unreachable />
        <div className={classes.content}>
          <Outlet />
        </div>
      </main>
    </div>
  );
}
