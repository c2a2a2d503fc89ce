/** The server goes away and comes back, or another version is installed: the page says so, and goes on by itself. */
import { expect, it } from 'vitest';
import { aDashboard } from './support/a-dashboard.ts';

const dashboard = await aDashboard();
await dashboard.post('shop', [{ event: 'bought', user: 'ann' }]);

it('opens a page that was chosen while the server was away as soon as it is back', async () => {
  const { page, open } = await dashboard.reader();
  await open('/apps/shop/live');
  await page.getByRole('heading', { name: 'Live' }).waitFor();
  await page.waitForLoadState('load');
  const first = await page.evaluate(() => performance.timeOrigin);
  await dashboard.stopServer();
  await page.getByRole('link', { name: /^Users/ }).click();
  await page.getByText('Can’t reach the server. Reconnecting…').waitFor();
  // The page before is still there, and not an error of the browser.
  expect(await page.getByRole('heading', { name: 'Live' }).count()).toBe(1);
  await dashboard.startServer();
  await page.getByRole('heading', { name: 'Users' }).waitFor();
  await page.getByRole('link', { name: 'ann' }).waitFor();
  await page.getByText('Can’t reach the server. Reconnecting…').waitFor({ state: 'detached' });
  expect(await page.evaluate(() => performance.timeOrigin)).toBe(first);
});

it('opens a part of a page that was asked for meanwhile', async () => {
  const { page, open } = await dashboard.reader();
  await open('/apps/shop/events');
  await page.getByRole('button', { name: 'bought' }).waitFor();
  await dashboard.stopServer();
  await page.getByRole('button', { name: 'Columns' }).click();
  await page.getByText('Can’t reach the server. Reconnecting…').waitFor();
  await dashboard.startServer();
  await page.getByRole('combobox', { name: 'Properties as columns' }).waitFor();
});

it('opens the new version when the scripts of the old one are gone', async () => {
  const { page, open } = await dashboard.reader();
  await open('/apps/shop/live');
  await page.getByRole('heading', { name: 'Live' }).waitFor();
  const first = await page.evaluate(() => performance.timeOrigin);
  // The old names lead nowhere until the page is read again.
  let isOld = true;
  page.on('domcontentloaded', () => {
    isOld = false;
  });
  await page.route(/\/assets\/sql-[^/]+\.js$/, (route) =>
    isOld ? route.fulfill({ status: 404, body: '' }) : route.continue(),
  );
  // Pointing at a link loads ahead, and opens nothing.
  const gone = page.waitForResponse((response) => response.status() === 404);
  await page.getByRole('link', { name: /^SQL/ }).hover();
  await gone;
  expect(await page.evaluate(() => performance.timeOrigin)).toBe(first);
  await page.getByRole('link', { name: /^SQL/ }).click();
  await page.getByRole('button', { name: 'Run' }).waitFor();
  expect(await page.evaluate(() => performance.timeOrigin)).not.toBe(first);
});
