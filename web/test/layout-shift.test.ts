import { expect, it } from 'vitest';
import { aDashboard } from './support/a-dashboard.ts';

const dashboard = await aDashboard();
const NOW = Date.now();
await dashboard.post(
  'shop',
  Array.from({ length: 300 }, (_, i) => ({
    event: ['page viewed', 'purchased', 'error', 'request'][i % 4],
    user: `user-${i % 40}`,
    timestamp: new Date(NOW - i * 1_800_000).toISOString(),
    data: { path: `/item/${i % 9}`, ms: (i * 37) % 900, route: `GET /item/${i % 3}`, message: 'it broke' },
  })),
);
await dashboard.api('POST', '/api/apps/shop/segments', {
  name: 'Buyers',
  segment: { did: { event: 'purchased' }, last: '30d' },
});
await dashboard.api('POST', '/api/apps/shop/reports', {
  name: 'Buys',
  question: { kind: 'trend', last: '7d', series: [{ event: 'purchased' }] },
});

/** A quarter of what is called good (web.dev/articles/cls: 0.1); what one cannot see. */
const SHIFT_MAX = 0.01;
const PAGES = ['overview', 'web', 'live', 'explore', 'events', 'users', 'sql', 'dashboards', 'settings'];

it.each([
  [1440, 900],
  [360, 740],
])('nothing jumps while a page fills, %i px wide', async (width, height) => {
  const { page, open } = await dashboard.reader({ viewport: { width, height } });
  await page.addInitScript(() => {
    const shifts: { value: number; what: string }[] = [];
    Object.assign(globalThis, { shifts });
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries() as unknown as LayoutShift[])
        shifts.push({
          value: entry.value,
          what: entry.sources
            .map(({ node, previousRect: was, currentRect: is }) => {
              const name = node instanceof Element ? `${node.nodeName}.${node.className}` : node?.nodeName;
              return `${name} from ${was.y} (${was.height}) to ${is.y} (${is.height})`;
            })
            .join('; '),
        });
    }).observe({ type: 'layout-shift', buffered: true });
  });
  for (const name of PAGES) {
    await open(`/apps/shop/${name}`);
    await page.getByRole('heading', { level: 1 }).waitFor();
    await page.waitForLoadState('networkidle');
    // What came last has been drawn.
    await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
    const shifts = await page.evaluate(() => (globalThis as unknown as { shifts: Shift[] }).shifts);
    const sum = shifts.reduce((all, { value }) => all + value, 0);
    expect(sum, `${name}: ${JSON.stringify(shifts)}`).toBeLessThan(SHIFT_MAX);
  }
});

interface Shift {
  readonly value: number;
  readonly what: string;
}
interface LayoutShift extends PerformanceEntry {
  readonly value: number;
  readonly sources: readonly {
    readonly node?: Node;
    readonly previousRect: DOMRectReadOnly;
    readonly currentRect: DOMRectReadOnly;
  }[];
}
