import { expect, it } from 'vitest';
import { pageAt } from '../src/page-scripts.ts';

/** The app `blog` opens with Web, and was opened last. */
const startOf = (app = 'blog') => (app === 'blog' ? 'web' : 'overview');

it.each([
  ['', 'web'],
  ['sign-in', 'sign-in'],
  ['share/aB3', 'share'],
  ['apps', 'apps'],
  ['apps/shop', 'overview'],
  ['apps/shop/', 'overview'],
  ['apps/blog', 'web'],
  ['apps/shop/overview', 'overview'],
  ['apps/shop/web', 'web'],
  ['apps/shop/live', 'live'],
  ['apps/shop/explore', 'explore'],
  ['apps/shop/events', 'events'],
  ['apps/shop/users', 'users'],
  ['apps/shop/users/profile', 'profile'],
  ['apps/shop/sql', 'sql'],
  ['apps/shop/dashboards', 'dashboards'],
  ['apps/shop/dashboards/8f2', 'dashboard'],
  ['apps/shop/settings', 'settings'],
  // An app may be called as a page is.
  ['apps/explore/live', 'live'],
  ['apps/shop/toString', undefined],
  ['nothing', undefined],
])('%s is shown by %s', (path, page) => {
  expect(pageAt(path, startOf)).toBe(page);
});
