import { beforeAll, expect, it } from 'vitest';
import { aDashboard } from './support/a-dashboard.ts';
import { violations } from './support/axe.ts';

const dashboard = await aDashboard();
const HTML = '<b onclick=alert(1)>bold</b><script>alert(2)</script>';

beforeAll(() =>
  dashboard.post('shop', [
    { event: 'earlier', user: 'ann', data: { plan: 'pro' } },
    { event: 'earlier', user: 'bob', data: { plan: 'free' } },
  ]),
);

it('shows the latest at once, then each as it arrives, names and values as the text they are', async () => {
  const { page, open } = await dashboard.reader();
  await open('/apps/shop/live');
  await page.getByText('plan free').waitFor();
  await page.getByText('Waiting for events').waitFor();
  const rows = page.locator('tbody tr[data-index]');
  expect(await rows.count()).toBe(2);
  await dashboard.post('shop', [
    { event: HTML, user: `<i>${'x'.repeat(20)}</i>`, data: { html: HTML, nested: { a: [1] } } },
  ]);
  await page.getByRole('button', { name: HTML }).waitFor();
  expect(await rows.first().textContent()).toContain(HTML);
  expect(await page.locator('tbody b, tbody i').count()).toBe(0);
  await page.getByText('1/min').waitFor();
  expect(await violations(page)).toEqual([]);

  await page.getByRole('button', { name: HTML }).click();
  const drawer = page.getByRole('dialog');
  // A list in an object, each indented.
  await drawer
    .getByRole('listitem')
    .filter({ hasText: /^nested a 1 1$/ })
    .waitFor();
  expect(await drawer.getByRole('link', { name: /^<i>/ }).getAttribute('href')).toContain(
    '/apps/shop/users/profile?user=',
  );
  expect(await violations(page)).toEqual([]);
  await page.keyboard.press('Escape');
  await drawer.waitFor({ state: 'detached' });
});

it('pauses on the space bar, counts what waits, and goes on', async () => {
  const { page, open } = await dashboard.reader();
  await open('/apps/shop/live');
  await page.getByText('Waiting for events').waitFor();
  await page.getByText('plan free').waitFor();
  await page.locator('#content').focus();
  await page.keyboard.press('Space');
  await page.getByText('Paused', { exact: true }).waitFor();
  await dashboard.post('shop', [{ event: 'while away 1' }, { event: 'while away 2' }]);
  await page.getByRole('button', { name: 'Resume (2 waiting)' }).waitFor();
  expect(await page.getByRole('button', { name: 'while away 1' }).count()).toBe(0);
  await page.keyboard.press('Space');
  await page.getByRole('button', { name: 'while away 1' }).waitFor();
  // The last that came stands first.
  expect(await page.locator('tbody tr[data-index="0"]').textContent()).toContain('while away 2');
});

it('shows one event, one user or one text alone', async () => {
  const { page, open } = await dashboard.reader();
  await open('/apps/shop/live?event=earlier');
  const rows = page.locator('tbody tr[data-index]');
  await expect.poll(() => rows.count()).toBe(2);
  await page.getByLabel('User').fill('ann');
  await expect.poll(() => rows.count()).toBe(1);
  expect(new URL(page.url()).search).toContain('user=ann');
  await dashboard.post('shop', [
    { event: 'earlier', user: 'ann', data: { plan: 'basic' } },
    { event: 'later', user: 'ann' },
    { event: 'earlier', user: 'cas' },
  ]);
  await expect.poll(() => rows.count()).toBe(2);
  await page.getByLabel('Search the events shown').fill('BASIC');
  await expect.poll(() => rows.count()).toBe(1);
  await page.getByLabel('Search the events shown').fill('nowhere');
  await page.getByText('No matching events yet').waitFor();
});

it('opens events by keys alone, and steps through them', async () => {
  await dashboard.post('shop', [{ event: 'first', user: 'kim', data: { plan: 'pro' } }]);
  await dashboard.post('shop', [{ event: 'second', user: 'kim', data: { plan: 'basic' } }]);
  const { page, open } = await dashboard.reader();
  await open('/apps/shop/live?user=kim');
  await page.getByText('plan pro').waitFor();
  // The newest is the first row, once it is there.
  await page.getByText('plan basic').waitFor();
  await page.keyboard.press('j');
  await page.keyboard.press('Enter');
  const drawer = page.getByRole('dialog');
  await drawer.getByText('basic').waitFor();
  await page.keyboard.press('ArrowDown');
  await drawer.getByText('pro', { exact: true }).waitFor();
});

it('tells what is refused and why, before and from now on', async () => {
  const refuse = (body: unknown) =>
    fetch(`${dashboard.url}/api/events/shop`, {
      method: 'POST',
      headers: { 'x-access-token': dashboard.token, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  await refuse([{ event: 7 }]);
  const { page, open } = await dashboard.reader();
  await open('/apps/shop/live');
  await page.getByRole('tab', { name: 'Rejected' }).click();
  const list = page.getByRole('list', { name: 'Rejected events' });
  await list.getByText('EVENT_NAME_INVALID').waitFor();
  expect(await list.getByRole('link', { name: 'EVENT_NAME_INVALID' }).getAttribute('href')).toBe(
    `${dashboard.url}/docs/errors#EVENT_NAME_INVALID`,
  );
  await refuse([{ event: 'fine' }, { event: 'seen', colour: HTML }]);
  const newest = list.getByRole('listitem').first();
  await newest.getByText('EVENT_FIELD_UNKNOWN').waitFor();
  await newest.getByText('event 2 in the batch').waitFor();
  expect(await newest.locator('pre').textContent()).toContain('<script>alert(2)</script>');
  expect(await violations(page)).toEqual([]);
});

it('says when the connection is lost, and shows what came meanwhile when it is back', async () => {
  const { page, open } = await dashboard.reader({ colorScheme: 'dark' });
  await open('/apps/shop/live');
  await page.getByText('Waiting for events').waitFor();
  expect(await violations(page)).toEqual([]);
  await dashboard.stopServer();
  await page.getByText('Connection lost. Reconnecting…').waitFor();
  await dashboard.startServer();
  await dashboard.post('shop', [{ event: 'after the storm' }]);
  await page.getByRole('button', { name: 'after the storm' }).waitFor();
  await page.getByText('Waiting for events').waitFor();
});
