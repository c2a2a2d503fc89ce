/** A period that is still running is compared with the earlier one up to the same moment: on the overview, in tiles, in tables and in tooltips. */
import type { Page } from 'playwright-core';
import { beforeAll, expect, it } from 'vitest';
import type { SavedDashboard } from '../../client/src/wire.ts';
import { aDashboard } from './support/a-dashboard.ts';
import { violations } from './support/axe.ts';

const dashboard = await aDashboard();
const HOUR = 3_600_000;
const now = Date.now();
/** Where it is between twelve and one at noon now, so that hours before and after are the same day. */
const offset = 12 - new Date(now).getUTCHours();
const timeZone = offset === 0 ? 'UTC' : `Etc/GMT${offset > 0 ? '-' : '+'}${Math.abs(offset)}`;
const bought = (hoursAgo: number) => ({ event: 'bought', user: 'ann', timestamp: now - hoursAgo * HOUR });
const TODAY = { kind: 'trend', from: 'today', series: [{ event: 'bought' }], compare: 'previousPeriod' };
let id = '';

beforeAll(async () => {
  await dashboard.post('shop', [
    // Two today; yesterday one until this time of day and three after it.
    ...[bought(1), bought(2)],
    ...[bought(26), bought(20), bought(19), bought(18)],
  ]);
  await dashboard.api('PATCH', '/api/apps/shop', { timeZone });
  const tiles = [
    { x: 0, y: 0, w: 4, h: 3, name: 'Today', chart: 'number', question: TODAY },
    { x: 4, y: 0, w: 8, h: 3, name: 'Hours', chart: 'line', question: { ...TODAY, interval: 'hour' } },
    { x: 0, y: 3, w: 6, h: 3, name: 'Rows', chart: 'table', question: { ...TODAY, interval: 'hour' } },
    { x: 6, y: 3, w: 6, h: 3, name: 'Totals', chart: 'table', question: TODAY },
  ];
  ({ id } = await dashboard.api<SavedDashboard>('POST', '/api/apps/shop/dashboards', { name: 'Wall', tiles }));
});

const region = (page: Page, name: string) => page.getByRole('region', { name, exact: true });

it('compares today with yesterday up to now in tiles and tables', async () => {
  const { page, open } = await dashboard.reader({ viewport: { width: 1440, height: 900 } });
  await open(`/apps/shop/dashboards/${id}`);
  const today = region(page, 'Today');
  await today.getByText('+100%').waitFor();
  await today.getByText(/^vs 1 by 1[23]:\d\d on \d+ \w+/).waitFor();
  await region(page, 'Totals')
    .getByRole('row', { name: /^bought 2 1 \+100%$/ })
    .waitFor();
  await region(page, 'Totals').getByText('Previous, up to the same time').waitFor();
  await region(page, 'Rows')
    .getByRole('row', { name: /^Total, up to now 2 1$/ })
    .waitFor();
  expect(await violations(page)).toEqual([]);
});

it('compares a period that is over with the whole one before', async () => {
  const { page, open } = await dashboard.reader();
  const q = { ...TODAY, from: 'yesterday', to: 'yesterday' };
  await open(`/apps/shop/explore?chart=number&q=${encodeURIComponent(JSON.stringify(q))}`);
  await region(page, 'Answer')
    .getByText(/^vs 0 on \d+ \w+( \d{4})?$/)
    .waitFor();
});

/** What is written over something else, or cut. */
const crowded = (page: Page) =>
  page.evaluate(() => {
    const boxes = [...document.querySelectorAll<HTMLElement>('[data-number]')].map((element) => {
      const range = document.createRange();
      range.selectNodeContents(element);
      return {
        text: element.textContent,
        box: range.getBoundingClientRect(),
        room: element.closest('section, button')!,
      };
    });
    return boxes.flatMap(({ text, box, room }, i) => {
      const inside = room.getBoundingClientRect();
      const isCut = box.right > inside.right + 0.5 || box.left < inside.left - 0.5;
      const isOver = boxes.some(
        ({ box: other }, j) =>
          j !== i &&
          box.left < other.right - 0.5 &&
          other.left < box.right - 0.5 &&
          box.top < other.bottom - 2 &&
          other.top < box.bottom - 2,
      );
      return isCut || isOver ? [`${text} ${isCut ? 'is cut' : 'is over another'}`] : [];
    });
  });

it.each([360, 480, 768, 1024, 1440])('shows whole numbers, one beside the other, %i px wide', async (width) => {
  await dashboard.post(
    'wide',
    Array.from({ length: 1_234 }, (_, i) => ({ event: 'bought', user: `u${i % 1_100}`, timestamp: now - HOUR })),
  );
  const many = Array.from({ length: 6 }, (_, i) => ({ event: 'bought', name: `Series ${i}` }));
  const { id: wide } = await dashboard.api<SavedDashboard>('POST', '/api/apps/wide/dashboards', {
    name: 'Wide',
    tiles: [
      { x: 0, y: 0, w: 2, h: 2, name: 'Small', chart: 'number', question: { ...TODAY, last: '30d', from: undefined } },
      {
        x: 2,
        y: 0,
        w: 4,
        h: 3,
        name: 'Many',
        chart: 'number',
        question: { ...TODAY, last: '30d', from: undefined, series: many, interval: 'day' },
      },
    ],
  });
  const { page, open } = await dashboard.reader({ viewport: { width, height: 900 } });
  await open(`/apps/wide/dashboards/${wide}`);
  await region(page, 'Small')
    .getByText(/^\d,\d\d\d$/)
    .waitFor();
  await region(page, 'Many')
    .getByText(/^\d,\d\d\d$/)
    .last()
    .waitFor();
  expect(await crowded(page)).toEqual([]);
  await open('/apps/wide/overview?last=30d');
  await expect.poll(() => page.locator('[data-tile="Users"]').textContent()).toBe('1,100');
  expect(await crowded(page)).toEqual([]);
});
