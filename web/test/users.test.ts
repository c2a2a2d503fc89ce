import { expect, it } from 'vitest';
import { aDashboard } from './support/a-dashboard.ts';
import { violations } from './support/axe.ts';

const dashboard = await aDashboard();

const NOW = Date.now();
const USERS = 60;
const HTML = '<i>ann</i>';
const name = (i: number) => `user-${String(i).padStart(2, '0')}`;
/** User i has i + 1 events, an hour apart, the newest i minutes ago: so the order by events is the reverse of the order by last seen. */
const posted = Array.from({ length: USERS }, (_, i) =>
  Array.from({ length: (i % 20) + 1 }, (__, n) => ({
    event: n % 2 === 0 ? 'page viewed' : 'purchased',
    user: name(i),
    session: `s-${i}-${n < 3 ? 1 : 2}`,
    timestamp: new Date(NOW - (i + 1) * 60_000 - n * 3_600_000).toISOString(),
    data: { n },
  })),
).flat();
/** Ann was on her device before she said who she is: three events are hers, beside the `$identify`. */
const ann = [
  { event: 'page viewed', device: 'd-ann', timestamp: new Date(NOW - 50_000).toISOString() },
  { event: 'page viewed', device: 'd-ann', timestamp: new Date(NOW - 40_000).toISOString() },
  {
    event: '$identify',
    user: 'ann',
    device: 'd-ann',
    timestamp: new Date(NOW - 30_000).toISOString(),
    data: { name: HTML, email: 'ann@mail.example', plan: 'pro' },
  },
  { event: 'purchased', user: 'ann', timestamp: new Date(NOW - 20_000).toISOString() },
];
await dashboard.post('shop', [...posted, ...ann]);
const viewer = await (async () => {
  const password = 'a long enough password';
  await dashboard.api('POST', '/api/users', { name: 'vera', password, role: 'viewer' });
  return (await dashboard.api<{ token: string }>('POST', '/auth', { username: 'vera', password })).token;
})();

it('lists users in the order asked for, page by page, with their traits', async () => {
  const { page, open } = await dashboard.reader();
  await open('/apps/shop/users');
  await page.getByText('61 users').waitFor();
  const names = () => page.locator('tbody tr td:first-child').allTextContents();
  const due = ['ann', ...Array.from({ length: USERS }, (_, i) => name(i))];
  expect((await names()).map((text) => text.trim())).toEqual(due.slice(0, 50));
  const first = page.getByRole('row').nth(1);
  await first.getByText(HTML).waitFor();
  await first.getByText('ann@mail.example').waitFor();
  await page.getByRole('button', { name: 'Page 2' }).click();
  await expect.poll(names).toEqual(due.slice(50));
  await page.getByRole('button', { name: 'Events' }).click();
  await page.locator('th[aria-sort="descending"]', { hasText: 'Events' }).waitFor();
  await expect.poll(async () => (await names())[0]).toMatch(/^user-(19|39|59)$/);
  expect(new URL(page.url()).searchParams.get('sort')).toBe('events');
  expect(await violations(page)).toEqual([]);
});

it('searches by what is typed', async () => {
  const { page, open } = await dashboard.reader({ token: viewer });
  await open('/apps/shop/users');
  await page.getByRole('textbox', { name: 'Search users' }).fill('user-1');
  await page.getByText('10 users').waitFor();
  // In no id: the email that ann gave, in another case, and her name.
  for (const text of ['ANN@mail', HTML]) {
    await page.getByRole('textbox', { name: 'Search users' }).fill(text);
    await page.getByText('1 user', { exact: true }).waitFor();
    await page.getByRole('link', { name: 'ann', exact: true }).waitFor();
  }
  await page.getByRole('textbox', { name: 'Search users' }).fill('nobody at all');
  await page.getByText('No matching users').waitFor();
  await page.getByText('No user ID, anonymous device ID or trait').waitFor();
});

it('shows who a user is, with what their device did before', async () => {
  const { page, open } = await dashboard.reader();
  await open('/apps/shop/users');
  await page.getByRole('link', { name: 'ann' }).click();
  await page.getByRole('heading', { name: 'ann', level: 1 }).waitFor();
  const facts = page.locator('dl').first();
  await facts.getByText(HTML).waitFor();
  await facts.getByText('4', { exact: true }).waitFor();
  await facts.getByRole('link', { name: 'd-ann' }).waitFor();
  await page.getByText('That is all: 4 events in this time.').waitFor();
  const rows = page.getByRole('listitem');
  expect(await rows.locator('span:nth-child(2)').allTextContents()).toEqual([
    'purchased',
    '$identify',
    'page viewed',
    'page viewed',
  ]);
  expect(await violations(page)).toEqual([]);
  await page.getByRole('link', { name: 'Erase…' }).click();
  await expect.poll(() => new URL(page.url()).search).toBe('?section=erase&user=ann');
});

it('groups the timeline by session, filters it by event, and opens an event', async () => {
  const { page, open } = await dashboard.reader({ token: viewer });
  await open('/apps/shop/users/profile?user=user-19');
  await page.getByText('That is all: 20 events in this time.').waitFor();
  expect(await page.getByRole('link', { name: 'Erase…' }).count()).toBe(0);
  await open('/apps/shop/users/profile?user=user-19&event=purchased');
  await page.getByText('That is all: 10 events in this time.').waitFor();
  await page.getByRole('button', { name: /purchased n 19$/ }).focus();
  await page.keyboard.press('Enter');
  const details = page.getByRole('dialog');
  await details.getByText('s-19-2').waitFor();
  await page.keyboard.press('Escape');
  await details.waitFor({ state: 'detached' });
});

it('is well at 360 px without scrolling the page sideways', async () => {
  const { page, open } = await dashboard.reader({ viewport: { width: 360, height: 740 }, colorScheme: 'dark' });
  await open('/apps/shop/users');
  await page.getByRole('link', { name: 'ann' }).waitFor();
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
  expect(await violations(page)).toEqual([]);
  await open('/apps/shop/users/profile?user=ann');
  await page.getByText('That is all: 4 events in this time.').waitFor();
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
  expect(await violations(page)).toEqual([]);
});
