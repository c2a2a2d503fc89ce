import type { QueryClient } from '@tanstack/react-query';
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from '@tanstack/react-router';
import { appsQuery, isSignedOut, meQuery } from './api/hooks.ts';
import type { Search } from './components/search.ts';
import { FailurePage, NotFound } from './components/states.tsx';
import { PAGES } from './page-scripts.ts';
import { dashboardSearch } from './pages/dashboards/search.ts';
import { eventsSearch } from './pages/events/search.ts';
import { exploreSearch } from './pages/explore/search.ts';
import { liveSearch } from './pages/live/search.ts';
import { overviewSearch } from './pages/overview/search.ts';
import { settingsSearch } from './pages/settings/search.ts';
import { shareSearch } from './pages/share/search.ts';
import { signInSearch } from './pages/sign-in/search.ts';
import { sqlSearch } from './pages/sql/search.ts';
import { userSearch, usersSearch } from './pages/users/search.ts';
import { lastApp, rememberApp } from './shell/last-app.ts';
import { Shell } from './shell/shell.tsx';

/** Under which path the server is mounted; the page's <base> says so. */
const basepath = new URL(document.baseURI).pathname;

const rootRoute = createRootRouteWithContext<{ client: QueryClient }>()({
  component: Outlet,
  errorComponent: FailurePage,
  notFoundComponent: NotFound,
});

/**
 * A page sees of its address what it reads and nothing else: the router hands on every other parameter as it came, also one that was refused.
 */
function strictly<T extends object>(read: (search: Search) => T): (search: Search) => T {
  return (search) => ({ ...Object.fromEntries(Object.keys(search).map((name) => [name, undefined])), ...read(search) });
}

const signInRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/sign-in',
  validateSearch: strictly(signInSearch),
  component: lazyRouteComponent(PAGES['sign-in'], 'SignIn'),
});

const shareRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/share/$token',
  validateSearch: strictly(shareSearch),
  component: lazyRouteComponent(PAGES.share, 'Share'),
});

/** Everything below asks who is there first. */
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
    const app = apps.find((known) => known.app === last)?.app ?? last ?? apps[0]?.app;
    if (app === undefined) throw redirect({ to: '/apps' });
    throw redirect({ to: '/apps/$app/overview', params: { app } });
  },
});

const appsRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/apps',
  component: lazyRouteComponent(PAGES.apps, 'Apps'),
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
  beforeLoad({ params }) {
    throw redirect({ to: '/apps/$app/overview', params });
  },
});
const overviewRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/overview',
  validateSearch: strictly(overviewSearch),
  component: lazyRouteComponent(PAGES.overview, 'Overview'),
});
const liveRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/live',
  validateSearch: strictly(liveSearch),
  component: lazyRouteComponent(PAGES.live, 'Live'),
});
const exploreRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/explore',
  validateSearch: strictly(exploreSearch),
  component: lazyRouteComponent(PAGES.explore, 'Explore'),
});
const eventsRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/events',
  validateSearch: strictly(eventsSearch),
  component: lazyRouteComponent(PAGES.events, 'Events'),
});
const usersRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/users',
  validateSearch: strictly(usersSearch),
  component: lazyRouteComponent(PAGES.users, 'Users'),
});
const userRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/users/profile',
  validateSearch: strictly(userSearch),
  component: lazyRouteComponent(PAGES.profile, 'Profile'),
});
const sqlRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/sql',
  validateSearch: strictly(sqlSearch),
  component: lazyRouteComponent(PAGES.sql, 'Sql'),
});
const dashboardsRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/dashboards',
  component: lazyRouteComponent(PAGES.dashboards, 'Dashboards'),
});
const dashboardRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/dashboards/$id',
  validateSearch: strictly(dashboardSearch),
  component: lazyRouteComponent(PAGES.dashboard, 'Dashboard'),
});
const settingsRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/settings',
  validateSearch: strictly(settingsSearch),
  component: lazyRouteComponent(PAGES.settings, 'Settings'),
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
      liveRoute,
      exploreRoute,
      eventsRoute,
      usersRoute,
      userRoute,
      sqlRoute,
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
