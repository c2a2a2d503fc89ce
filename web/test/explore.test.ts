/** Explore, clicked through on events whose numbers are worked out here by plain loops. */
import type { Page } from 'playwright-core';
import { beforeAll, expect, it } from 'vitest';
import { aDashboard } from './support/a-dashboard.ts';
import { violations } from './support/axe.ts';

const dashboard = await aDashboard();
const DAY_MS = 86_400_000;
const STRANGE = '<img src=x onerror="document.title=1">';
/** Noon of today in UTC, and of the days before: no test runs into the next day. */
const noon = Math.floor(Date.now() / DAY_MS) * DAY_MS + DAY_MS / 2 - 2 * DAY_MS;
const DAYS = 5;
const PEOPLE = [
  { user: 'ann', plan: 'pro', every: 1, buys: true },
  { user: 'bob', plan: 'pro', every: 2, buys: true },
  { user: 'cat', plan: 'free', every: 3, buys: false },
] as const;

interface Sent {
  readonly event: string;
  readonly user: string;
  readonly timestamp: number;
  readonly data: Record<string, string | number>;
}
const events: Sent[] = [];
for (let back = 0; back < DAYS; back++)
  for (const [i, { user, plan, every, buys }] of PEOPLE.entries()) {
    if (back % every !== 0) continue;
    const timestamp = noon - back * DAY_MS + i * 60_000;
    events.push({ event: 'page viewed', user, timestamp, data: { plan, ms: 10 * (i + 1) + back } });
    if (buys) events.push({ event: 'purchased', user, timestamp: timestamp + 1_000, data: { plan, price: 5 + back } });
  }
events.push({ event: STRANGE, user: STRANGE, timestamp: noon, data: { plan: STRANGE } });

const of = (name: string): readonly Sent[] => events.filter(({ event }) => event === name);
const users = (list: readonly Sent[]): number => new Set(list.map(({ user }) => user)).size;

beforeAll(() => dashboard.post('shop', events));

const numbers = (page: Page) => page.getByRole('region', { name: 'Answer' }).getByRole('table').last();
/** The row whose first cell is this. */
const row = (page: Page, first: string) => numbers(page).getByRole('row').filter({ hasText: first });
/** What stands behind the first cell of that row. */
async function cellsOf(page: Page, first: string): Promise<string[]> {
  const cells = row(page, first).first().locator('th, td');
  return (await cells.allInnerTexts()).slice(1).map((text) => text.replaceAll('\n', ' ').trim());
}

const field = (page: Page, name: string) => page.getByRole('combobox', { name, exact: true });
async function choose(page: Page, name: string, option: string): Promise<void> {
  await field(page, name).click();
  await page.getByRole('option', { name: option, exact: true }).click();
}

it('builds a trend: events, users, a sum, a formula, a breakdown', async () => {
  const { page, open } = await dashboard.reader();
  await open('/apps/shop/explore');
  await expect.poll(() => cellsOf(page, 'Total')).toEqual([String(events.length)]);
  await choose(page, 'Event of series A', 'purchased');
  const bought = of('purchased');
  await expect.poll(() => cellsOf(page, 'Total')).toEqual([String(bought.length)]);
  await choose(page, 'Measure of series A', 'users');
  await expect.poll(() => cellsOf(page, 'Total')).toEqual([String(users(bought))]);
  await choose(page, 'Measure of series A', 'sum');
  await page.getByText('Choose the property that A measures.').waitFor();
  await choose(page, 'Property of series A', 'price');
  const sum = bought.reduce((all, { data }) => all + Number(data['price']), 0);
  await expect.poll(() => cellsOf(page, 'Total')).toEqual([String(sum)]);
  await page.getByRole('button', { name: 'Add series' }).click();
  await choose(page, 'Event of series B', 'page viewed');
  await page.getByLabel('Formula').fill('A / B');
  await page.keyboard.press('Enter');
  const viewed = of('page viewed').length;
  await expect.poll(async () => (await cellsOf(page, 'Total')).slice(0, 2)).toEqual([String(sum), String(viewed)]);
  await expect.poll(async () => Number((await cellsOf(page, 'Total'))[2])).toBeCloseTo(sum / viewed, 1);
  // What the server says of a formula stands at the formula.
  await page.getByLabel('Formula').fill('A / /');
  await page.keyboard.press('Enter');
  await expect.poll(() => page.getByLabel('Formula').getAttribute('aria-invalid')).toBe('true');
  await page.getByLabel('Formula').fill('');
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Remove series B' }).click();
  await choose(page, 'Measure of series A', 'events');
  await choose(page, 'Breakdown', 'plan');
  await expect.poll(() => cellsOf(page, 'Total')).toEqual([String(bought.length)]);
  await numbers(page).getByRole('columnheader', { name: 'pro' }).waitFor();
  expect(await violations(page)).toEqual([]);
});

it('filters by suggestions from real data, and shows the whole question to whoever gets the address', async () => {
  const { page, open } = await dashboard.reader();
  await open('/apps/shop/explore');
  await page.getByRole('button', { name: 'Add filter: entire query' }).click();
  await choose(page, 'Field', 'plan');
  await field(page, 'Value').click();
  // As many as there are of the value, beside it.
  const pro = events.filter(({ data }) => data['plan'] === 'pro').length;
  await page
    .getByRole('option', { name: `pro ${pro}` })
    .or(page.getByRole('option', { name: `pro${pro}` }))
    .click();
  await page.getByRole('button', { name: 'Add', exact: true }).click();
  await expect.poll(() => cellsOf(page, 'Total')).toEqual([String(pro)]);
  const address = page.url();
  const other = await dashboard.reader();
  await other.page.goto(address);
  await expect.poll(() => cellsOf(other.page, 'Total')).toEqual([String(pro)]);
  await other.page.getByRole('button', { name: 'plan is pro', exact: true }).waitFor();
  // Back to before the filter, and forward again.
  await page.goBack();
  await expect.poll(() => cellsOf(page, 'Total')).toEqual([String(events.length)]);
  await page.goForward();
  await expect.poll(() => cellsOf(page, 'Total')).toEqual([String(pro)]);
  await page.getByRole('button', { name: 'Remove plan is pro' }).click();
  await expect.poll(() => cellsOf(page, 'Total')).toEqual([String(events.length)]);
});

it('builds a funnel, keeps it when a step moves, and tells who left', async () => {
  const { page, open } = await dashboard.reader();
  await open('/apps/shop/explore');
  await page.getByRole('tab', { name: 'Funnel' }).click();
  await choose(page, 'Event of step 1', 'page viewed');
  await choose(page, 'Event of step 2', 'purchased');
  const viewers = users(of('page viewed'));
  const buyers = users(of('purchased'));
  const share = `${((buyers / viewers) * 100).toFixed(1)}%`;
  await expect
    .poll(async () => (await cellsOf(page, '2. purchased')).slice(0, 4))
    // The window of the last who entered is not over.
    .toEqual([String(buyers), `${share} so far`, share, String(viewers - buyers)]);
  expect((await cellsOf(page, '1. page viewed'))[0]).toContain(String(viewers));
  expect(await violations(page)).toEqual([]);
  await page.getByRole('button', { name: 'Move step 2 up' }).click();
  await expect.poll(() => row(page, '1. purchased').count()).toBe(1);
});

it('builds retention, paths, stickiness, lifecycle, sessions and performance', async () => {
  const { page, open } = await dashboard.reader();
  await open('/apps/shop/explore');
  await choose(page, 'Event of series A', 'page viewed');

  await page.getByRole('tab', { name: 'Stickiness' }).click();
  const viewers = users(of('page viewed'));
  await numbers(page).getByRole('columnheader', { name: 'Users' }).waitFor();
  // Days on which somebody viewed a page, of all users, on average.
  const days = new Set(of('page viewed').map(({ user, timestamp }) => `${user} ${Math.floor(timestamp / DAY_MS)}`))
    .size;
  await expect
    .poll(async () => (await numbers(page).getByRole('row').nth(1).locator('th, td').allInnerTexts()).slice(1, 3))
    .toEqual([String(viewers), String(Number((days / viewers).toFixed(2)))]);
  expect(await violations(page)).toEqual([]);

  await page.getByRole('tab', { name: 'Retention' }).click();
  await expect.poll(async () => (await cellsOf(page, 'Average'))[0]).toBe(String(viewers));
  expect(await violations(page)).toEqual([]);

  await page.getByRole('tab', { name: 'Lifecycle' }).click();
  await numbers(page).getByRole('columnheader', { name: 'New' }).waitFor();
  const news = (await numbers(page).getByRole('row').allInnerTexts())
    .slice(1)
    .map((text) => Number(text.split('\t')[1]));
  expect(news.reduce((all, one) => all + one, 0)).toBe(viewers);
  expect(await violations(page)).toEqual([]);

  await page.getByRole('tab', { name: 'Paths' }).click();
  // Without sessions of their own, each day of a user is one: a page view, and of buyers a purchase after it.
  await expect.poll(async () => (await cellsOf(page, 'purchased')).join(' ')).toContain(String(of('purchased').length));
  expect(await violations(page)).toEqual([]);

  await page.getByRole('tab', { name: 'Sessions' }).click();
  // Without a session of their own, page views make visits, and nothing else does.
  const views = of('page viewed');
  const sessions = new Set(views.map(({ user, timestamp }) => `${user} ${Math.floor(timestamp / DAY_MS)}`)).size;
  await page.getByRole('region', { name: 'Answer' }).getByText(String(sessions), { exact: true }).first().waitFor();
  expect(await violations(page)).toEqual([]);

  await page.getByRole('tab', { name: 'Performance' }).click();
  await page.getByText('Pick a numeric property').waitFor();
  await choose(page, 'Event', 'page viewed');
  await choose(page, 'Value', 'ms');
  await choose(page, 'Group by', 'plan');
  const slowest = Math.max(
    ...of('page viewed')
      .filter(({ data }) => data['plan'] === 'free')
      .map(({ data }) => Number(data['ms'])),
  );
  await expect.poll(async () => (await cellsOf(page, 'free')).join(' ')).toContain(String(slowest));
  expect(await violations(page)).toEqual([]);
});

it('gives the SQL, a CSV as the API has it, a picture, and saves as a report on a dashboard', async () => {
  await dashboard.api('POST', '/api/apps/shop/dashboards', { name: 'Front', tiles: [] });
  const { page, open } = await dashboard.reader();
  await open('/apps/shop/explore');
  await row(page, 'Total').waitFor();
  await page.getByRole('button', { name: 'SQL', exact: true }).click();
  await page
    .getByRole('dialog')
    .getByText(/SELECT[\s\S]*FROM/)
    .waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Download' }).click();
  const csv = page.waitForEvent('download');
  await page.getByRole('menuitem', { name: 'CSV' }).click();
  const stream = await (await csv).createReadStream();
  let text = '';
  for await (const part of stream) text += String(part);
  expect(text.split('\r\n')[0]).toBe('series,measure,from,value');
  const values = text
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => Number(line.split(',')[3]));
  expect(values.reduce((all, one) => all + one, 0)).toBe(events.length);
  await page.getByRole('button', { name: 'Download' }).click();
  const png = page.waitForEvent('download');
  await page.getByRole('menuitem', { name: 'PNG image' }).click();
  const first = await (await (await png).createReadStream()).iterator({ destroyOnReturn: true }).next();
  expect([...(first.value as Buffer).subarray(1, 4)]).toEqual([...Buffer.from('PNG')]);

  await page.getByRole('button', { name: 'Save', exact: true }).click();
  expect(await page.getByLabel('Name').inputValue()).toBe('All events');
  await page.getByLabel('Name').fill('All there is');
  await choose(page, 'Add to dashboard', 'Front');
  await page.getByRole('dialog').getByRole('button', { name: 'Save', exact: true }).click();
  await expect.poll(() => page.getByRole('dialog').count()).toBe(0);
  const [report] = await dashboard.api<{ id: string; name: string; question: object }[]>(
    'GET',
    '/api/apps/shop/reports',
  );
  expect(report).toMatchObject({ name: 'All there is', question: { kind: 'trend', last: '30d' } });
  const [board] = await dashboard.api<{ tiles: object[] }[]>('GET', '/api/apps/shop/dashboards');
  expect(board?.tiles).toMatchObject([{ report: report?.id }]);
});

it('works by keys alone, and shows names full of HTML as they are', async () => {
  const { page, open } = await dashboard.reader();
  await open('/apps/shop/explore');
  await row(page, 'Total').waitFor();
  await page.keyboard.press('2');
  await page.getByRole('tab', { name: 'Funnel', selected: true }).waitFor();
  await page.keyboard.press('n');
  await field(page, 'Event of step 3').waitFor();
  await page.keyboard.press('1');
  await page.keyboard.press('c');
  await expect.poll(() => page.getByRole('radio', { name: 'Bar' }).isChecked()).toBe(true);
  // The steps have become series; the first is this event's, with one group.
  await choose(page, 'Event of series A', STRANGE);
  await choose(page, 'Breakdown', 'plan');
  await numbers(page).getByRole('columnheader', { name: STRANGE }).first().waitFor();
  await expect.poll(async () => (await cellsOf(page, 'Total'))[0]).toBe('1');
  expect(await page.title()).toContain('Explore');
});

it('offers a viewer nothing that would be refused', async () => {
  await dashboard.api('POST', '/api/users', { name: 'vera', password: 'a long enough one', role: 'viewer' });
  const { token } = await dashboard.api<{ token: string }>('POST', '/auth', {
    username: 'vera',
    password: 'a long enough one',
  });
  const { page, open } = await dashboard.reader({ token });
  await open('/apps/shop/explore');
  await row(page, 'Total').waitFor();
  expect(await page.getByRole('button', { name: 'Save', exact: true }).count()).toBe(0);
  expect(await page.getByRole('button', { name: 'Add annotation' }).count()).toBe(0);
});

it('marks a date on the charts, and fits a narrow screen', async () => {
  const { page, open } = await dashboard.reader({ viewport: { width: 360, height: 740 } });
  await open('/apps/shop/explore');
  await row(page, 'Total').waitFor();
  await page.getByRole('button', { name: 'Add annotation' }).click();
  await page.getByLabel('Note').fill('Version 2');
  await page.getByRole('dialog').getByRole('button', { name: 'Add', exact: true }).click();
  await expect.poll(() => page.getByRole('dialog').count()).toBe(0);
  expect(await dashboard.api('GET', '/api/apps/shop/annotations')).toMatchObject([{ text: 'Version 2' }]);
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  expect(overflow).toBeLessThanOrEqual(0);
  expect(await violations(page)).toEqual([]);
});
