import { expect, it } from 'vitest';
import type { SavedDashboard } from '../../client/src/wire.ts';
import { aDashboard } from './support/a-dashboard.ts';
import { violations } from './support/axe.ts';

const dashboard = await aDashboard();
const hour = 3_600_000;
const noon = Math.floor(Date.now() / 86_400_000) * 86_400_000 - 12 * hour;
/** 7 purchases by 3 users, a day before today. */
await dashboard.post(
  'shop',
  Array.from({ length: 7 }, (_, i) => ({
    event: 'purchased',
    user: `u${i % 3}`,
    timestamp: new Date(noon + i).toISOString(),
  })),
);
const boards = () => dashboard.api<SavedDashboard[]>('GET', '/api/apps/shop/dashboards');
const number = (name: string) => ({
  name,
  chart: 'number',
  question: { kind: 'trend', last: '7d', series: [{ event: 'purchased' }] },
});

it('makes a dashboard of a template, which is an ordinary saved one, and deletes it', async () => {
  const { page, open } = await dashboard.reader();
  await open('/apps/shop/dashboards');
  await page.getByRole('button', { name: 'Use template Reports' }).click();
  await page.getByRole('button', { name: 'Create' }).click();
  await page.getByRole('heading', { name: 'This week and last week', exact: true }).waitFor();
  expect((await boards()).map(({ name, tiles }) => [name, tiles.length])).toEqual([['Reports', 6]]);
  expect(await violations(page)).toEqual([]);
  await open('/apps/shop/dashboards');
  await page.getByRole('button', { name: 'Actions for Reports' }).click();
  await page.getByRole('menuitem', { name: 'Delete' }).click();
  await page.getByRole('button', { name: 'Delete', exact: true }).click();
  await page.getByRole('button', { name: 'Use template Reports' }).waitFor();
  expect(await boards()).toEqual([]);
});

it('arranges by keys and by dragging, saves, and tells who saved meanwhile', async () => {
  const { id } = await dashboard.api<SavedDashboard>('POST', '/api/apps/shop/dashboards', {
    name: 'Wall',
    tiles: [
      { x: 0, y: 0, w: 4, h: 3, ...number('Left') },
      { x: 4, y: 0, w: 4, h: 3, ...number('Right') },
    ],
  });
  const { page, open } = await dashboard.reader({ viewport: { width: 1440, height: 900 } });
  await open(`/apps/shop/dashboards/${id}`);
  // Seven, as posted above.
  await page.getByRole('region', { name: 'Left' }).getByText('7', { exact: true }).waitFor();
  await page.getByRole('button', { name: 'Edit layout' }).click();
  const right = page.getByRole('button', { name: /^Move Right/ });
  await right.focus();
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Shift+ArrowDown');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByRole('button', { name: 'Edit layout' }).waitFor();
  const placesOf = async () => (await boards())[0]!.tiles.map(({ x, y, w, h }) => [x, y, w, h]);
  expect(await placesOf()).toEqual([
    [0, 0, 4, 3],
    [5, 0, 4, 4],
  ]);

  await page.getByRole('button', { name: 'Edit layout' }).click();
  const from = (await page.getByRole('button', { name: /^Move Left/ }).boundingBox())!;
  await page.mouse.move(from.x + 8, from.y + 8);
  await page.mouse.down();
  await page.mouse.move(from.x + 8, from.y + 300, { steps: 8 });
  await page.mouse.move(from.x + 480, from.y + 430, { steps: 12 });
  await page.mouse.up();
  // Somebody else saves before this reader does.
  await dashboard.api('PATCH', `/api/apps/shop/dashboards/${id}`, { version: 2, description: 'Theirs' });
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByText('Someone else changed this dashboard').waitFor();
  await page.getByRole('button', { name: 'Save my version' }).click();
  await page.getByRole('button', { name: 'Edit layout' }).waitFor();
  expect((await placesOf())[0]).not.toEqual([0, 0, 4, 3]);
  expect((await boards())[0]!.description).toBe('Theirs');
});

it('shares by a link that a stranger opens, until it is revoked', async () => {
  const [board] = await boards();
  const { page, open } = await dashboard.reader();
  await open(`/apps/shop/dashboards/${board!.id}`);
  await page.getByRole('button', { name: 'Share' }).click();
  await page.getByRole('button', { name: 'Create link' }).click();
  const link = (await page.getByText(/\/share\/sh_/).textContent()) ?? '';
  expect(await violations(page)).toEqual([]);
  const stranger = await dashboard.visitor();
  await stranger.page.goto(link);
  await stranger.page.getByRole('heading', { name: 'Wall' }).waitFor();
  await page.getByRole('button', { name: /^Revoke the link/ }).click();
  await page.getByText('No active links.').waitFor();
  await stranger.page.reload();
  await expect.poll(() => stranger.page.getByRole('heading', { name: 'Wall' }).count()).toBe(0);
});

it('lets a viewer look and not change, on a narrow screen too', async () => {
  const [board] = await boards();
  await dashboard.api('POST', '/api/users', { name: 'vera', password: 'a long enough one', role: 'viewer' });
  const { token } = await dashboard.api<{ token: string }>('POST', '/auth', {
    username: 'vera',
    password: 'a long enough one',
  });
  const { page, open } = await dashboard.reader({ token, viewport: { width: 360, height: 740 } });
  await open(`/apps/shop/dashboards/${board!.id}`);
  await page.getByRole('region', { name: 'Left' }).getByText('7', { exact: true }).waitFor();
  expect(await page.getByRole('button', { name: 'Edit layout' }).count()).toBe(0);
  expect(await page.getByRole('button', { name: 'Share' }).count()).toBe(0);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
  expect(await violations(page)).toEqual([]);
});
