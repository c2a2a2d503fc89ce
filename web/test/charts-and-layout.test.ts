/** What a dashboard does with many groups, with other comparisons, and with changes that are not saved. */
import { expect, it } from 'vitest';
import type { SavedDashboard } from '../../client/src/wire.ts';
import { aDashboard } from './support/a-dashboard.ts';
import { violations } from './support/axe.ts';

const dashboard = await aDashboard();
const DAY_MS = 86_400_000;
const noon = Math.floor(Date.now() / DAY_MS) * DAY_MS + DAY_MS / 2;
await dashboard.post('shop', [
  ...Array.from({ length: 14 }, (_, i) => ({
    event: 'bought',
    user: 'ann',
    timestamp: noon - 2 * DAY_MS,
    data: { country: `Country number ${i}` },
  })),
  // As many weeks earlier as three days touch: one.
  ...[1, 2, 3].map(() => ({ event: 'bought', user: 'bob', timestamp: noon - 9 * DAY_MS })),
]);
const day = (ago: number) => new Date(noon - ago * DAY_MS).toISOString().slice(0, 10);
const board = (question: object, chart = 'line') =>
  dashboard.api<SavedDashboard>('POST', '/api/apps/shop/dashboards', {
    name: 'Wall',
    tiles: [{ x: 0, y: 0, w: 6, h: 4, name: 'Tile', chart, question }],
  });

it('says how many entries of a legend are not shown, and shows them', async () => {
  const question = { kind: 'trend', last: '7d', interval: 'day', series: [{}], breakdown: ['data.country'] };
  const { id } = await board(question);
  const { page, open } = await dashboard.reader({ viewport: { width: 1_000, height: 800 } });
  await open(`/apps/shop/dashboards/${id}`);
  const legend = page.getByRole('list', { name: 'Series' });
  // Ten groups and the others.
  await expect.poll(() => legend.getByRole('listitem').count()).toBe(11);
  const more = page.getByRole('button', { name: /^\+\d+ more$/ });
  const hidden = Number((await more.textContent())?.replace(/\D/g, ''));
  const shown = () =>
    legend.evaluate((list) => {
      const { bottom } = list.getBoundingClientRect();
      return [...list.children].filter((item) => item.getBoundingClientRect().bottom <= bottom + 1).length;
    });
  expect(await shown()).toBe(11 - hidden);
  await more.click();
  await expect.poll(shown).toBeGreaterThan(11 - hidden);
  expect(await violations(page)).toEqual([]);
  await page.getByRole('button', { name: 'Show less' }).click();
  await expect.poll(shown).toBe(11 - hidden);
});

it('compares with the same weekdays before, and with last year', async () => {
  const q = { kind: 'trend', from: day(3), to: day(1), series: [{ event: 'bought' }] };
  const { page, open } = await dashboard.reader();
  await open(`/apps/shop/explore?chart=table&q=${encodeURIComponent(JSON.stringify(q))}`);
  const choose = async (option: string) => {
    await page.getByRole('combobox', { name: 'Compare to' }).click();
    await page.getByRole('option', { name: option }).click();
  };
  await choose('Same weekdays before');
  // Fourteen against the three of a week before: 11 / 3 more.
  await page.getByRole('row', { name: 'bought 14 3 +367%' }).waitFor();
  await choose('Previous period');
  await page.getByRole('row', { name: 'bought 14 0 –' }).waitFor();
  await choose('Last year');
  await page.getByRole('row', { name: 'bought 14 0 –' }).waitFor();
  expect(JSON.parse(new URL(page.url()).searchParams.get('q') ?? '')).toMatchObject({ compare: 'previousYear' });
});

it('asks before a changed layout is left, and opens a tile by its title', async () => {
  const { id } = await board({ kind: 'trend', last: '7d', series: [{ event: 'bought' }] }, 'number');
  const { page, open } = await dashboard.reader({ viewport: { width: 1_440, height: 900 } });
  await open(`/apps/shop/dashboards/${id}`);
  await page.getByRole('button', { name: 'Edit layout' }).click();
  // Nothing has changed yet: nothing is asked.
  const overview = page.getByRole('link', { name: /^Overview/ });
  await overview.click();
  await page.getByRole('heading', { name: 'Overview' }).waitFor();
  await open(`/apps/shop/dashboards/${id}`);
  await page.getByRole('button', { name: 'Edit layout' }).click();
  const handle = page.getByRole('button', { name: /^Move Tile/ });
  await handle.focus();
  await page.keyboard.press('ArrowRight');
  await overview.click();
  const dialog = page.getByRole('dialog', { name: 'Discard your changes?' });
  await dialog.waitFor();
  expect(await violations(page)).toEqual([]);
  await dialog.getByRole('button', { name: 'Keep editing' }).click();
  await dialog.waitFor({ state: 'detached' });
  await handle.waitFor();
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByRole('button', { name: 'Edit layout' }).waitFor();
  const saved = await dashboard.api<SavedDashboard>('GET', `/api/apps/shop/dashboards/${id}`);
  expect(saved.tiles[0]).toMatchObject({ x: 1 });
  await page.getByRole('button', { name: 'Date range: Each tile’s own range, UTC' }).click();
  await page.getByRole('button', { name: 'Last 30 days' }).click();
  await page.waitForURL(/last=30d/);
  await page.getByRole('link', { name: 'Tile' }).click();
  await page.waitForURL(/\/explore/);
  expect(JSON.parse(new URL(page.url()).searchParams.get('q') ?? '')).toMatchObject({ last: '30d' });
});
