/** A new app: from its name to its first event, on every page that would have nothing to show. */
import { expect, it } from 'vitest';
import { aDashboard } from './support/a-dashboard.ts';
import { violations } from './support/axe.ts';

const dashboard = await aDashboard();

it('makes an id of a name that people write, and keeps the name', async () => {
  const { page, open } = await dashboard.reader();
  await open('/apps');
  const name = page.getByLabel('Name your app');
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.getByText('Enter a name.').waitFor();
  expect(await violations(page)).toEqual([]);
  await name.fill('Café “My shop”');
  await page.getByText('Its ID is cafe-my-shop: programs send events to it.').waitFor();
  await name.press('Enter');
  await page.waitForURL(/\/apps\/cafe-my-shop\/overview/);
  await page.getByText('cafe-my-shop has no events yet.').waitFor();
  expect(await dashboard.api('GET', '/api/apps/cafe-my-shop')).toMatchObject({ name: 'Café “My shop”' });
});

it.each(['events', 'users', 'explore'])('leads from %s to the first event', async (name) => {
  const { page, open } = await dashboard.reader();
  await open(`/apps/empty/${name}`);
  await page.getByText('No data yet').waitFor();
  expect(await violations(page)).toEqual([]);
  await page.getByRole('link', { name: 'Send your first event' }).click();
  await page.getByRole('heading', { name: 'Send your first event' }).waitFor();
});

it('says that there is a write key, and that the app receives events', async () => {
  const { page, open } = await dashboard.reader();
  await open('/apps/keyed/overview');
  await page.getByRole('button', { name: 'Create write key' }).click();
  await page.getByText(/^sk_/).first().waitFor();
  await page.reload();
  await page.getByText(/keyed has a write key, created .+ It can’t be shown again/).waitFor();
  await page.getByRole('button', { name: 'Create another write key' }).waitFor();
  await page.getByText('keyed has no events yet.').waitFor();
  await dashboard.api('POST', '/api/events/keyed', [{ event: 'visit' }]);
  await page.getByText('keyed receives events.').waitFor();
  expect(await violations(page)).toEqual([]);
});

it('does not show what clients send for Seismo itself among the events', async () => {
  await dashboard.post('system', [
    { event: '$identify', user: 'ann', data: { name: 'Ann' } },
    { event: 'visit', user: 'ann', timestamp: Date.now() - 60_000 },
  ]);
  const { page, open } = await dashboard.reader();
  await open('/apps/system/overview');
  const top = page.getByRole('region', { name: 'Top events' });
  await top.getByRole('link', { name: 'visit' }).waitFor();
  expect(await top.getByText('$identify').count()).toBe(0);
  await open('/apps/system/users');
  await page.getByRole('cell', { name: 'Identified' }).waitFor();
});
