/** The fields of Explore's forms, clicked one by one; what the page shows is worked out here by plain loops. */
import type { Page } from 'playwright-core';
import { beforeAll, expect, it } from 'vitest';
import { aDashboard } from './support/a-dashboard.ts';

const dashboard = await aDashboard();
const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
/** Noon in UTC of two days ago, and of the days before. */
const noon = Math.floor(Date.now() / DAY_MS) * DAY_MS + DAY_MS / 2 - 2 * DAY_MS;
const PEOPLE = [
  { user: 'ann', plan: 'pro', every: 1, buys: true },
  { user: 'bob', plan: 'team', every: 2, buys: true },
  { user: 'cat', plan: 'free', every: 3, buys: false },
] as const;

interface Sent {
  readonly event: string;
  readonly user: string;
  readonly timestamp: number;
  readonly data: Readonly<Record<string, string | number | boolean>>;
}
const events: Sent[] = [];
for (let back = 0; back < 5; back++)
  for (const [i, { user, plan, every, buys }] of PEOPLE.entries()) {
    if (back % every !== 0) continue;
    const at = noon - back * DAY_MS + i * MINUTE_MS;
    events.push({ event: 'visited', user, timestamp: at, data: { plan, ms: (i + 1) * 1.5 + back, mobile: i === 1 } });
    // Bob reads the terms before each purchase.
    if (user === 'bob') events.push({ event: 'terms read', user, timestamp: at + 1_000, data: { plan } });
    if (buys) events.push({ event: 'purchased', user, timestamp: at + 2_000, data: { plan, price: 5 + back - 7 } });
  }
const of = (name: string): readonly Sent[] => events.filter(({ event }) => event === name);
const visits = of('visited');
const countOf = (holds: (sent: Sent) => boolean): string => String(events.filter(holds).length);

beforeAll(() => dashboard.post('shop', events));

const numbers = (page: Page) => page.getByRole('region', { name: 'Answer' }).getByRole('table').last();
const row = (page: Page, first: string) => numbers(page).getByRole('row').filter({ hasText: first }).first();
async function cellsOf(page: Page, first: string): Promise<string[]> {
  const cells = row(page, first).locator('th, td');
  return (await cells.allInnerTexts()).slice(1).map((text) => text.replaceAll('\n', ' ').trim());
}
const totals = async (page: Page, ...expected: readonly string[]): Promise<void> =>
  expect.poll(() => cellsOf(page, 'Total')).toEqual(expected);

const field = (page: Page, name: string) => page.getByRole('combobox', { name, exact: true });
async function choose(page: Page, name: string, option: string): Promise<void> {
  await field(page, name).click();
  await page.getByRole('option', { name: option, exact: true }).click();
}
const open = async (question?: object) => {
  const reader = await dashboard.reader();
  const search = question === undefined ? '' : `?q=${encodeURIComponent(JSON.stringify(question))}`;
  await reader.open(`/apps/shop/explore${search}`);
  return reader.page;
};
const questionOf = (page: Page): unknown => JSON.parse(new URL(page.url()).searchParams.get('q') ?? 'null');

async function filter(page: Page, name: string, condition: string): Promise<void> {
  await page.getByRole('button', { name: 'Add filter: entire query' }).click();
  await choose(page, 'Field', name);
  if (condition !== 'is') await choose(page, 'Condition', condition);
}
const add = (page: Page) => page.getByRole('button', { name: 'Add', exact: true }).click();

it('takes numbers as they are typed, and truths as truths', async () => {
  const page = await open();
  await totals(page, String(events.length));
  await filter(page, 'ms', 'is');
  await field(page, 'Value').pressSequentially('1.5');
  await page.keyboard.press('Enter');
  await totals(
    page,
    countOf(({ data }) => data['ms'] === 1.5),
  );
  expect(questionOf(page)).toMatchObject({ filters: [{ field: 'data.ms', operator: 'is', value: 1.5 }] });
  await page.getByRole('button', { name: 'Remove ms is 1.5' }).click();

  await filter(page, 'price', 'between');
  await page.getByLabel('From', { exact: true }).pressSequentially('-1.5');
  await page.getByLabel('To', { exact: true }).pressSequentially('0.5');
  await add(page);
  await totals(
    page,
    countOf(({ data }) => Number(data['price']) >= -1.5 && Number(data['price']) <= 0.5),
  );
  await page.getByRole('button', { name: 'Remove price between' }).click();

  await filter(page, 'mobile', 'is');
  await field(page, 'Value').pressSequentially('true');
  await page.keyboard.press('Enter');
  await totals(
    page,
    countOf(({ data }) => data['mobile'] === true),
  );
  expect(questionOf(page)).toMatchObject({ filters: [{ field: 'data.mobile', value: true }] });
});

it('asks for one of many values, for either of two conditions, and for what is not there', async () => {
  const page = await open();
  await filter(page, 'plan', 'is one of');
  for (const plan of ['pro', 'free']) {
    await field(page, 'Value')
      .or(page.getByRole('textbox', { name: 'Value' }))
      .first()
      .fill(plan);
    await page.keyboard.press('Enter');
  }
  await page.keyboard.press('Enter');
  await totals(
    page,
    countOf(({ data }) => data['plan'] !== 'team'),
  );
  await page.getByRole('button', { name: 'plan is one of pro, free, or…' }).click();
  await choose(page, 'Field', 'price');
  await choose(page, 'Condition', 'greater than');
  await page.getByLabel('Value', { exact: true }).fill('-3');
  await page.keyboard.press('Enter');
  await totals(
    page,
    countOf(({ data }) => data['plan'] !== 'team' || Number(data['price']) > -3),
  );
  // One of the two goes, and what stays is a condition again.
  await page.getByRole('button', { name: 'Remove plan is one of pro, free' }).click();
  await totals(
    page,
    countOf(({ data }) => Number(data['price']) > -3),
  );
  await page.getByRole('button', { name: 'price greater than -3', exact: true }).click();
  await choose(page, 'Condition', 'is set');
  await page.getByText('is not set').click();
  await page.getByRole('button', { name: 'Change', exact: true }).click();
  await totals(
    page,
    countOf(({ data }) => !('price' in data)),
  );
});

it('keeps conditions built elsewhere, however deep, and gives the same after a reload', async () => {
  const deep = {
    or: [
      {
        and: [
          { field: 'data.plan', value: 'pro' },
          { field: 'event', value: 'visited' },
        ],
      },
      { field: 'user', value: 'cat' },
    ],
  };
  const page = await open({ kind: 'trend', last: '30d', interval: 'day', series: [{}], filters: [deep] });
  const expected = countOf(
    ({ event, user, data }) => (data['plan'] === 'pro' && event === 'visited') || user === 'cat',
  );
  await totals(page, expected);
  await choose(page, 'Measure of series A', 'users');
  await totals(page, '2');
  expect(questionOf(page)).toMatchObject({ filters: [deep], series: [{ measure: 'users' }] });
  await page.reload();
  await totals(page, '2');
});

it('adds up, compares with the period before, and takes days from presets', async () => {
  // Three days that are over: a running one is compared up to now (running-periods.test.ts).
  const from = noon - DAY_MS / 2 - 2 * DAY_MS;
  const dayOf = (at: number): string => new Date(at).toISOString().slice(0, 10);
  const page = await open({
    kind: 'trend',
    from: dayOf(from),
    to: dayOf(noon),
    interval: 'day',
    series: [{ event: 'visited' }],
  });
  const now = visits.filter(({ timestamp }) => timestamp >= from).length;
  const before = visits.filter(({ timestamp }) => timestamp < from && timestamp >= from - 3 * DAY_MS).length;
  await totals(page, String(now));
  await choose(page, 'Compare to', 'Previous period');
  await totals(page, String(now), String(before));
  await choose(page, 'Compare to', 'None');
  await page.getByRole('button', { name: /^Date range/ }).click();
  await page.getByRole('button', { name: 'Last 7 days' }).click();
  await totals(page, String(visits.length));
  expect(questionOf(page)).toMatchObject({ last: '7d' });
  await page.getByRole('switch', { name: 'Cumulative' }).click();
  // The last point has counted all of them.
  await expect
    .poll(async () => (await numbers(page).getByRole('row').last().locator('th, td').allInnerTexts()).at(-1)?.trim())
    .toBe(String(visits.length));
});

it('excludes who did something between steps, and lists who is behind a number', async () => {
  const page = await open({ kind: 'funnel', last: '30d', steps: [{ event: 'visited' }, { event: 'purchased' }] });
  const reached = async (step: string, total: string): Promise<void> =>
    expect.poll(async () => (await cellsOf(page, step))[0]).toBe(total);
  await reached('2. purchased', '2');
  await page.getByRole('button', { name: 'Exclude users who did' }).click();
  await choose(page, 'Excluded event 1', 'terms read');
  // Bob read the terms each time; Ann never.
  await reached('2. purchased', '1');
  await row(page, '2. purchased').getByRole('button').last().click();
  const drawer = page.getByRole('dialog');
  await drawer.getByRole('link', { name: 'bob' }).waitFor();
  expect((await drawer.getByRole('link').allInnerTexts()).sort()).toEqual(['bob', 'cat']);
  expect(await drawer.getByRole('link', { name: 'cat' }).getAttribute('href')).toContain('users/profile?user=cat');
});

it('lists of a group of a funnel those of the group alone', async () => {
  const page = await open({
    kind: 'funnel',
    last: '30d',
    steps: [{ event: 'visited' }, { event: 'purchased' }],
    breakdown: 'data.plan',
  });
  await row(page, 'team').getByRole('button').first().click();
  const drawer = page.getByRole('dialog');
  await drawer.getByRole('link', { name: 'bob' }).waitFor();
  expect(await drawer.getByRole('link').allInnerTexts()).toEqual(['bob']);
});

it('lists the users of a number of a trend, with as many events as it says', async () => {
  const page = await open({ kind: 'trend', last: '30d', interval: 'day', series: [{ event: 'visited' }] });
  await row(page, 'Total').getByRole('button').click();
  const drawer = page.getByRole('dialog');
  await drawer.getByText('3 users').waitFor();
  for (const { user } of PEOPLE) {
    const cells = drawer.getByRole('row').filter({ hasText: user }).getByRole('cell');
    expect((await cells.allInnerTexts())[1]).toBe(String(visits.filter((sent) => sent.user === user).length));
  }
  await drawer.getByRole('link', { name: 'Show events' }).click();
  await page.getByRole('heading', { name: 'Events', level: 1 }).waitFor();
});

it('tells retention by day of each cohort', async () => {
  const page = await open({ kind: 'retention', last: '14d', start: { event: 'visited' }, interval: 'day' });
  const days = (user: string) =>
    visits.filter((sent) => sent.user === user).map(({ timestamp }) => (timestamp - noon) / DAY_MS);
  const first = (user: string): number => Math.min(...days(user).map(Math.floor));
  // Ann and Bob both began four days before the last; of the two only Ann came the next day, and both the day after.
  const cohort = PEOPLE.filter(({ user }) => first(user) === -4);
  const share = (period: number): string => {
    // Only what comes after the first visit is a return.
    const back = cohort.filter(({ user }) =>
      days(user).some((day) => Math.floor(day) === -4 + period && day > Math.min(...days(user))),
    );
    return `${(back.length / cohort.length) * 100}%`;
  };
  const cells = async (): Promise<readonly string[]> => {
    const rows = numbers(page).getByRole('row').filter({ hasText: '100%' }).filter({ hasNotText: 'Average' });
    return (await rows.first().locator('th, td').allInnerTexts()).slice(1, 6).map((text) => text.trim());
  };
  await expect.poll(cells).toEqual([String(cohort.length), ...[0, 1, 2, 3].map(share)]);
});

it('tells how often a condition of performance holds', async () => {
  const page = await open({ kind: 'performance', last: '30d', event: 'visited', property: 'data.ms', by: 'data.plan' });
  await row(page, 'team').waitFor();
  await page.getByRole('button', { name: 'Add filter: errors' }).click();
  await choose(page, 'Field', 'ms');
  await choose(page, 'Condition', 'at least');
  await page.getByRole('dialog').getByLabel('Value', { exact: true }).fill('4');
  await add(page);
  const team = visits.filter(({ data }) => data['plan'] === 'team');
  const failed = team.filter(({ data }) => Number(data['ms']) >= 4).length;
  const share = new Intl.NumberFormat('en-GB', { style: 'percent', maximumFractionDigits: 1 }).format(
    failed / team.length,
  );
  await expect.poll(async () => (await cellsOf(page, 'team')).slice(0, 2)).toEqual([String(team.length), share]);
});

it('follows paths to an event', async () => {
  const page = await open({ kind: 'paths', last: '30d' });
  await choose(page, 'Path type', 'Leading to an event');
  await choose(page, 'Ending event', 'purchased');
  // Ann comes from a visit, Bob from the terms.
  const ann = of('purchased').filter(({ user }) => user === 'ann').length;
  const bob = of('purchased').filter(({ user }) => user === 'bob').length;
  const flows = async (): Promise<(readonly string[])[]> =>
    (await numbers(page).getByRole('row').allInnerTexts()).map((text) => text.split(/\s*[\t\n]\s*/).slice(1, 4));
  await expect.poll(flows).toContainEqual(['visited', 'purchased', String(ann)]);
  expect(await flows()).toContainEqual(['terms read', 'purchased', String(bob)]);
});
