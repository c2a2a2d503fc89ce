import { expect, it } from 'vitest';
import { aDashboard } from './support/a-dashboard.ts';

const dashboard = await aDashboard();
await dashboard.post('shop', [
  { event: 'purchased', user: 'ann' },
  { event: 'purchased', user: 'bob' },
]);

const q = { kind: 'trend', last: '7d', interval: 'day', series: [{ event: 'purchased', measure: 'users' }] };

it.each([
  ['Overview', '/apps/shop/overview', { kind: 'trend', from: 'today', to: 'today', interval: 'hour', series: [{}] }],
  ['Explore', '/apps/shop/explore', { kind: 'trend', last: '30d', interval: 'day', series: [{}] }],
  ['Explore with a question', `/apps/shop/explore?q=${encodeURIComponent(JSON.stringify(q))}`, q],
])('%s asks its first questions before its script runs, and none of them twice', async (_, path, first) => {
  const { page, open } = await dashboard.reader();
  const asked: string[] = [];
  page.on('request', (request) => {
    const place = new URL(request.url()).pathname;
    if (/^\/(api|auth)/.test(place)) asked.push(`${request.method()} ${place} ${request.postData() ?? ''}`);
  });
  await open(path);
  await page.locator('canvas').first().waitFor();
  expect(asked.slice(0, 4).map((one) => one.split(' ').slice(0, 2).join(' '))).toEqual([
    'GET /auth',
    'POST /api/query/shop',
    'GET /api/apps',
    'GET /api/apps/shop/events',
  ]);
  expect(JSON.parse(asked[1]!.slice(asked[1]!.indexOf('{')))).toMatchObject(first);
  expect(asked.filter((one, i) => asked.indexOf(one) !== i)).toEqual([]);
});

it('asks for the numbers of Web once', async () => {
  const { page, open } = await dashboard.reader();
  await dashboard.post('site', [{ event: 'page viewed', device: 'ann', session: 'a', data: { path: '/' } }]);
  const asked: string[] = [];
  page.on('request', (request) => {
    if (request.url().includes('/api/query/site')) asked.push(request.postData() ?? '');
  });
  await open('/apps/site/web');
  await page.locator('canvas').first().waitFor();
  expect(asked.filter((question) => question.includes('interval'))).toEqual([
    JSON.stringify({ kind: 'web', last: '30d', interval: 'day', compare: 'sameWeekdays' }),
  ]);
});

it.each([
  ['light', 1_280],
  ['dark', 360],
] as const)('shows the frame of the page before any script has arrived (%s, %i px)', async (colorScheme, width) => {
  const { page, open } = await dashboard.reader({ colorScheme, viewport: { width, height: 740 } });
  let go = (): void => undefined;
  const arrived = new Promise<void>((resolve) => {
    go = resolve;
  });
  await page.route(/assets\/(?!scheme).*\.js/, async (route) => {
    await arrived;
    await route.continue();
  });
  // The document waits for its scripts.
  void open('/apps/shop/overview').catch(() => undefined);
  const frame = page.getByText('Loading…');
  await frame.waitFor();
  expect(await page.getByRole('heading').count()).toBe(0);
  go();
  await page.getByRole('heading', { name: 'Overview' }).waitFor();
  expect(await frame.isVisible()).toBe(false);
});

it('has no frame where a page has none', async () => {
  const { page, open } = await dashboard.visitor();
  await open('/sign-in');
  await page.getByRole('heading', { name: 'Sign in to Seismo' }).waitFor();
  expect(await page.getByText('Loading…').isVisible()).toBe(false);
});
