import { expect, it } from 'vitest';
import { SQL_FUNCTIONS } from '../../server/dist/sql/functions.js';
import { aDashboard } from './support/a-dashboard.ts';
import { violations } from './support/axe.ts';

const dashboard = await aDashboard();

const NOW = Date.now();
const HTML = '<b onclick="x()">bold</b>';
const kinds = ['page viewed', 'purchased', HTML];
/** 3, 6 and 9 of the three kinds. */
const posted = kinds.flatMap((event, kind) =>
  Array.from({ length: 3 * (kind + 1) }, (_, i) => ({
    event,
    user: `user-${i}`,
    timestamp: new Date(NOW - 60_000 - i * 1_000).toISOString(),
    data: { plan: i % 2 === 0 ? 'pro' : 'free', price: i },
  })),
);
await dashboard.post('shop', posted);
const viewer = await (async () => {
  const password = 'a long enough password';
  await dashboard.api('POST', '/api/users', { name: 'vera', password, role: 'viewer' });
  return (await dashboard.api<{ token: string }>('POST', '/auth', { username: 'vera', password })).token;
})();

const SQL = 'SELECT event, count() AS events, uniqExact(user) AS users FROM events GROUP BY event ORDER BY events DESC';
const address = (sql: string) => `/apps/shop/sql?sql=${encodeURIComponent(sql)}`;

it('runs what is typed by keys, keeps it in the address, and answers as the posted events say', async () => {
  const { page, open } = await dashboard.reader({ token: viewer });
  await open('/apps/shop/sql');
  await page.getByRole('textbox', { name: 'SQL' }).click();
  await page.keyboard.press('Control+a');
  await page.keyboard.insertText(SQL);
  await page.keyboard.press('Control+Enter');
  await page.getByText('3 rows').waitFor();
  const due = [...kinds].reverse().map((kind) => {
    const those = posted.filter(({ event }) => event === kind);
    return [kind, String(those.length), String(new Set(those.map(({ user }) => user)).size)];
  });
  const rows = page.locator('tbody tr');
  await rows.first().waitFor();
  expect(await Promise.all((await rows.all()).map((row) => row.locator('td').allTextContents()))).toEqual(due);
  expect(new URL(page.url()).searchParams.get('sql')).toBe(SQL);
  expect(await page.getByRole('button', { name: 'Save as report' }).count()).toBe(0);
  expect(await violations(page)).toEqual([]);
});

it('draws the result as a chart', async () => {
  const { page, open } = await dashboard.reader();
  await open(`${address(SQL)}&chart=bar`);
  await page.getByRole('img', { name: /bar of 3 rows/ }).waitFor();
  expect(await violations(page)).toEqual([]);
});

it('says what is wrong and where, and leads there', async () => {
  const { page, open } = await dashboard.reader();
  await open(address('SELECT evnt FROM events'));
  await page
    .getByRole('alert')
    .getByText('The SQL has no column `evnt`; the columns are `uuid`, `id`, `event`')
    .waitFor();
  await page.getByText('SQL reference').click();
  await page.getByText('ClickHouse’s dialect').waitFor();
  await page.getByText(/^Functions: .*\bquantileExact\b.*\btoStartOfDay\b/).waitFor();
  expect(await violations(page)).toEqual([]);
  await open(address('SELECT event\nFROM events WHERE ( user'));
  await page.getByRole('button', { name: /^Go to line 2, column \d+$/ }).click();
  await expect.poll(() => page.evaluate(() => document.activeElement?.getAttribute('aria-label'))).toBe('SQL');
});

it('completes columns, properties and the functions of the server', async () => {
  const { page, open } = await dashboard.reader();
  await open('/apps/shop/sql');
  await page.getByRole('textbox', { name: 'SQL' }).click();
  const options = page.getByRole('option');
  const type = async (text: string) => {
    await page.keyboard.press('Control+a');
    await page.keyboard.type(text);
  };
  await type('SELECT data.pl');
  await options.filter({ hasText: 'data.plan' }).waitFor();
  await type('SELECT rece');
  await options.filter({ hasText: 'receivedAt' }).waitFor();
  expect(SQL_FUNCTIONS.map(({ name }) => name)).toContain('windowFunnel');
  await type('SELECT windowFun');
  await options.filter({ hasText: /^windowFunnel\(/ }).waitFor();
});

it('saves a report of it, and downloads it as CSV', async () => {
  const { page, open } = await dashboard.reader();
  await open(address(SQL));
  await page.getByRole('button', { name: 'Save as report' }).click();
  await page.getByRole('textbox', { name: 'Name' }).fill('Kinds');
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Saved' }).waitFor();
  const saved = await dashboard.api<{ name: string; question: object }[]>('GET', '/api/apps/shop/reports');
  expect(saved).toMatchObject([{ name: 'Kinds', question: { kind: 'sql', sql: SQL } }]);
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('link', { name: 'CSV' }).click(),
  ]);
  const chunks: Buffer[] = [];
  for await (const chunk of await download.createReadStream()) chunks.push(Buffer.from(chunk as Uint8Array));
  expect(Buffer.concat(chunks).toString().split(/\r?\n/).slice(0, 1)).toEqual(['event,events,users']);
});

it('is well at 360 px in the dark without scrolling the page sideways, and every example runs', async () => {
  const { page, open } = await dashboard.reader({ viewport: { width: 360, height: 740 }, colorScheme: 'dark' });
  await open('/apps/shop/sql');
  await page.getByText('No results yet').waitFor();
  await page.getByRole('button', { name: 'Examples' }).click();
  const count = await page.getByRole('menuitem').count();
  expect(await violations(page)).toEqual([]);
  await page.keyboard.press('Escape');
  for (let i = 0; i < count; i++) {
    const before = page.url();
    await page.getByRole('button', { name: 'Examples' }).click();
    await page.getByRole('menuitem').nth(i).click();
    await expect.poll(() => page.url()).not.toBe(before);
    await page.getByText(/^\d+ rows?/).waitFor();
    // The answer before stays, dimmed, until this one is there.
    await page.locator('[aria-busy="true"]').waitFor({ state: 'detached' });
    expect(await page.getByText("Can't run this query").count()).toBe(0);
    await page.getByRole('menu').waitFor({ state: 'detached' });
  }
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
  expect(await violations(page)).toEqual([]);
});
