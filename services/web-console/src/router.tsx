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
import {
  adminSearch,
  analyticsSearch,
  deviceSearch,
  devicesSearch,
  exploreSearch,
  ingestSearch,
  loginSearch,
  messageSearch,
} from "./lib/search";
import { LoginPage } from "./pages/login/login-page";
import { OverviewPage } from "./pages/overview/overview-page";
import { Shell } from "./shell/shell";
import { Empty, Failure, Loading } from "./ui/states";

const root = createRootRoute({ notFoundComponent: NotFound });

const login = createRoute({
  getParentRoute: () => root,
  path: "/login",
  component: LoginPage,
  validateSearch: loginSearch,
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

const overview = createRoute({ getParentRoute: () => signedIn, path: "/", component: OverviewPage });

const devices = createRoute({
  getParentRoute: () => signedIn,
  path: "/devices",
  component: lazyRouteComponent(() => import("./pages/devices/devices-page"), "DevicesPage"),
  validateSearch: devicesSearch,
});

const device = createRoute({
  getParentRoute: () => signedIn,
  path: "/devices/$serial",
  component: lazyRouteComponent(() => import("./pages/device/device-page"), "DevicePage"),
  validateSearch: deviceSearch,
});

const explore = createRoute({
  getParentRoute: () => signedIn,
  path: "/explore",
  component: lazyRouteComponent(() => import("./pages/explore/explore-page"), "ExplorePage"),
  validateSearch: exploreSearch,
});

const ingest = createRoute({
  getParentRoute: () => signedIn,
  path: "/ingest",
  component: lazyRouteComponent(() => import("./pages/ingest/ingest-page"), "IngestPage"),
  validateSearch: ingestSearch,
});

const message = createRoute({
  getParentRoute: () => signedIn,
  path: "/messages/$id",
  component: lazyRouteComponent(() => import("./pages/message/message-page"), "MessagePage"),
  validateSearch: messageSearch,
});

/** Links of earlier versions. */
const record = createRoute({
  getParentRoute: () => signedIn,
  path: "/records/$id",
  validateSearch: messageSearch,
  beforeLoad: ({ params, search }) => {
    throw redirect({ to: "/messages/$id", params, search, replace: true });
  },
});

const deadLetter = createRoute({
  getParentRoute: () => signedIn,
  path: "/dead-letters/$number",
  component: lazyRouteComponent(() => import("./pages/dead-letter/dead-letter-page"), "DeadLetterPage"),
});

const analytics = createRoute({
  getParentRoute: () => signedIn,
  path: "/analytics",
  component: lazyRouteComponent(() => import("./pages/analytics/analytics-page"), "AnalyticsPage"),
  validateSearch: analyticsSearch,
});

const admin = createRoute({
  getParentRoute: () => signedIn,
  path: "/admin",
  component: lazyRouteComponent(() => import("./pages/admin/admin-page"), "AdminPage"),
  validateSearch: adminSearch,
});

function NotFound() {
  return (
    <main>
      <Empty page title="There is no such page">
        <p>The address may be mistyped.</p>
        <Link to="/">Go to the overview</Link>
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
  routeTree: root.addChildren([
    login,
    signedIn.addChildren([
      overview,
      devices,
      device,
      explore,
      ingest,
      message,
      record,
      deadLetter,
      analytics,
      admin,
    ]),
  ]),
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
