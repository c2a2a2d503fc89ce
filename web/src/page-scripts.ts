/** Which script shows which address. The router opens them; boot.ts fetches that of the first page. */

import type { StartPage } from './shell/last-app.ts';

export const PAGES = {
  'sign-in': () => import('./pages/sign-in/sign-in.tsx'),
  share: () => import('./pages/share/share.tsx'),
  apps: () => import('./pages/apps/apps.tsx'),
  overview: () => import('./pages/overview/overview.tsx'),
  web: () => import('./pages/web/web.tsx'),
  live: () => import('./pages/live/live.tsx'),
  explore: () => import('./pages/explore/explore.tsx'),
  events: () => import('./pages/events/events.tsx'),
  users: () => import('./pages/users/users.tsx'),
  profile: () => import('./pages/users/profile.tsx'),
  reports: () => import('./pages/reports/reports.tsx'),
  sql: () => import('./pages/sql/sql.tsx'),
  dashboards: () => import('./pages/dashboards/dashboards.tsx'),
  dashboard: () => import('./pages/dashboards/dashboard.tsx'),
  settings: () => import('./pages/settings/settings.tsx'),
} as const;
export type PageName = keyof typeof PAGES;

/** Pages that start with a chart. */
export const DRAW: readonly PageName[] = ['overview', 'web', 'explore', 'dashboard', 'share'];

/**
 * @param path below the mount: `apps/shop/explore`
 * @param startOf the page that an app opens with; without an app, the one opened last
 */
export function pageAt(path: string, startOf: (app?: string) => StartPage): PageName | undefined {
  const [first = '', app = '', page = '', id = ''] = path.split('/');
  // Where `/` leads for a returning user.
  if (first === '') return startOf();
  if (first === 'share' || first === 'sign-in') return first;
  if (first !== 'apps') return undefined;
  if (app === '') return 'apps';
  if (page === '') return startOf(app);
  if (page === 'users' && id === 'profile') return 'profile';
  if (page === 'dashboards' && id !== '') return 'dashboard';
  return Object.hasOwn(PAGES, page) ? (page as PageName) : undefined;
}
