import { ActionIcon, useComputedColorScheme, useMantineColorScheme } from "@mantine/core";
import { Link, Outlet, useLocation } from "@tanstack/react-router";
import { useState } from "react";
import { session, useSession } from "../auth/session";
import { MoonIcon, SearchIcon, SignOutIcon, SunIcon } from "../ui/icons";
import { Logo } from "../ui/logo";
import { DESTINATIONS } from "./destinations";
import { Palette } from "./palette";
import classes from "./shell.module.css";
import { Unreachable } from "./unreachable";
import { VersionNote } from "./version-note";

function Navigation() {
  const path = useLocation({ select: ({ pathname }) => pathname });
  return (
    <nav className={classes.nav} aria-label="Main">
      {DESTINATIONS.map(({ to, label, short, icon: Icon, covers }) => (
        <Link
          key={to}
          to={to}
          className={classes.link}
          aria-current={path === to ? "page" : undefined}
          data-active={covers.test(path) || undefined}
        >
          <Icon />
          <span className={classes.long}>{label}</span>
          <span className={classes.short}>{short ?? label}</span>
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
  const [palette, setPalette] = useState(false);
  return (
    <div className={classes.shell}>
      <a href="#content" className={classes.skip}>
        Skip to content
      </a>
      <header className={classes.side}>
        <Link to="/" className={classes.home} aria-label="SENS Platform, overview">
          <Logo />
        </Link>
        <button type="button" className={classes.find} onClick={() => setPalette(true)}>
          <SearchIcon size={15} />
          <span className={classes.findText}>Go to…</span>
          <kbd className={classes.findKey}>Ctrl K</kbd>
        </button>
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
      <Palette open={palette} onOpen={setPalette} />
    </div>
  );
}
