import { Button } from "@mantine/core";
import {
  createRootRoute,
  createRoute,
  createRouter,
  Link,
  lazyRouteComponent,
  redirect,
  useRouter,
} from "@tanstack/react-router";
import { session } from "./auth/session";
import { isRange, type Range } from "./lib/ranges";
import { ANALYTICS_VIEWS, type AnalyticsView } from "./lib/views";
import { FleetPage } from "./pages/fleet/fleet-page";
import { LoginPage } from "./pages/login/login-page";
import { Shell } from "./shell/shell";
import { Empty, Failure, Loading } from "./ui/states";

const text = (value: unknown): string | undefined =>
  typeof value === "string" && value !== "" ? value : typeof value === "number" ? String(value) : undefined;

const root = createRootRoute({ notFoundComponent: NotFound });

const login = createRoute({
  getParentRoute: () => root,
  path: "/login",
  component: LoginPage,
  validateSearch: (search): { next?: string } => {
    const next = text(search.next);
    // Only a path of our own, so that a link cannot lead elsewhere after sign-in.
    return next && /^\/(?!\/)/.test(next) && !next.includes("\\") ? { next } : {};
  },
});

const signedIn = createRoute({
  getParentRoute: () => root,
  id: "signed-in",
  component: Shell,
  beforeLoad: ({ location }) => {
    if (session.get()) return;
    throw redirect({ to: "/login", search: location.href === "/" ? {} : { next: location.href } });
  },
});

const STATUSES = ["online", "silent", "never_seen"] as const;
export type StatusFilter = (typeof STATUSES)[number];

const fleet = createRoute({
  getParentRoute: () => signedIn,
  path: "/",
  component: FleetPage,
  validateSearch: (search): { q?: string; status?: StatusFilter } => {
    const q = text(search.q);
    const status = STATUSES.find((each) => each === search.status);
    return { ...(q ? { q } : {}), ...(status ? { status } : {}) };
  },
});

const device = createRoute({
  getParentRoute: () => signedIn,
  path: "/devices/$serial",
  component: lazyRouteComponent(() => import("./pages/device/device-page"), "DevicePage"),
  validateSearch: (search): { range?: Range } => (isRange(search.range) ? { range: search.range } : {}),
});

const ingest = createRoute({
  getParentRoute: () => signedIn,
  path: "/ingest",
  component: lazyRouteComponent(() => import("./pages/ingest/ingest-page"), "IngestPage"),
  validateSearch: (search): { reason?: string; serial?: string } => {
    const reason = text(search.reason);
    const serial = text(search.serial);
    return { ...(reason ? { reason } : {}), ...(serial ? { serial } : {}) };
  },
});

const record = createRoute({
  getParentRoute: () => signedIn,
  path: "/records/$id",
  component: lazyRouteComponent(() => import("./pages/record/record-page"), "RecordPage"),
  validateSearch: (search): { pointer?: string } => {
    const pointer = text(search.pointer);
    return pointer ? { pointer } : {};
  },
});

const analytics = createRoute({
  getParentRoute: () => signedIn,
  path: "/analytics",
  component: lazyRouteComponent(() => import("./pages/analytics/analytics-page"), "AnalyticsPage"),
  validateSearch: (search): { view?: AnalyticsView } => {
    const view = ANALYTICS_VIEWS.find((each) => each === search.view);
    return view ? { view } : {};
  },
});

function NotFound() {
  return (
    <main>
      <Empty page title="There is no such page">
        <p>The address may be mistyped.</p>
        <Link to="/">Go to the fleet overview</Link>
      </Empty>
    </main>
  );
}

function PageFailure({ error }: { error: unknown }) {
  const router = useRouter();
  return (
    <>
      <Failure error={error} what="This page" />
      <Button variant="default" size="xs" onClick={() => void router.invalidate()}>
        Try again
      </Button>
    </>
  );
}

export const router = createRouter({
  routeTree: root.addChildren([login, signedIn.addChildren([fleet, device, ingest, record, analytics])]),
  defaultPreload: "intent",
  scrollRestoration: true,
  defaultErrorComponent: PageFailure,
  defaultPendingComponent: () => <Loading />,
});

// A session that ends, by hand or because the key was revoked, leads to the login page at once.
session.subscribe(() => void router.invalidate());

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
