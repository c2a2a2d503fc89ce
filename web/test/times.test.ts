/** Times as the reader's locale writes them, never cut off, and dates that stay the days they are. */
import type { Page } from 'playwright-core';
import { beforeAll, expect, it } from 'vitest';
import { aDashboard } from './support/a-dashboard.ts';

const dashboard = await aDashboard();
const DAY_MS = 86_400_000;
const yesterday = Math.floor(Date.now() / DAY_MS) * DAY_MS - DAY_MS;
const at = (hour: number, minute: number, second: number): number =>
  yesterday + ((hour * 60 + minute) * 60 + second) * 1_000;

beforeAll(() =>
  dashboard.post('shop', [
    { event: 'late', user: 'ann', timestamp: at(23, 3, 13), data: { plan: 'pro' } },
    { event: 'noon', user: 'ann', timestamp: at(11, 3, 13), data: { plan: 'pro' } },
    { event: 'early', user: 'ann', timestamp: at(2, 5, 9), data: { plan: 'pro' } },
  ]),
);

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const dayOf = (ms: number): string => `${MONTHS[new Date(ms).getUTCMonth()]} ${new Date(ms).getUTCDate()}`;
/** The space before PM may be one that does not break. */
const plain = (texts: readonly string[]): string[] => texts.map((text) => text.replaceAll(/\s/g, ' ').trim());

/** The texts of what matches, and whether one of them is cut off. */
async function shownIn(page: Page, selector: string): Promise<{ texts: string[]; cut: string[] }> {
  const cells = page.locator(selector);
  await expect.poll(() => cells.count()).toBe(3);
  const cut = await cells.evaluateAll((all) =>
    all.filter((one) => one.scrollWidth > one.clientWidth).map((one) => one.textContent ?? ''),
  );
  return { texts: plain(await cells.allTextContents()), cut };
}

const CLOCKS = {
  'en-US': ['11:03:13 PM', '11:03:13 AM', '2:05:09 AM'],
  'en-GB': ['23:03:13', '11:03:13', '02:05:09'],
} as const;

for (const locale of ['en-US', 'en-GB'] as const)
  for (const width of [360, 1_440])
    it(`shows whole times in Live, Events and the timeline: ${locale}, ${width} px`, async () => {
      const { page, open } = await dashboard.reader({ locale, viewport: { width, height: 800 } });
      await open('/apps/shop/live');
      expect(await shownIn(page, 'tbody tr[data-index] td:first-child')).toEqual({ texts: CLOCKS[locale], cut: [] });
      await open('/apps/shop/events');
      const events = await shownIn(page, 'tbody tr[data-index] td:first-child');
      expect(events.cut).toEqual([]);
      if (locale === 'en-US')
        expect(events.texts).toEqual(CLOCKS[locale].map((clock) => `${dayOf(yesterday)}, ${clock}`));
      else expect(events.texts.every((text, i) => text.endsWith(CLOCKS[locale][i]!))).toBe(true);
      await open('/apps/shop/users/profile?user=ann');
      expect(await shownIn(page, 'li button > span:first-child')).toEqual({ texts: CLOCKS[locale], cut: [] });
    });

it('shows a Date of SQL as the day it is, west of UTC too', async () => {
  await dashboard.post('west', [
    { event: 'sold', timestamp: '2026-10-31T16:00:00Z' },
    { event: 'sold', timestamp: '2026-11-01T16:00:00Z' },
  ]);
  await dashboard.api('PATCH', '/api/apps/west', { timeZone: 'America/New_York' });
  const { page, open } = await dashboard.reader({ locale: 'en-US', timezoneId: 'America/New_York' });
  const sql = 'SELECT toDate(timestamp) AS d, count() AS c FROM events GROUP BY d ORDER BY d';
  await open(`/apps/west/sql?from=2026-10-30&to=2026-11-02&sql=${encodeURIComponent(sql)}`);
  const rows = page.locator('tbody tr');
  await expect.poll(() => rows.count()).toBe(2);
  expect(await rows.locator('td').allTextContents()).toEqual(['Oct 31, 2026', '1', 'Nov 1, 2026', '1']);
  await open(`/apps/west/sql?from=2026-10-30&to=2026-11-02&chart=pie&sql=${encodeURIComponent(sql)}`);
  // The legend has the labels of the axis.
  await page.getByRole('button', { name: 'Oct 31', exact: true }).waitFor();
  await page.getByRole('button', { name: 'Nov 1', exact: true }).waitFor();
});
