/** What a browser shows of users beyond `exactUsersMaxRows`, lowered to 1,500 events: one number on every page, with `≈` before it. */
import { expect, it } from 'vitest';
import { aDashboard } from './support/a-dashboard.ts';

const dashboard = await aDashboard({ exactUsersMaxRows: 1_500 });
const NOW = Date.now();
const VIEWS = 2_000;
/** Each page is viewed once by each of its users: 1,600 view `/`, 400 `/prices`; one more event is a sign-up. */
await dashboard.post('shop', [
  ...Array.from({ length: VIEWS }, (_, i) => ({
    event: 'page viewed',
    user: `user ${i}`,
    timestamp: NOW - 60_000 - i,
    data: { path: i < 1_600 ? '/' : '/prices' },
  })),
  { event: 'signed up', user: 'user 0', timestamp: NOW - 60_000 },
]);

const range = { from: new Date(NOW - 86_400_000).toISOString(), to: new Date(NOW).toISOString() };
const users = { kind: 'trend', ...range, series: [{ measure: 'users' }] };
const spaced = (text: string | null) => text?.replaceAll('\u00A0', ' ') ?? '';
/** An estimate: the API's number is what pages must show. */
const asked = await dashboard.api<{ exact: boolean; result: { series: { total: number; estimated?: true }[] } }>(
  'POST',
  '/api/query/shop',
  users,
);
const estimate = asked.result.series[0]!;
const shown = `≈ ${estimate.total.toLocaleString('en-US')}`;

it('is an estimate of the API, no larger than the events', () => {
  expect([asked.exact, estimate.estimated]).toEqual([false, true]);
  expect(estimate.total).toBeGreaterThan(1_900);
  expect(estimate.total).toBeLessThanOrEqual(VIEWS);
});

it('has ≈ on the Overview, in tiles and lists, and not before what is certain', async () => {
  const { page, open } = await dashboard.reader({ locale: 'en-US' });
  await open('/apps/shop/overview?last=7d');
  const tile = (name: string) => page.locator(`[data-tile="${name}"]`);
  await expect.poll(async () => spaced(await tile('Users').textContent())).toBe(shown);
  expect(spaced(await tile('Events').textContent())).toBe('2,001');
  expect(spaced(await tile('Events per user').textContent())).toMatch(/^≈ 1/);
  const views = page.getByRole('region', { name: 'Page views' });
  await views.getByText('/prices').waitFor();
  // By the rows of the event: an estimate. Never more users than views.
  const row = spaced(await views.getByText('1,600', { exact: true }).first().locator('..').textContent());
  const [, most] = /1,600≈ (1,\d{3})$/.exec(row) ?? [];
  expect(Number(most?.replace(',', ''))).toBeLessThanOrEqual(1_600);
});

it('has ≈ in Explore, as a table, as a number and for sessions, with the same number', async () => {
  const { page, open } = await dashboard.reader({ locale: 'en-US' });
  const q = (question: object) => encodeURIComponent(JSON.stringify(question));
  for (const chart of ['table', 'number']) {
    await open(`/apps/shop/explore?q=${q(users)}&chart=${chart}`);
    await page.getByRole('region', { name: 'Answer' }).getByText(shown).first().waitFor();
  }
  await open(`/apps/shop/explore?q=${q({ kind: 'sessions', ...range })}`);
  await page.getByRole('region', { name: 'Answer' }).getByText(shown).first().waitFor();
  // One event only: few rows, so it is exact.
  const few = { ...users, series: [{ event: 'signed up', measure: 'users' }] };
  await open(`/apps/shop/explore?q=${q(few)}&chart=number`);
  const answer = page.getByRole('region', { name: 'Answer' });
  await answer.getByText('1', { exact: true }).first().waitFor();
  expect(await answer.getByText('≈').count()).toBe(0);
});
