import { expect, it } from 'vitest';
import { aDashboard } from './support/a-dashboard.ts';
import { violations } from './support/axe.ts';

const dashboard = await aDashboard();

const HTML = '<img src=x onerror="document.title=\'hurt\'"><b>bold</b>';
const EVENTS = 1_500;
const NOW = Date.now();
/** One a second into the past; the first is the newest. Every third is a purchase with a price. */
const posted = Array.from({ length: EVENTS }, (_, i) => ({
  event: i % 3 === 0 ? 'purchased' : i === 1 ? HTML : 'page viewed',
  user: `user-${i % 7}`,
  timestamp: new Date(NOW - 60_000 - i * 1_000).toISOString(),
  data: {
    place: i,
    ...(i % 3 === 0 && { price: i * 2, plan: i % 2 === 0 ? 'pro' : 'free' }),
    ...(i === 1 && {
      ...Object.fromEntries(Array.from({ length: 20 }, (_, n) => [`more ${n}`, n])),
      note: HTML,
      shipping: { to: { city: 'Bern' } },
      tags: ['a', 'b'],
    }),
  },
}));
await dashboard.post('shop', posted);
const viewer = await (async () => {
  const password = 'a long enough password';
  await dashboard.api('POST', '/api/users', { name: 'vera', password, role: 'viewer' });
  return (await dashboard.api<{ token: string }>('POST', '/auth', { username: 'vera', password })).token;
})();

const columns = (...names: string[]) => `columns=${encodeURIComponent(JSON.stringify(names))}`;

it('scrolls to the last of 1,500 events, each once and in their order', async () => {
  const { page, open } = await dashboard.reader();
  await open(`/apps/shop/events?${columns('data.place')}`);
  await page.getByRole('cell', { name: '0', exact: true }).waitFor();
  const list = page.getByRole('region', { name: 'Events' });
  const seen: number[] = [];
  const deadline = Date.now() + 50_000;
  while (!seen.includes(EVENTS - 1) && Date.now() < deadline) {
    // Reads the rows that are there and goes on from their last one in one step, so that a page slow to draw passes over none.
    const shown = await list.evaluate((element) => {
      const rows = [...element.querySelectorAll('tr[data-index]')];
      rows.at(-1)?.scrollIntoView({ block: 'start' });
      return rows.map((row) => row.children[3]?.textContent ?? '');
    });
    const places = shown.map((text) => Number(text.replace(/\D/g, '')));
    expect(places).toEqual(places.map((_, i) => (places[0] ?? 0) + i));
    for (const place of places) if (!seen.includes(place)) seen.push(place);
  }
  expect(seen).toEqual(Array.from({ length: EVENTS }, (_, i) => i));
  await list.getByText('All 1,500 events are shown.').waitFor();
});

it('lists what one condition or another on different fields lets through', async () => {
  const { page, open } = await dashboard.reader();
  const either = [
    { field: 'data.price', operator: 'gte', value: 2_980 },
    { field: 'event', value: HTML },
  ];
  const filters = encodeURIComponent(
    JSON.stringify([{ or: either }, { field: 'user', operator: 'isNot', value: 'user-0' }]),
  );
  await open(`/apps/shop/events?filters=${filters}&${columns('data.place')}`);
  const due = posted.flatMap(({ event, user, data }) =>
    ((data.price ?? 0) >= 2_980 || event === HTML) && user !== 'user-0' ? [data.place] : [],
  );
  expect(due.length).toBeGreaterThan(1);
  await page.getByText(`All ${due.length} events are shown.`).waitFor();
  const places = await page.locator('tr[data-index] td:nth-child(4)').allTextContents();
  expect(places.map((text) => Number(text.replace(/\D/g, '')))).toEqual(due);
});

it('filters by what the address says, as the posted events say', async () => {
  const { page, open } = await dashboard.reader({ token: viewer });
  const filters = encodeURIComponent(
    JSON.stringify([
      { field: 'data.price', operator: 'gte', value: 2_900 },
      { field: 'data.plan', value: 'pro' },
    ]),
  );
  await open(`/apps/shop/events?event=purchased&filters=${filters}&${columns('data.price')}`);
  const due = posted.flatMap(({ event, data }) =>
    event === 'purchased' && (data.price ?? 0) >= 2_900 && data.plan === 'pro' ? [data.price] : [],
  );
  await page.getByText(`All ${due.length} events are shown.`).waitFor();
  const prices = await page.locator('tr[data-index] td:nth-child(4)').allTextContents();
  expect(prices.map((text) => Number(text.replace(/\D/g, '')))).toEqual(due);
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page
      .getByRole('button', { name: 'Download' })
      .click()
      .then(() => page.getByRole('menuitem', { name: 'NDJSON' }).click()),
  ]);
  const chunks: Buffer[] = [];
  for await (const chunk of await download.createReadStream()) chunks.push(Buffer.from(chunk as Uint8Array));
  const lines = Buffer.concat(chunks).toString().trim().split('\n');
  expect(lines.map((line) => (JSON.parse(line) as { data: { price: number } }).data.price)).toEqual(due);
});

it('chooses a property as a column and keeps it in the address', async () => {
  const { page, open } = await dashboard.reader();
  await open('/apps/shop/events');
  await page.getByRole('button', { name: 'Columns' }).click();
  await page.getByRole('combobox', { name: 'Properties as columns' }).click();
  await page.getByRole('option', { name: 'price' }).waitFor();
  expect(await violations(page)).toEqual([]);
  await page.getByRole('combobox', { name: 'Properties as columns' }).fill('price');
  await page.getByRole('option', { name: 'price' }).click();
  await page.keyboard.press('Escape');
  await page.getByRole('columnheader', { name: 'price' }).waitFor();
  expect(new URL(page.url()).searchParams.get('columns')).toBe('["data.price"]');
});

it('opens all of an event by keys alone, with values full of HTML as text', async () => {
  const { page, open } = await dashboard.reader();
  await open('/apps/shop/events');
  await page.getByRole('cell', { name: HTML }).first().waitFor();
  await page.keyboard.press('j');
  await page.keyboard.press('j');
  await expect.poll(() => page.evaluate(() => document.activeElement?.textContent)).toBe(HTML);
  await page.keyboard.press('Enter');
  const details = page.getByRole('dialog');
  await details.getByRole('heading', { name: 'Properties' }).waitFor();
  await details.getByText('Bern').waitFor();
  expect(await details.getByText(HTML, { exact: true }).count()).toBe(2);
  expect(await page.locator('img[src="x"]').count()).toBe(0);
  expect(await violations(page)).toEqual([]);
  await page.keyboard.press('k');
  await details.getByText('purchased').first().waitFor();
  await page.keyboard.press('Escape');
  await details.waitFor({ state: 'detached' });
  await expect.poll(() => page.evaluate(() => document.activeElement?.textContent)).toBe('purchased');
  expect(await page.title()).not.toBe('hurt');
});

it('is well for a viewer, at 360 px without scrolling the page sideways, and when nothing matches', async () => {
  const { page, open } = await dashboard.reader({ token: viewer, viewport: { width: 360, height: 740 } });
  await open('/apps/shop/events');
  await page.getByRole('cell', { name: 'purchased' }).first().waitFor();
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
  expect(await violations(page)).toEqual([]);
  await open('/apps/shop/events?event=never');
  await page.getByText('No events match').waitFor();
  expect(await violations(page)).toEqual([]);
});

it('says that newer events have come, and shows them when asked', async () => {
  const { page, open } = await dashboard.reader();
  await dashboard.post('news', [{ event: 'first' }]);
  await open('/apps/news/events');
  await page.getByRole('cell', { name: 'first' }).waitFor();
  await dashboard.post('news', [{ event: 'second' }]);
  await page.getByRole('button', { name: 'Show new events' }).click({ timeout: 20_000 });
  await page.getByRole('cell', { name: 'second' }).waitFor();
});
