/** Web vitals in a real Chromium, compared with what the package `web-vitals` says on the same page. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';
import { beforeAll, expect, it } from 'vitest';
import { aChromium, anApp, type Chromium } from '../support/a-browser.ts';
import { aSite } from '../support/a-site.ts';
import { aRealServer, type RealServer } from '../support/real-server.ts';
import './window.ts';

let server: RealServer;
let chromium: Chromium;
beforeAll(async () => {
  [server, chromium] = await Promise.all([aRealServer(), aChromium()]);
});

type Values = Readonly<Record<string, number>>;
interface Judged {
  /** What `web-vitals` says, the last word about each: one record a page view. */
  judged: Record<string, Record<string, number>>;
  /** As if the tab were put behind another one, and brought back. */
  hide(hidden: boolean): void;
  painted(): Promise<void>;
  shift(): Promise<void>;
  late: Map<number, () => void>;
}

const JUDGE = readFileSync(
  createRequire(import.meta.url)
    .resolve('web-vitals')
    .replace(/[^/]+$/, 'web-vitals.iife.js'),
  'utf8',
);
const HELP = `<script src="/judge.js"></script><script>
  window.judged = {};
  for (const name of ['onLCP', 'onINP', 'onCLS', 'onTTFB'])
    webVitals[name](({ name, value, navigationType }) => { (judged[navigationType] ??= {})[name] = value; });
  window.hide = (hidden) => {
    Object.defineProperty(document, 'visibilityState', { configurable: true, get: () => (hidden ? 'hidden' : 'visible') });
    Object.defineProperty(document, 'hidden', { configurable: true, get: () => hidden });
    document.dispatchEvent(new Event('visibilitychange', { bubbles: true }));
  };
  window.painted = () => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
  // Not by a click: shifts that a visitor causes do not count.
  let margin = 0;
  window.shift = async () => {
    document.querySelector('#moved').style.marginTop = (margin += 50) + 'px';
    await painted();
    await painted();
  };
</script>`;
const BODY = `<style>body { margin: 0 } #moved { height: 100px; background: #888 }</style>
  <div id="moved">A text that is the largest thing to be seen.</div>
  <button style="position: absolute; top: 300px" onclick="const end = performance.now() + 120; while (performance.now() < end);">Work</button>`;

/** A page with both, on which the visitor does something and then leaves. @returns what each says */
async function measured(app: string, act: (page: Page) => Promise<void>, count: number, before = '') {
  const { tag, events } = await anApp(server, app);
  const site = await aSite({
    '/': { delayMs: 150, html: `<!doctype html>${before}${tag('data-without="pages"')}${HELP}${BODY}` },
    '/judge.js': { html: JUDGE, headers: { 'content-type': 'text/javascript' } },
    '/next': 'next',
  });
  const page = await (await chromium.visitor()).newPage();
  await page.setViewportSize({ width: 1000, height: 500 });
  await page.goto(site);
  await page.waitForFunction(() => window.seismo !== undefined);
  await inPage(page, ({ painted }) => painted());
  await act(page);
  // What `web-vitals` says last it says when the page is hidden; both then have had all that the browser told.
  const judged = await inPage(page, ({ judged: values, hide }) => {
    hide(true);
    return values;
  });
  await page.goto(`${site}/next`);
  const found = await events(count);
  expect(found.map(({ event, data }) => [event, data!['path']])).toEqual(Array(count).fill(['web vital', '/']));
  return { judged, values: found.map(({ data }) => [String(data!['metric']), Number(data!['value'])] as const) };
}

const inPage = <T>(page: Page, work: (judged: Judged) => T | Promise<T>): Promise<T> =>
  page.evaluate(`(${work})(window)`) as Promise<T>;

/** The browser tells an interaction after its next paint. */
const clicked = async (page: Page): Promise<void> => {
  await page.click('button');
  await page.evaluate(
    () =>
      new Promise<void>((resolve) => {
        new PerformanceObserver((list, observer) => {
          if (!list.getEntries().some(({ name }) => name === 'click')) return;
          observer.disconnect();
          // `web-vitals` looks at it when there is nothing else to do, after a second at the latest; this is behind it in the line.
          const timeout = 1_000;
          requestIdleCallback(() => requestIdleCallback(() => resolve(), { timeout }), { timeout });
        }).observe({ type: 'event', buffered: true, durationThreshold: 40 } as PerformanceObserverInit);
      }),
  );
};

function expectSame(values: readonly (readonly [string, number])[], judged: Values): void {
  expect(values.map(([metric]) => metric).toSorted()).toEqual(Object.keys(judged).toSorted());
  for (const [metric, value] of values) expect([metric, value]).toEqual([metric, expect.closeTo(judged[metric]!, 3)]);
}

it('measures LCP, INP, CLS and TTFB as web-vitals does', async () => {
  const { judged, values } = await measured(
    'vitals',
    async (page) => {
      await inPage(page, ({ shift }) => shift());
      await clicked(page);
    },
    4,
  );
  expectSame(values, judged['navigate']!);
  const of = Object.fromEntries(values);
  expect(of['TTFB']).toBeGreaterThan(140);
  // The handler works for 120 ms; the browser rounds to 8.
  expect(of['INP']).toBeGreaterThanOrEqual(112);
  // A block as wide as the window and 100 high moved down by 50: it touched 150 of 500, times 50 of 1000, the larger side.
  expect(of['CLS']).toBeCloseTo(0.015, 4);
});

it('tells each once, with its final value, of a page that was hidden for a moment; and no LCP that came later', async () => {
  const { judged, values } = await measured(
    'hidden-for-a-moment',
    async (page) => {
      await inPage(page, async ({ shift, hide, painted }) => {
        await shift();
        hide(true);
        hide(false);
        await shift();
        // Larger than all that was to be seen.
        document.body.insertAdjacentHTML('beforeend', `<h1 style="font-size: 90px">${'late '.repeat(20)}</h1>`);
        await painted();
        await painted();
      });
      await clicked(page);
    },
    4,
  );
  expectSame(values, judged['navigate']!);
  const of = Object.fromEntries(values);
  // The second shift touched 200 of 500 less the 50 above it, as the first did: 150, times 50 of 1000. Both in one window.
  expect(of['CLS']).toBeCloseTo(0.03, 4);
});

it('tells neither LCP nor CLS of a page that was hidden from the start', async () => {
  const { judged, values } = await measured(
    'hidden',
    async (page) => {
      await inPage(page, ({ hide, shift }) => {
        hide(false);
        return shift();
      });
    },
    1,
    `<script>for (const [name, value] of [['hidden', true], ['visibilityState', 'hidden']])
       Object.defineProperty(document, name, { configurable: true, get: () => value });</script>`,
  );
  expectSame(values, judged['navigate']!);
  expect(values.map(([metric]) => metric)).toEqual(['TTFB']);
});

it('measures a page that comes back from the memory of the browser as another view', async () => {
  const { judged, values } = await measured(
    'restored',
    async (page) => {
      await inPage(page, ({ shift }) => shift());
      await clicked(page);
      await inPage(page, async ({ hide, shift, painted }) => {
        hide(true);
        dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true }));
        hide(false);
        dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }));
        await painted();
        await painted();
        await painted();
        await shift();
        await shift();
      });
    },
    7,
  );
  // 4 of the first view, and of the second all but an INP: nothing was clicked.
  expectSame(values.slice(0, 4), judged['navigate']!);
  const { LCP, ...others } = judged['back-forward-cache']!;
  const [lcp] = values.slice(4).filter(([metric]) => metric === 'LCP');
  expectSame(
    values.slice(4).filter(([metric]) => metric !== 'LCP'),
    others,
  );
  expect(others['TTFB']).toBe(0);
  expect(others['CLS']).toBeCloseTo(0.03, 4);
  // Each looks at the clock by itself, in the same frame.
  expect(Math.abs(lcp![1] - LCP!)).toBeLessThan(50);
});

it('tells what it measured once of a page that stays hidden, without waiting for its end', async () => {
  const { tag, events } = await anApp(server, 'stays');
  const site = await aSite({
    '/': `<!doctype html>${tag('data-without="pages"')}${HELP}${BODY}`,
    '/judge.js': { html: JUDGE, headers: { 'content-type': 'text/javascript' } },
  });
  const page = await (await chromium.visitor()).newPage();
  // Timers of five seconds run when the test says so.
  await page.addInitScript(() => {
    const { setTimeout: start, clearTimeout: stop } = window;
    const late = new Map<number, () => void>();
    Object.assign(window, {
      late,
      setTimeout: (callback: () => void, ms: number) => {
        const id = start(ms === 5_000 ? () => {} : callback, ms);
        if (ms === 5_000) late.set(id, callback);
        return id;
      },
      clearTimeout: (id: number) => {
        late.delete(id);
        stop(id);
      },
    });
  });
  await page.goto(site);
  await page.waitForFunction(() => window.seismo !== undefined);
  await inPage(page, ({ painted }) => painted());
  const left = await inPage(page, ({ hide, late }) => {
    const counts = [true, false, true].map((hidden) => {
      hide(hidden);
      return late.size;
    });
    for (const callback of late.values()) callback();
    return counts;
  });
  expect(left).toEqual([1, 0, 1]);
  const found = (await events(3)).map(({ data }) => data!['metric']);
  expect(found.toSorted()).toEqual(['CLS', 'LCP', 'TTFB']);
  await page.goto('about:blank');
  // What comes after is in order: none of the page's own would come later.
  expect(await events(3)).toHaveLength(3);
});
