import type { QueryClient } from '@tanstack/react-query';
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from '@tanstack/react-router';
import type { ComponentType } from 'react';
import { appsQuery, eventNamesQuery, isSignedOut, meQuery } from './api/hooks.ts';
import { loaded } from './components/lazily.tsx';
import type { Search } from './components/search.ts';
import { isSite } from './components/site.ts';
import { FailurePage, NotFound } from './components/states.tsx';
import { PAGES } from './page-scripts.ts';
import { dashboardSearch } from './pages/dashboards/search.ts';
import { eventsSearch } from './pages/events/search.ts';
import { exploreSearch } from './pages/explore/search.ts';
import { liveSearch } from './pages/live/search.ts';
import { overviewSearch } from './pages/overview/search.ts';
import { reportsSearch } from './pages/reports/search.ts';
import { settingsSearch } from './pages/settings/search.ts';
import { shareSearch } from './pages/share/search.ts';
import { signInSearch } from './pages/sign-in/search.ts';
import { sqlSearch } from './pages/sql/search.ts';
import { userSearch, usersSearch } from './pages/users/search.ts';
import { webSearch } from './pages/web/search.ts';
import { lastApp, lastStartPage, rememberApp } from './shell/last-app.ts';
import { ServerAway } from './shell/server-away.tsx';
import { Shell } from './shell/shell.tsx';

/** The path under which the server is mounted, from the page's <base>. */
const basepath = new URL(document.baseURI).pathname;

const rootRoute = createRootRouteWithContext<{ client: QueryClient }>()({
  component: Root,
  errorComponent: FailurePage,
  notFoundComponent: NotFound,
});

function Root() {
  return (
    <>
      <Outlet />
      <ServerAway />
    </>
  );
}

/** The component of a page, loaded when it is opened or pointed at. */
const page = <M, K extends keyof M>(load: () => Promise<M>, name: K) =>
  lazyRouteComponent(async () => ({ default: (await loaded(load, name)) as ComponentType }), 'default');

/**
 * A page sees only the parts of its address that it reads: the router passes on every other parameter unchanged, even invalid ones.
 */
function strictly<T extends object>(read: (search: Search) => T): (search: Search) => T {
  return (search) => ({ ...Object.fromEntries(Object.keys(search).map((name) => [name, undefined])), ...read(search) });
}

const signInRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/sign-in',
  validateSearch: strictly(signInSearch),
  component: page(PAGES['sign-in'], 'SignIn'),
});

const shareRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/share/$token',
  validateSearch: strictly(shareSearch),
  component: page(PAGES.share, 'Share'),
});

/** Everything below first checks that the user is signed in. */
const signedInRoute = createRoute({
  getParentRoute: () => rootRoute,
  id: 'signed-in',
  async beforeLoad({ context, location }) {
    try {
      await context.client.ensureQueryData(meQuery);
    } catch (error) {
      if (isSignedOut(error)) throw redirect({ to: '/sign-in', search: { to: location.href } });
      throw error;
    }
  },
  component: Outlet,
});

const homeRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/',
  async beforeLoad({ context }) {
    const apps = await context.client.ensureQueryData(appsQuery);
    const last = lastApp();
    // Who comes for the first time sees the app in which something happened last.
    const [latest] = [...apps].sort((a, b) => (b.lastSeen ?? '').localeCompare(a.lastSeen ?? ''));
    const app = apps.find((known) => known.app === last)?.app ?? last ?? latest?.app;
    if (app === undefined) throw redirect({ to: '/apps' });
    throw redirect({ to: '/apps/$app', params: { app } });
  },
});

const appsRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/apps',
  component: page(PAGES.apps, 'Apps'),
});

const appRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/apps/$app',
  beforeLoad: ({ params }) => rememberApp(params.app),
  component: Shell,
});

const appHomeRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/',
  async beforeLoad({ context, params }) {
    // The page itself says what is wrong when the server does not answer.
    const events = await context.client.ensureQueryData(eventNamesQuery(params.app)).catch(() => undefined);
    const start = events === undefined ? lastStartPage(params.app) : isSite(events) ? 'web' : 'overview';
    throw redirect({ to: `/apps/$app/${start}`, params });
  },
});
const overviewRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/overview',
  validateSearch: strictly(overviewSearch),
  component: page(PAGES.overview, 'Overview'),
});
const webRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/web',
  validateSearch: strictly(webSearch),
  component: page(PAGES.web, 'Web'),
});
const liveRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/live',
  validateSearch: strictly(liveSearch),
  component: page(PAGES.live, 'Live'),
});
const exploreRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/explore',
  validateSearch: strictly(exploreSearch),
  component: page(PAGES.explore, 'Explore'),
});
const eventsRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/events',
  validateSearch: strictly(eventsSearch),
  component: page(PAGES.events, 'Events'),
});
const usersRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/users',
  validateSearch: strictly(usersSearch),
  component: page(PAGES.users, 'Users'),
});
const userRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/users/profile',
  validateSearch: strictly(userSearch),
  component: page(PAGES.profile, 'Profile'),
});
const sqlRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/sql',
  validateSearch: strictly(sqlSearch),
  component: page(PAGES.sql, 'Sql'),
});
const reportsRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/reports',
  validateSearch: strictly(reportsSearch),
  component: page(PAGES.reports, 'Reports'),
});
const dashboardsRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/dashboards',
  component: page(PAGES.dashboards, 'Dashboards'),
});
const dashboardRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/dashboards/$id',
  validateSearch: strictly(dashboardSearch),
  component: page(PAGES.dashboard, 'Dashboard'),
});
const settingsRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/settings',
  validateSearch: strictly(settingsSearch),
  component: page(PAGES.settings, 'Settings'),
});

const routeTree = rootRoute.addChildren([
  signInRoute,
  shareRoute,
  signedInRoute.addChildren([
    homeRoute,
    appsRoute,
    appRoute.addChildren([
      appHomeRoute,
      overviewRoute,
      webRoute,
      liveRoute,
      exploreRoute,
      eventsRoute,
      usersRoute,
      userRoute,
      sqlRoute,
      reportsRoute,
      dashboardsRoute,
      dashboardRoute,
      settingsRoute,
    ]),
  ]),
]);

export const createAppRouter = (client: QueryClient) =>
  createRouter({
    routeTree,
    basepath,
    context: { client },
    defaultPreload: 'intent',
    scrollRestoration: true,
    defaultErrorComponent: FailurePage,
    defaultNotFoundComponent: NotFound,
  });
