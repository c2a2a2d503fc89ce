import { beforeAll, expect, it } from 'vitest';
import { aDashboard } from './support/a-dashboard.ts';
import { violations } from './support/axe.ts';

const dashboard = await aDashboard();
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const now = Date.now();
const HTML = '<img src=x onerror=alert(1)>';

/** Where it is between twelve and one at noon now, so that hours before and after are the same day. */
const offset = 12 - new Date(now).getUTCHours();
const timeZone = offset === 0 ? 'UTC' : `Etc/GMT${offset > 0 ? '-' : '+'}${Math.abs(offset)}`;

const at = (ago: number, event: string, user?: string, data: object = {}) => ({
  event,
  timestamp: now - ago,
  ...(user && { user }),
  data,
});
const events = [
  at(HOUR, 'page viewed', 'ann', { path: '/', referrer: 'https://news.example/a' }),
  at(2 * HOUR, 'page viewed', 'bob', { path: '/' }),
  at(3 * HOUR, 'page viewed', 'ann', { path: '/prices' }),
  at(HOUR / 6, 'error', 'ann', { name: 'TypeError', message: HTML }),
  at(HOUR / 3, 'error', 'ann', { name: 'TypeError', message: HTML }),
  at(HOUR, 'request', undefined, { method: 'GET', route: '/a', status: 200, ms: 100 }),
  at(HOUR, 'request', undefined, { method: 'GET', route: '/b', status: 500, ms: 300 }),
  ...[2_000, 3_000, 4_000, 5_000].map((value) => at(HOUR, 'web vital', 'ann', { metric: 'LCP', value, path: '/' })),
  // Yesterday, before and after this time of day.
  at(25 * HOUR, 'page viewed', 'cas', { path: '/' }),
  at(18 * HOUR, 'page viewed', 'dan', { path: '/' }),
  // Twice a day until nine days ago.
  ...Array.from({ length: 12 }, (_, i) => [
    at((9 + i) * DAY, 'old habit', 'eve'),
    at((9 + i) * DAY, 'old habit', 'eve'),
  ]).flat(),
];

beforeAll(async () => {
  await dashboard.post('shop', events);
  await dashboard.api('PATCH', '/api/apps/shop', { timeZone });
});

it('counts today against yesterday up to the same time of day', async () => {
  const { page, open } = await dashboard.reader();
  await open('/apps/shop/overview');
  // Of today 3 + 2 + 2 + 4; yesterday until now cas alone. Requests are nobody's.
  const tile = (name: string) => page.locator(`[data-tile="${name}"]`);
  await expect.poll(() => tile('Events').textContent()).toBe('11');
  expect(await tile('Users').textContent()).toBe('2');
  expect(await tile('Events per user').textContent()).toBe('5.5');
  const numbers = page.getByRole('region', { name: 'Numbers' });
  await numbers.getByText('+1,000%').first().waitFor();
  await numbers.getByText('+100%').waitFor();
  expect(await numbers.getByText(/^vs 1 by 1[23]:\d\d yesterday$/).count()).toBe(3);
  const { result } = await dashboard.api<{ result: { series: { total: number }[] } }>('POST', '/api/query/shop', {
    kind: 'trend',
    from: 'today',
    series: [{}, { measure: 'users' }],
  });
  expect(result.series.map(({ total }) => total)).toEqual([11, 2]);
  await page.getByRole('button', { name: /^Users/ }).click();
  await expect.poll(() => page.getByRole('button', { name: /^Users/ }).getAttribute('aria-pressed')).toBe('true');
});

it('lists top events, what is new, what has gone quiet, errors, routes, vitals and pages, with names as text', async () => {
  const { page, open } = await dashboard.reader({ viewport: { width: 1_440, height: 2_200 } });
  await open('/apps/shop/overview');
  const rows = (section: string) => page.getByRole('region', { name: section }).getByRole('row');
  const cells = async (section: string) =>
    Promise.all(
      (await rows(section).all()).map(async (row) =>
        (await row.getByRole('cell').allTextContents()).map((text) => text.trim()),
      ),
    );
  await rows('Top events').nth(4).waitFor();
  expect((await cells('Top events')).slice(1).map(([event, , n]) => [event, n])).toEqual([
    ['web vital', '4'],
    ['page viewed', '3'],
    ['error', '2'],
    ['request', '2'],
  ]);
  const news = page.getByRole('region', { name: 'New & inactive events' });
  await news.getByText('web vital').waitFor();
  // Two a day on 12 of the 14 days between the first one and the last week: 24 / 14.
  await news.getByText(/1\.7\/day → 0\/day \(last 7 days\)/).waitFor();
  await rows('Errors').nth(1).waitFor();
  await expect.poll(async () => (await cells('Errors'))[1]).toEqual([HTML, '2', '1', '10 minutes ago']);
  await rows('Slowest routes').nth(2).waitFor();
  expect((await cells('Slowest routes')).slice(1)).toEqual([
    ['GET /b', '1', '300 ms', '300 ms', '100%'],
    ['GET /a', '1', '100 ms', '100 ms', '0%'],
  ]);
  // A quarter of 2, 3, 4 and 5 s is above 4.25 s, linearly between the nearest.
  await rows('Web vitals').nth(1).waitFor();
  expect((await cells('Web vitals'))[1]?.slice(1)).toEqual(['4', '4.25 s', 'Poor']);
  const views = page.getByRole('region', { name: 'Page views' });
  await views.getByTitle('/prices').waitFor();
  expect(await views.getByTitle('2 views').textContent()).toBe('2');
  await views.getByText('Sources').click();
  // Ann's two pages are two visits, an hour and more apart: the later has a referrer. Bob's has none.
  await views.getByTitle('news.example').waitFor();
  await views.getByTitle('2 visits').waitFor();
  await views.getByTitle('Direct / None').waitFor();
  expect(await page.locator('img').count()).toBe(0);
  expect(await violations(page)).toEqual([]);
});

it('keeps the range in the address and leads into Explore with the question', async () => {
  const { page, open } = await dashboard.reader({ colorScheme: 'dark' });
  await open('/apps/shop/overview?last=30d');
  // All but what yesterday and today have: 24 of the habit, 13 of the rest.
  await expect.poll(() => page.locator('[data-tile="Events"]').textContent()).toBe('37');
  expect(await violations(page)).toEqual([]);
  await page.getByRole('region', { name: 'Top events' }).getByRole('link', { name: 'page viewed' }).click();
  await page.waitForURL(/\/explore/);
  expect(JSON.parse(new URL(page.url()).searchParams.get('q') ?? '')).toMatchObject({
    kind: 'trend',
    last: '30d',
    series: [{ event: 'page viewed' }],
  });
});

it('says when there is nothing in a range, and asks no more than needed', async () => {
  const { page, open } = await dashboard.reader({ viewport: { width: 1_440, height: 480 } });
  const asked: string[] = [];
  page.on('request', (request) => {
    if (request.url().includes('/api/query/')) asked.push(request.postData() ?? '');
  });
  await open('/apps/shop/overview?from=2020-01-01&to=2020-01-02');
  await page.getByText('No events in this period.').waitFor();
  expect(await page.locator('[data-tile="Events"]').textContent()).toBe('0');
  // Numbers, who is there now, the chart, top events, the last weeks: what is below the window is not asked.
  expect(asked).toHaveLength(5);
  expect(asked.some((question) => question.includes('performance'))).toBe(false);
});

it('says of a new app that everything in it is new', async () => {
  await dashboard.post('young', [at(HOUR, 'signed up', 'ann'), at(HOUR / 2, 'paid', 'ann')]);
  const { page, open } = await dashboard.reader();
  await open('/apps/young/overview');
  const news = page.getByRole('region', { name: 'New & inactive events' });
  await news
    .getByText('All events are new: the first one arrived 1 hour ago. Changes show here once the app is 7 days old.')
    .waitFor();
  expect(await news.getByText('Nothing unusual').count()).toBe(0);
});

it('counts where a visit came from once, by its first page', async () => {
  const view = (session: string, minute: number, data: object) => ({
    event: 'page viewed',
    device: `d-${session}`,
    session,
    timestamp: now - 2 * HOUR + minute * 60_000,
    data: { path: '/', ...data },
  });
  await dashboard.post('visits', [
    // Three visits from one site, by two of its addresses; one of a campaign; one without anything. Only first pages say so.
    ...['a', 'b', 'c'].flatMap((session, i) => [
      view(session, 0, { referrer: `https://${i === 0 ? 'www.' : ''}news.example/item/${i}` }),
      view(session, 1, {}),
      view(session, 2, {}),
      view(session, 3, {}),
    ]),
    ...[view('d', 0, { utm_source: 'letter', referrer: 'https://mail.example/' }), view('d', 1, {}), view('d', 2, {})],
    ...[view('e', 0, {}), view('e', 1, {})],
  ]);
  await dashboard.api('PATCH', '/api/apps/visits', { timeZone });
  const { page, open } = await dashboard.reader({ viewport: { width: 1_440, height: 1_600 } });
  await open('/apps/visits/overview');
  const views = page.getByRole('region', { name: 'Page views' });
  await views.getByText('Sources').click();
  await views.getByTitle('60% of all visits').waitFor();
  const text = (await views.textContent()) ?? '';
  expect(text).toContain('news.example360%');
  expect(text).toContain('Direct / None120%');
  expect(text).toContain('letter120%');
  expect(text).not.toContain('mail.example');
  expect(await violations(page)).toEqual([]);
  await views.getByRole('link', { name: 'Explore: visits by source' }).click();
  await page.getByRole('combobox', { name: 'Second breakdown' }).waitFor();
  await page.getByRole('region', { name: 'Answer' }).getByText('letter · https://mail.example/').first().waitFor();
});
