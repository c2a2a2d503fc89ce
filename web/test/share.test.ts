import { expect, it } from 'vitest';
import { aDashboard } from './support/a-dashboard.ts';
import { violations } from './support/axe.ts';

const dashboard = await aDashboard();
const HOSTILE = '<img src=x onerror=alert(1)>';

/** Three purchases on the 10th, one on the 11th, and two visits of somebody who never bought. */
const at = (day: number, hour: number) => `2026-11-${day}T${hour < 10 ? '0' : ''}${hour}:00:00Z`;
await dashboard.post('shop', [
  ...[8, 9, 10].map((hour) => ({ event: HOSTILE, user: 'ann', timestamp: at(10, hour), data: { plan: HOSTILE } })),
  { event: HOSTILE, user: 'bob', timestamp: at(11, 9), data: { plan: 'free' } },
  { event: 'visit', user: 'cas', timestamp: at(10, 9) },
  { event: 'visit', user: 'cas', timestamp: at(12, 9) },
]);
const RANGE = { from: '2026-11-10', to: '2026-11-12' };
const trend = { kind: 'trend', ...RANGE, interval: 'day', series: [{ event: HOSTILE }] };

interface Made {
  readonly id: string;
}
async function linkTo(
  kind: 'reports' | 'dashboards',
  body: object,
  share: object = {},
): Promise<{ path: string; item: string; id: string }> {
  const { id: item } = await dashboard.api<Made>('POST', `/api/apps/shop/${kind}`, body);
  const { url, id } = await dashboard.api<Made & { url: string }>(
    'POST',
    `/api/apps/shop/${kind}/${item}/share`,
    share,
  );
  return { path: `/share/${url.split('/').at(-1)}`, item, id };
}

const BOARD = {
  name: 'For the wall',
  description: 'Without a password',
  tiles: [
    { x: 0, y: 0, w: 6, h: 4, name: 'By day', chart: 'table', question: trend },
    { x: 6, y: 0, w: 6, h: 4, name: 'Lines', chart: 'line', question: { ...trend, breakdown: ['data.plan'] } },
    {
      x: 0,
      y: 4,
      w: 4,
      h: 3,
      name: 'Buyers',
      chart: 'number',
      question: { ...trend, interval: undefined, series: [{ event: HOSTILE, measure: 'users' }] },
    },
    {
      x: 4,
      y: 4,
      w: 8,
      h: 3,
      name: 'Steps',
      question: { kind: 'funnel', ...RANGE, steps: [{ event: HOSTILE }, { event: 'visit' }] },
    },
  ],
};

it('shows a dashboard to who is not signed in, with the numbers that are there, and asks for nothing else', async () => {
  const { path } = await linkTo('dashboards', BOARD);
  const { page, open } = await dashboard.visitor();
  const asked = new Set<string>();
  page.on('request', (request) => {
    const { pathname } = new URL(request.url());
    if (!pathname.startsWith('/assets/')) asked.add(pathname);
  });
  await open(path);
  await page.getByRole('heading', { name: 'For the wall' }).waitFor();
  const table = page.getByRole('region', { name: 'By day' }).getByRole('table');
  await table.waitFor();
  // 3 on the 10th, 1 on the 11th, none on the 12th: 4 in all.
  const cells = await table
    .locator('tbody tr')
    .evaluateAll((rows) => rows.map((row) => row.lastElementChild?.textContent));
  expect(cells).toEqual(['4', '3', '1', '0']);
  // Ann and bob.
  await page.getByRole('region', { name: 'Buyers' }).getByText('2', { exact: true }).waitFor();
  await page.getByRole('region', { name: 'Lines' }).getByRole('img').waitFor();
  await page
    .getByRole('region', { name: 'Steps' })
    .getByRole('img', { name: /2 \(100%\).*visit 0 \(0%\)/ })
    .waitFor();
  expect(await violations(page)).toEqual([]);
  expect(
    [...asked]
      .filter((pathname) => !['/favicon.svg', '/favicon.ico', '/manifest.webmanifest'].includes(pathname))
      .sort(),
  ).toEqual([path.replace('/share/', '/api/shared/'), path]);
  expect(await page.locator('a').count()).toBe(0);
  // What strangers called an event is text, in tooltips too.
  await page.getByRole('region', { name: 'Lines' }).getByRole('img').hover();
  const lines = page.getByRole('region', { name: 'Lines' });
  await lines.getByText('Wed, 11 Nov 2026').waitFor();
  await lines.getByText(HOSTILE, { exact: true }).last().waitFor();
  expect(await page.locator('img').count()).toBe(0);
});

it('narrows the range within what the link shows, and keeps it in the address', async () => {
  const { path } = await linkTo('reports', { name: 'Sold', chart: 'table', question: trend });
  const { page, open } = await dashboard.visitor();
  await open(path);
  await page.getByRole('heading', { name: 'Sold' }).waitFor();
  await page.getByRole('button', { name: /^10\W+12 Nov/ }).click();
  const first = page.getByLabel('First day');
  expect([await first.inputValue(), await first.getAttribute('min'), await first.getAttribute('max')]).toEqual([
    '2026-11-10',
    '2026-11-10',
    '2026-11-12',
  ]);
  await first.fill('2026-11-11');
  await page.getByRole('button', { name: 'Show these days' }).click();
  await expect
    .poll(() => page.locator('tbody tr').evaluateAll((rows) => rows.map((row) => row.lastElementChild?.textContent)))
    .toEqual(['1', '1', '0']);
  expect(new URL(page.url()).searchParams.get('from')).toBe('2026-11-11');
  await page.getByRole('button', { name: /^11\W+12 Nov/ }).click();
  expect(await violations(page)).toEqual([]);
});

it('says that a link leads nowhere, whether it is wrong, has ended or was revoked', async () => {
  const { page, open } = await dashboard.visitor();
  await open('/share/sh_AAAAAAAAAAAAAAAAAAAAAA');
  await page.getByRole('heading', { name: 'Link not found' }).waitFor();
  expect(await violations(page)).toEqual([]);
  const { path, item, id } = await linkTo('reports', { name: 'Gone', question: trend });
  await dashboard.api('DELETE', `/api/apps/shop/reports/${item}/share/${id}`);
  await open(path);
  await page.getByRole('heading', { name: 'Link not found' }).waitFor();
});

it('changes its colours, and fits a narrow screen', async () => {
  const { path } = await linkTo('dashboards', BOARD);
  const { page, open } = await dashboard.visitor({ viewport: { width: 360, height: 740 } });
  await open(path);
  await page.getByRole('region', { name: 'Lines' }).getByRole('img').waitFor();
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
  await page.getByRole('button', { name: 'Dark theme' }).click();
  await page.getByRole('button', { name: 'Light theme' }).waitFor();
  expect(await page.evaluate(() => document.documentElement.getAttribute('data-mantine-color-scheme'))).toBe('dark');
  expect(await violations(page)).toEqual([]);
});
