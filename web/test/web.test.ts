/** The page Web in a browser: numbers, filters, goals, cards, keys. */
import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { beforeAll, expect, it } from 'vitest';
import { aDashboard } from './support/a-dashboard.ts';
import { violations } from './support/axe.ts';

const dashboard = await aDashboard();
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const today = Math.floor(Date.now() / DAY) * DAY;
const day = (ago: number): string => new Date(today - ago * DAY).toISOString().slice(0, 10);

interface Visit {
  readonly device: string;
  readonly session: string;
  /** Days ago, UTC. */
  readonly ago: number;
  readonly hour: number;
  /** Of the first page. */
  readonly from?: object;
  readonly country: string;
  readonly browser: string;
  readonly version?: string;
  readonly kind?: string;
  /** Minutes after its begin: a path, or another event. */
  readonly does: readonly (readonly [minute: number, what: string, data?: object])[];
}

const eventsOf = ({ device, session, ago, hour, from = {}, country, browser, version = '1', kind, does }: Visit) =>
  does.map(([minute, what, data], i) => ({
    event: what.startsWith('/') ? 'page viewed' : what,
    device,
    session,
    timestamp: today - ago * DAY + hour * HOUR + minute * MINUTE,
    data: {
      host: 'site.example',
      $country: country,
      $browser: browser,
      $browserVersion: version,
      $os: browser === 'Safari' ? 'iOS' : 'Windows',
      $deviceType: kind ?? 'desktop',
      language: country === 'CH' ? 'de-CH' : 'en-US',
      ...(what.startsWith('/') && { path: what }),
      ...(i === 0 && from),
      ...data,
    },
  }));

/** Three days, and one visit on the second of the three days a week earlier. */
const VISITS: readonly Visit[] = [
  {
    device: 'ann',
    session: 'a1',
    ago: 3,
    hour: 10,
    from: { referrer: 'https://www.google.com/' },
    country: 'CH',
    browser: 'Chrome',
    version: '140',
    does: [
      [0, '/'],
      [1, 'signed up'],
      [2, '/prices'],
    ],
  },
  {
    device: 'bob',
    session: 'b1',
    ago: 2,
    hour: 9,
    from: { referrer: 'https://news.ycombinator.com/item' },
    country: 'DE',
    browser: 'Firefox',
    does: [[0, '/']],
  },
  {
    device: 'cas',
    session: 'c1',
    ago: 2,
    hour: 11,
    from: { utm_source: 'letter', utm_medium: 'email', utm_campaign: 'autumn' },
    country: 'CH',
    browser: 'Safari',
    kind: 'mobile',
    does: [
      [0, '/blog/a'],
      [5, 'outbound link clicked', { url: 'https://other.example/x' }],
      [10, '/prices'],
    ],
  },
  {
    device: 'ann',
    session: 'a2',
    ago: 1,
    hour: 12,
    country: 'CH',
    browser: 'Chrome',
    version: '141',
    does: [[0, '/prices']],
  },
  { device: 'dan', session: 'd1', ago: 9, hour: 12, country: 'DE', browser: 'Firefox', does: [[0, '/']] },
];
const RANGE = `from=${day(3)}&to=${day(1)}`;
const PATH = `/apps/site/web?${RANGE}`;

beforeAll(async () => {
  await dashboard.api('PATCH', '/api/apps/site', { timeZone: 'UTC' });
  await dashboard.post('site', VISITS.flatMap(eventsOf));
});

const tile = (page: Page, name: string) => page.locator(`[data-tile="${name}"]`);
const tiles = async (page: Page): Promise<Record<string, string | null>> =>
  Object.fromEntries(
    await Promise.all(
      ['Visitors', 'Visits', 'Page views', 'Views per visit', 'Bounce rate', 'Visit duration'].map(async (name) => [
        name,
        await tile(page, name).textContent(),
      ]),
    ),
  );
const card = (page: Page, name: string) => page.getByRole('region', { name, exact: true });
/** The rows of a card, as its cells read. */
const rowsOf = async (page: Page, name: string): Promise<readonly (readonly string[])[]> => {
  const rows = await card(page, name).getByRole('row').all();
  const cells = await Promise.all(rows.slice(1).map((row) => row.getByRole('cell').allTextContents()));
  return cells.map((row) => row.map((text) => text.trim()));
};

it('counts visits against the same weekdays before, each number with its change', async () => {
  const { page, open } = await dashboard.reader();
  await open(PATH);
  await expect.poll(() => tile(page, 'Visitors').textContent()).toBe('3');
  // Two visits of one page, 2 and 10 minutes; a week earlier one visit of one page.
  expect(await tiles(page)).toEqual({
    Visitors: '3',
    Visits: '4',
    'Page views': '6',
    'Views per visit': '1.5',
    'Bounce rate': '50%',
    'Visit duration': '3 min',
  });
  const button = (name: string) => page.getByRole('button', { name: new RegExp(`^${name}`) });
  expect(await button('Visitors').textContent()).toBe('Visitors3+200% vs 1');
  expect(await button('Visits').textContent()).toBe('Visits4+300% vs 1');
  expect(await button('Page views').textContent()).toBe('Page views6+500% vs 1');
  expect(await button('Views per visit').textContent()).toBe('Views per visit1.5+50% vs 1');
  // Fewer bounces are good news.
  const bounces = button('Bounce rate').getByText('-50%');
  expect(await bounces.evaluate((one) => getComputedStyle(one).color)).toBe('rgb(20, 113, 61)');
  expect(await button('Visit duration').textContent()).toBe('Visit duration3 minnew vs 0 s');
  const caption = await page.getByText(/^vs \d.*[A-Z]/).textContent();
  expect(caption).toContain(String(Number(day(10).slice(8))));
  await button('Bounce rate').click();
  await page.waitForURL(/measure=bounceRate/);
  await page.getByRole('img', { name: /^Bounce rate over time/ }).waitFor();
  expect(await button('Bounce rate').getAttribute('aria-pressed')).toBe('true');
  await page.getByRole('button', { name: 'Interval: Days' }).click();
  await page.getByRole('menuitem', { name: 'Hours' }).click();
  // Three days.
  await page.getByRole('img', { name: /^Bounce rate over time, .*, 72 points/ }).waitFor();
  await page.getByRole('link', { name: 'Explore: Bounce rate' }).click();
  await page.waitForURL(/\/explore/);
  await page.getByRole('region', { name: 'Answer' }).getByText('50%').first().waitFor();
});

it('compares with nothing, last year, or a range of one’s own', async () => {
  const { page, open } = await dashboard.reader();
  await open(PATH);
  const compare = async (choice: string) => {
    await page.getByRole('button', { name: /^Compare to/ }).click();
    await page.getByRole('menuitem', { name: choice }).click();
  };
  const visitors = page.getByRole('button', { name: /^Visitors/ });
  await expect.poll(() => visitors.textContent()).toBe('Visitors3+200% vs 1');
  await compare('No comparison');
  await page.waitForURL(/compare=none/);
  await expect.poll(() => visitors.textContent()).toBe('Visitors3');
  await compare('Previous year');
  await expect.poll(() => visitors.textContent()).toBe('Visitors3new vs 0');
  await compare('Custom range…');
  await page.getByLabel('First day').fill(day(9));
  await page.getByLabel('Last day').fill(day(9));
  expect(await violations(page)).toEqual([]);
  await page.getByRole('button', { name: 'Apply' }).click();
  await expect.poll(() => visitors.textContent()).toBe('Visitors3+200% vs 1');
  expect(JSON.parse(new URL(page.url()).searchParams.get('compare') ?? '')).toEqual({ from: day(9), to: day(9) });
  await compare('Previous period');
  await expect.poll(() => new URL(page.url()).searchParams.has('compare')).toBe(false);
});

it('lists sources, pages, countries and devices by visitors', async () => {
  const { page, open } = await dashboard.reader({ viewport: { width: 1_440, height: 2_000 } });
  await open(PATH);
  await card(page, 'Sources').getByText('Google').waitFor();
  // Ann came twice: from Google, and directly.
  expect((await rowsOf(page, 'Sources')).toSorted()).toEqual([
    ['Direct / None', '1', '33.3%'],
    ['Google', '1', '33.3%'],
    ['Hacker News', '1', '33.3%'],
    ['letter', '1', '33.3%'],
  ]);
  expect((await rowsOf(page, 'Pages')).toSorted()).toEqual([
    ['/', '2', '66.7%'],
    ['/blog/a', '1', '33.3%'],
    ['/prices', '2', '66.7%'],
  ]);
  const show = async (name: string, tab: string) => {
    await card(page, name).getByRole('button', { name: tab, exact: true }).click();
    await expect.poll(async () => (await rowsOf(page, name)).length).toBeGreaterThan(0);
  };
  await show('Sources', 'Channels');
  expect((await rowsOf(page, 'Sources')).map(([name]) => name).toSorted()).toEqual([
    'Direct',
    'Email',
    'Organic Search',
    'Organic Social',
  ]);
  await card(page, 'Sources').getByRole('button', { name: 'UTM' }).click();
  await page.getByRole('menuitem', { name: 'UTM campaign' }).click();
  await expect.poll(() => rowsOf(page, 'Sources')).toEqual([['autumn', '1', '33.3%']]);
  await show('Pages', 'Entry pages');
  // By ann, bob, and cas; ann's second visit began with the prices.
  expect((await rowsOf(page, 'Pages')).toSorted()).toEqual([
    ['/', '2', '66.7%'],
    ['/blog/a', '1', '33.3%'],
    ['/prices', '1', '33.3%'],
  ]);
  await show('Locations', 'Countries');
  expect(await rowsOf(page, 'Locations')).toEqual([
    ['Switzerland', '2', '66.7%'],
    ['Germany', '1', '33.3%'],
  ]);
  expect((await rowsOf(page, 'Devices')).toSorted()).toEqual([
    ['Chrome', '1', '33.3%'],
    ['Firefox', '1', '33.3%'],
    ['Safari', '1', '33.3%'],
  ]);
  await show('Devices', 'Devices');
  expect(await rowsOf(page, 'Devices')).toEqual([
    ['Desktop', '2', '66.7%'],
    ['Mobile', '1', '33.3%'],
  ]);
  expect(await rowsOf(page, 'Links')).toEqual([['https://other.example/x', '1', '1']]);
});

it('filters the whole page by rows, keeps them in the address, and removes them again', async () => {
  const { page, open } = await dashboard.reader({ viewport: { width: 1_440, height: 2_000 } });
  await open(PATH);
  await card(page, 'Locations').getByRole('button', { name: 'Countries', exact: true }).click();
  await card(page, 'Locations').getByRole('button', { name: 'Switzerland' }).click();
  // Both visits of ann, and that of cas.
  await expect.poll(() => tile(page, 'Visits').textContent()).toBe('3');
  expect(await tile(page, 'Visitors').textContent()).toBe('2');
  expect(await tile(page, 'Page views').textContent()).toBe('5');
  await expect.poll(async () => (await rowsOf(page, 'Sources')).length).toBe(3);
  await card(page, 'Sources').getByRole('button', { name: 'Google' }).click();
  await expect.poll(() => tile(page, 'Visits').textContent()).toBe('1');
  expect(JSON.parse(new URL(page.url()).searchParams.get('filters') ?? '')).toEqual([
    { field: 'session.country', value: 'CH' },
    { field: 'session.source', value: 'Google' },
  ]);
  const chips = page.getByRole('group', { name: 'Filters' });
  await chips.getByText('Country is Switzerland').waitFor();
  expect(await violations(page)).toEqual([]);
  // The address holds all of it.
  await page.reload();
  await expect.poll(() => tile(page, 'Visits').textContent()).toBe('1');
  await expect
    .poll(() => card(page, 'Sources').getByRole('button', { name: 'Google' }).getAttribute('aria-pressed'))
    .toBe('true');
  await card(page, 'Sources').getByRole('button', { name: 'Google' }).click();
  await expect.poll(() => tile(page, 'Visits').textContent()).toBe('3');
  await chips.getByRole('button', { name: 'Remove filter: Country is Switzerland' }).click();
  await expect.poll(() => tile(page, 'Visits').textContent()).toBe('4');
  await page.goBack();
  await expect.poll(() => tile(page, 'Visits').textContent()).toBe('3');
  // Of one browser, its versions: ann came with two.
  await page.keyboard.press('x');
  await card(page, 'Devices').getByRole('button', { name: 'Chrome' }).click();
  await expect
    .poll(async () => (await rowsOf(page, 'Devices')).map(([name]) => name).toSorted())
    .toEqual(['Chrome 140', 'Chrome 141']);
});

it('has keys for ranges and for clearing filters, and lists them', async () => {
  const { page, open } = await dashboard.reader();
  await open(`/apps/site/web?filters=${encodeURIComponent('[{"field":"session.country","value":"DE"}]')}`);
  // Bob and dan.
  await expect.poll(() => tile(page, 'Visitors').textContent()).toBe('2');
  await page.keyboard.press('w');
  await page.waitForURL(/last=7d/);
  await expect.poll(() => tile(page, 'Visitors').textContent()).toBe('1');
  await page.keyboard.press('x');
  await expect.poll(() => tile(page, 'Visitors').textContent()).toBe('3');
  for (const [key, address] of [
    ['d', /from=today/],
    ['3', /last=90d/],
    ['y', /last=12m/],
  ] as const) {
    await page.keyboard.press(key);
    await page.waitForURL(address);
  }
  // The default is not in the address.
  await page.keyboard.press('m');
  await expect.poll(() => new URL(page.url()).search).toBe('');
  await page.keyboard.press('?');
  const keys = page.getByRole('dialog', { name: 'Keyboard shortcuts' });
  await keys.getByText('Date range: last 7 days').waitFor();
  await keys.getByText('Clear filters').waitFor();
  await keys.getByText('Go to Web').waitFor();
});

it('makes an event and a page goals, and shows the conversion rate of every row', async () => {
  const { page, open } = await dashboard.reader({ viewport: { width: 1_440, height: 2_000 } });
  await open(PATH);
  const goals = card(page, 'Goals');
  await goals.getByRole('button', { name: 'Add goal' }).click();
  const form = page.getByRole('dialog', { name: 'Goals' });
  await form.getByRole('combobox', { name: 'Event' }).click();
  await page.getByRole('option', { name: 'signed up' }).click();
  expect(await violations(page)).toEqual([]);
  await form.getByRole('button', { name: 'Add goal' }).click();
  await form.getByRole('button', { name: 'Delete goal: signed up' }).waitFor();
  await form.getByText('Page', { exact: true }).click();
  await form.getByRole('textbox', { name: 'Path' }).fill('/prices*');
  await form.getByRole('textbox', { name: 'Name' }).fill('Saw prices');
  await form.getByRole('button', { name: 'Add goal' }).click();
  await form.getByRole('button', { name: 'Delete goal: Saw prices' }).waitFor();
  await page.keyboard.press('Escape');
  // Ann signed up; she and cas looked at the prices, ann twice.
  await expect
    .poll(() => rowsOf(page, 'Goals'))
    .toEqual([
      ['signed up', '1', '1', '33.3%'],
      ['Saw prices', '2', '3', '66.7%'],
    ]);
  await goals.getByRole('button', { name: 'Saw prices' }).click();
  await page.waitForURL(/goal=Saw(\+|%20)prices/);
  await expect.poll(() => tile(page, 'Conversion rate').textContent()).toBe('66.7%');
  expect(await tile(page, 'Converted visitors').textContent()).toBe('2');
  expect(await tile(page, 'Conversions').textContent()).toBe('3');
  await expect
    .poll(async () => (await rowsOf(page, 'Sources')).toSorted())
    .toEqual([
      ['Direct / None', '1', '1', '100%'],
      ['Google', '1', '1', '100%'],
      ['Hacker News', '1', '0', '0%'],
      ['letter', '1', '1', '100%'],
    ]);
  await page.getByRole('button', { name: /^Conversion rate/ }).click();
  await page.getByRole('img', { name: /^Conversion rate over time/ }).waitFor();
  await page
    .getByRole('group', { name: 'Filters' })
    .getByRole('button', { name: 'Remove filter: Goal is Saw prices' })
    .click();
  await expect.poll(() => tile(page, 'Bounce rate').textContent()).toBe('50%');
});

it('opens a card in full: search, order, and CSV', async () => {
  const { page, open } = await dashboard.reader();
  await open(PATH);
  await card(page, 'Pages').getByRole('button', { name: 'Details: Pages' }).click();
  const full = page.getByRole('dialog', { name: 'Pages' });
  const rows = async () =>
    Promise.all((await full.getByRole('row').all()).slice(1).map((row) => row.getByRole('cell').allTextContents()));
  // Visitors and views.
  await expect
    .poll(async () => (await rows()).toSorted())
    .toEqual([
      ['/', '2', '2'],
      ['/blog/a', '1', '1'],
      ['/prices', '2', '3'],
    ]);
  await full.getByText('3 of 3').waitFor();
  expect(await violations(page)).toEqual([]);
  await full.getByRole('button', { name: 'Page views' }).click();
  await expect.poll(async () => (await rows()).map(([path]) => path)).toEqual(['/prices', '/', '/blog/a']);
  await full.getByRole('button', { name: 'Page views' }).click();
  await expect.poll(async () => (await rows()).map(([path]) => path)).toEqual(['/blog/a', '/', '/prices']);
  // From anywhere in the dialog.
  await full.getByRole('button', { name: 'Page views' }).press('/');
  await page.keyboard.type('PRI');
  await expect.poll(async () => (await rows()).map(([path]) => path)).toEqual(['/prices']);
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    full.getByRole('link', { name: 'CSV' }).click(),
  ]);
  expect(download.suggestedFilename()).toBe('site-pages.csv');
  const [head, ...lines] = readFileSync(await download.path(), 'utf8')
    .trim()
    .split(/\r?\n/);
  expect(lines).toHaveLength(1);
  const record = Object.fromEntries(head!.split(',').map((name, i) => [name, lines[0]!.split(',')[i]]));
  expect(record).toMatchObject({ value: '/prices', visitors: '2', pageViews: '3' });
  await page.reload();
  await page.getByRole('dialog', { name: 'Pages' }).getByText('3 of 3').waitFor();
  await page.getByRole('dialog', { name: 'Pages' }).getByRole('button', { name: '/blog/a' }).click();
  await page.getByRole('dialog', { name: 'Pages' }).waitFor({ state: 'detached' });
  await expect.poll(() => tile(page, 'Page views').textContent()).toBe('1');
});

it('draws the countries on a map that filters', async () => {
  const { page, open } = await dashboard.reader({ viewport: { width: 1_440, height: 2_000 } });
  await open(PATH);
  const map = card(page, 'Locations').getByRole('img', { name: /^Map of visitors/ });
  await map.waitFor();
  expect(await map.getAttribute('aria-label')).toBe(
    'Map of visitors. Switzerland: 2 visitors (66.7%); Germany: 1 visitor (33.3%)',
  );
  await map.locator('[data-country=DE]').hover();
  await card(page, 'Locations').getByText('Germany: 1 visitor (33.3%)').waitFor();
  await map.locator('[data-country=DE]').click();
  await expect.poll(() => tile(page, 'Visitors').textContent()).toBe('1');
  await page.getByText('Country is Germany').waitFor();
});

it('is the first page and the start page of an app that is a site, and of no other', async () => {
  const { page, open } = await dashboard.reader();
  await open('/apps/site');
  await page.waitForURL(/\/apps\/site\/web$/);
  const links = page.getByRole('navigation', { name: 'Pages' }).getByRole('link');
  await expect
    .poll(async () => (await links.allTextContents()).map((text) => text.replace(/g .$/, '')).slice(0, 2))
    .toEqual(['Web', 'Overview']);
  await dashboard.post('shop', [{ event: 'bought', user: 'ann' }]);
  await open('/apps/shop');
  await page.waitForURL(/\/apps\/shop\/overview$/);
  await expect
    .poll(async () => (await links.allTextContents()).map((text) => text.replace(/g .$/, '')).slice(0, 2))
    .toEqual(['Overview', 'Web']);
  await links.filter({ hasText: 'Web' }).click();
  await page.getByText('No page views yet').waitFor();
  await page.getByText('data-app="shop"').waitFor();
  expect(await violations(page)).toEqual([]);
  // As the browser remembers it.
  await open('/apps/site/web');
  await tile(page, 'Visitors').waitFor();
  await open('/');
  await page.waitForURL(/\/apps\/site\/web$/);
});

it('says when there is nothing in a range', async () => {
  const { page, open } = await dashboard.reader({ viewport: { width: 1_440, height: 2_000 } });
  await open('/apps/site/web?from=2020-01-01&to=2020-01-02');
  await card(page, 'Sources').getByText('No visits in this period.').waitFor();
  expect(await tile(page, 'Visitors').textContent()).toBe('0');
  expect(await tile(page, 'Bounce rate').textContent()).toBe('–');
});

it.each(['light', 'dark'] as const)('breaks no rule of WCAG 2.2 AA in %s, with open menus too', async (colorScheme) => {
  const { page, open } = await dashboard.reader({ colorScheme, viewport: { width: 1_440, height: 2_000 } });
  await open(PATH);
  await card(page, 'Sources').getByText('Google').waitFor();
  await card(page, 'Locations').getByRole('img').waitFor();
  expect(await violations(page)).toEqual([]);
  await page.getByRole('button', { name: /^Compare to/ }).click();
  await page.getByRole('menuitem', { name: 'Previous year' }).waitFor();
  expect(await violations(page)).toEqual([]);
  await page.keyboard.press('Escape');
  await card(page, 'Sources').getByRole('button', { name: 'UTM' }).click();
  await page.getByRole('menuitem', { name: 'UTM campaign' }).waitFor();
  expect(await violations(page)).toEqual([]);
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: /^Date range/ }).click();
  await page.getByLabel('First day').waitFor();
  expect(await violations(page)).toEqual([]);
});

it('fits 360 pixels, and keeps its place while it loads', async () => {
  const { page, open } = await dashboard.reader({ viewport: { width: 360, height: 740 } });
  await open(PATH);
  await expect.poll(() => tile(page, 'Visitors').textContent()).toBe('3');
  await page.waitForLoadState('networkidle');
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
  // With a goal there are three numbers: the names need the room of one.
  await dashboard.api('PATCH', '/api/apps/site', { goals: [{ event: 'signed up' }] });
  await open(`${PATH}&goal=signed+up`);
  await card(page, 'Sources').getByText('Google').waitFor();
  expect(await card(page, 'Sources').getByRole('columnheader').allTextContents()).toHaveLength(3);
});
