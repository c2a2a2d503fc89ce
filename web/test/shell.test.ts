import { beforeAll, expect, it } from 'vitest';
import { aDashboard } from './support/a-dashboard.ts';
import { violations } from './support/axe.ts';

const dashboard = await aDashboard();
const PAGES = ['Overview', 'Web', 'Live', 'Explore', 'Events', 'Users', 'SQL', 'Dashboards', 'Settings'] as const;
const pathOf = (name: string): string => `/apps/shop/${name.toLowerCase()}`;

beforeAll(async () => {
  await dashboard.post('shop', [
    { event: 'page viewed', user: 'ann of the hills', data: { path: '/' } },
    { event: 'page viewed', user: 'bob', data: { path: '/' } },
  ]);
  await dashboard.post('blog', [{ event: 'read' }]);
  await dashboard.api('POST', '/api/apps/shop/reports', {
    name: 'Views by day',
    chart: 'bar',
    question: { kind: 'trend', last: '7d', interval: 'day', series: [{ event: 'page viewed' }] },
  });
});

it('goes through all pages by keys alone, the focus with them', async () => {
  const { page, open } = await dashboard.reader();
  await open('/apps/shop/overview');
  await page.locator('[data-tile="Events"]').waitFor();
  for (const [key, name] of [
    ['w', 'Web'],
    ['l', 'Live'],
    ['x', 'Explore'],
    ['e', 'Events'],
    ['q', 'SQL'],
    ['d', 'Dashboards'],
    // Where `s` alone searches.
    ['u', 'Users'],
    ['s', 'Settings'],
    ['o', 'Overview'],
  ] as const) {
    await page.keyboard.press('g');
    await page.keyboard.press(key);
    await page.waitForURL(new RegExp(`${pathOf(name)}(\\?|$)`));
    await page.getByRole('heading', { level: 1 }).waitFor();
    await expect.poll(() => page.title()).toMatch(/ · shop · Seismo$/);
    await expect.poll(() => page.evaluate(() => document.activeElement?.id)).toBe('content');
  }
  await expect.poll(() => page.locator('[aria-live="polite"]').allTextContents()).toContain('Overview · shop · Seismo');
  // From the top by Tab: past the navigation first.
  await page.reload();
  await page.locator('[data-tile="Events"]').waitFor();
  await page.keyboard.press('Tab');
  expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Skip to content');
  await page.keyboard.press('Enter');
  expect(await page.evaluate(() => document.activeElement?.id)).toBe('content');
});

it('finds pages, reports, events, users and apps in the palette, and changes the colours there', async () => {
  const { page, open } = await dashboard.reader();
  await open('/apps/shop/overview');
  await page.locator('[data-tile="Events"]').waitFor();
  const find = async (text: string, choose: string) => {
    await page.keyboard.press('Control+k');
    await page.getByPlaceholder('Search pages, reports, events, users…').fill(text);
    await page.getByRole('dialog').getByText(choose, { exact: true }).waitFor();
    if (text === 'views by') expect(await violations(page)).toEqual([]);
    // To the only one that is found, whether it is chosen already or came later.
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
  };
  await find('views by', 'Views by day');
  await page.waitForURL(/explore\?.*chart=bar/);
  await find('ann of', 'ann of the hills');
  await page.waitForURL(/users\/profile\?user=ann/);
  await find('blog', 'blog');
  await page.waitForURL(/\/apps\/blog\/overview/);
  await find('dark', 'Dark theme');
  await expect.poll(() => page.evaluate(() => document.documentElement.dataset['mantineColorScheme'])).toBe('dark');
});

it('lists the keys of the page and those of all pages', async () => {
  const { page, open } = await dashboard.reader();
  await open('/apps/shop/live');
  await page.getByText('Waiting for events').waitFor();
  await page.keyboard.press('?');
  const keys = page.getByRole('dialog', { name: 'Keyboard shortcuts' });
  await keys.getByText('Pause or resume').waitFor();
  await keys.getByText('Go to Explore').waitFor();
  expect(await violations(page)).toEqual([]);
  await page.keyboard.press('Escape');
  await keys.waitFor({ state: 'detached' });
});

it('fits 360 pixels on every page, and opens the navigation there', async () => {
  const { page, open } = await dashboard.reader({ viewport: { width: 360, height: 740 } });
  for (const path of [...PAGES.map(pathOf), '/apps/nothing/overview', '/apps']) {
    await open(path);
    await page.getByRole('heading', { level: 1 }).waitFor();
    // Events keep coming there: its network is never idle.
    if (path === pathOf('Live')) await page.getByText('Waiting for events').waitFor();
    else await page.waitForLoadState('networkidle');
    expect([path, await page.evaluate(() => document.documentElement.scrollWidth)]).toEqual([path, 360]);
  }
  await open('/apps/shop/overview');
  await page.getByRole('button', { name: 'Navigation' }).click();
  await page.getByRole('link', { name: 'Users' }).click();
  await page.getByRole('heading', { name: 'Users' }).waitFor();
});

it.each(['light', 'dark'] as const)('breaks no rule of WCAG 2.2 AA in %s', async (colorScheme) => {
  const { page, open } = await dashboard.reader({ colorScheme });
  for (const path of ['/apps', pathOf('Overview'), pathOf('Live'), '/apps/nothing/overview', '/nowhere']) {
    if (path === '/nowhere') await open('/apps/shop/nowhere');
    else await open(path);
    await page.getByRole('heading', { level: 1 }).waitFor();
    expect([path, ...(await violations(page))]).toEqual([path]);
  }
});

it('changes the app and stays on the page', async () => {
  const { page, open } = await dashboard.reader();
  await open('/apps/shop/live');
  await page.getByText('Waiting for events').waitFor();
  await page.getByRole('combobox', { name: 'App' }).click();
  await page.getByRole('option', { name: 'blog' }).click();
  await page.waitForURL(/\/apps\/blog\/live/);
  await open('/');
  await page.waitForURL(/\/apps\/blog\/overview/);
});

it('asks to sign in when the session has ended, and comes back to the same page', async () => {
  const { page, context, open } = await dashboard.reader();
  await open('/apps/shop/live?event=read');
  await page.getByText('Waiting for events').waitFor();
  await context.clearCookies();
  await page.keyboard.press('g');
  await page.keyboard.press('o');
  await page.getByRole('heading', { name: 'Sign in to Seismo' }).waitFor();
  await page.getByText('Your session has ended.').waitFor();
  await page.getByLabel('User').fill(dashboard.admin.username);
  await page.getByRole('textbox', { name: 'Password' }).fill(dashboard.admin.password);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Overview' }).waitFor();
  expect(new URL(page.url()).pathname).toBe('/apps/shop/overview');
});

it('says that the server is away, and goes on by itself when it is back', async () => {
  const { page, open } = await dashboard.reader();
  await open('/apps/shop/overview');
  await page.locator('[data-tile="Events"]').waitFor();
  await page.getByRole('button', { name: /^Date range/ }).click();
  await page.getByRole('button', { name: 'Yesterday', exact: true }).waitFor();
  // The calendar has its styles: else React's own promise of them is rejected, and nobody's to catch.
  await page.locator('[class*="mantine-DatePicker"]').first().waitFor();
  await page.waitForLoadState('networkidle');
  await dashboard.stopServer();
  await page.getByRole('button', { name: 'Yesterday', exact: true }).click();
  await page.getByText(/Can’t reach the server. Reconnecting/).waitFor();
  await dashboard.startServer();
  await page.getByText(/Can’t reach the server. Reconnecting/).waitFor({ state: 'detached' });
  await page.getByText('No events in this period.').waitFor();
});
