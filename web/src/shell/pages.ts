import {
  IconBolt,
  IconCode,
  IconHome,
  IconLayoutDashboard,
  IconList,
  IconReport,
  IconSettings,
  IconTelescope,
  IconUsers,
  IconWorld,
} from '@tabler/icons-react';
import type { StartPage } from './last-app.ts';

/** The pages of an app, in the order of the navigation; `key` opens one after `g`. */
export const PAGES = [
  { to: '/apps/$app/overview', label: 'Overview', icon: IconHome, key: 'o' },
  { to: '/apps/$app/web', label: 'Web', icon: IconWorld, key: 'w' },
  { to: '/apps/$app/live', label: 'Live', icon: IconBolt, key: 'l' },
  { to: '/apps/$app/explore', label: 'Explore', icon: IconTelescope, key: 'x' },
  { to: '/apps/$app/events', label: 'Events', icon: IconList, key: 'e' },
  { to: '/apps/$app/users', label: 'Users', icon: IconUsers, key: 'u' },
  { to: '/apps/$app/sql', label: 'SQL', icon: IconCode, key: 'q' },
  { to: '/apps/$app/reports', label: 'Reports', icon: IconReport, key: 'r' },
  { to: '/apps/$app/dashboards', label: 'Dashboards', icon: IconLayoutDashboard, key: 'd' },
  { to: '/apps/$app/settings', label: 'Settings', icon: IconSettings, key: 's' },
] as const;

/** In the order of the navigation: Web comes first in an app that opens with it. */
export const pagesFrom = (start: StartPage): readonly (typeof PAGES)[number][] => [
  ...PAGES.filter(({ to }) => to.endsWith(start)),
  ...PAGES.filter(({ to }) => !to.endsWith(start)),
];
