/** Which script shows which address. The router opens them; boot.ts fetches that of the first page. */
export const PAGES = {
  'sign-in': () => import('./pages/sign-in/sign-in.tsx'),
  share: () => import('./pages/share/share.tsx'),
  apps: () => import('./pages/apps/apps.tsx'),
  overview: () => import('./pages/overview/overview.tsx'),
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
export const DRAW: readonly PageName[] = ['overview', 'explore', 'dashboard', 'share'];

/** @param path below the mount: `apps/shop/explore` */
export function pageAt(path: string): PageName | undefined {
  const [first = '', app = '', page = '', id = ''] = path.split('/');
  // Where `/` leads for a returning user.
  if (first === '') return 'overview';
  if (first === 'share' || first === 'sign-in') return first;
  if (first !== 'apps') return undefined;
  if (app === '') return 'apps';
  if (page === '') return 'overview';
  if (page === 'users' && id === 'profile') return 'profile';
  if (page === 'dashboards' && id !== '') return 'dashboard';
  return Object.hasOwn(PAGES, page) ? (page as PageName) : undefined;
}
