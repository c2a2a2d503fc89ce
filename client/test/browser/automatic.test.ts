/** What the script tag tells by itself, in a real Chromium, to a real server. */
import { beforeAll, expect, it } from 'vitest';
import { aChromium, anApp, type Chromium } from '../support/a-browser.ts';
import { aSite } from '../support/a-site.ts';
import { aRealServer, type RealServer } from '../support/real-server.ts';
import { flushed } from './window.ts';

let server: RealServer;
let chromium: Chromium;
beforeAll(async () => {
  [server, chromium] = await Promise.all([aRealServer(), aChromium()]);
});

it('counts a page when it is loaded and when its script changes the address, each once', async () => {
  const { tag, events } = await anApp(server, 'views');
  const site = await aSite({ '/': '<a href="/shop?utm_source=mail&token=secret#top">Shop</a>', '/shop': tag() });
  const page = await (await chromium.visitor()).newPage();
  await page.goto(site);
  await page.click('a');
  await page.waitForFunction(() => window.seismo !== undefined);
  await page.evaluate(() => {
    history.pushState({}, '', '/shop/cart');
    history.pushState({}, '', '/shop/cart');
    history.replaceState({}, '', '/shop/login');
    // Each letter of a search written into the address is no page.
    history.replaceState({}, '', '/shop/login?q=a');
    history.replaceState({}, '', '/shop/login?q=ab');
    location.hash = 'end';
  });
  await page.goBack();
  await page.goBack();
  await page.waitForFunction(() => location.pathname === '/shop/cart');
  await flushed(page);
  const found = await events(4);
  const { hostname, port } = new URL(site);
  // Wide as Playwright opens it unless told: 1280 × 720.
  const about = { host: `${hostname}:${port}`, language: 'en-US', width: 1280 };
  expect(found.map(({ event, data }) => [event, data])).toEqual([
    // From another page of the site: no referrer. Of the query, the campaign alone.
    ['page viewed', { ...about, path: '/shop', utm_source: 'mail' }],
    ['page viewed', { ...about, path: '/shop/cart' }],
    ['page viewed', { ...about, path: '/shop/login' }],
    ['page viewed', { ...about, path: '/shop/cart' }],
  ]);
});

it('tells where a visitor came from, without the query', async () => {
  const { tag, events } = await anApp(server, 'referrers');
  const site = await aSite({ '/': tag() });
  const elsewhere = await aSite({
    '/search': `<meta name="referrer" content="unsafe-url"><a href="${site}">there</a>`,
  });
  const page = await (await chromium.visitor()).newPage();
  await page.goto(`${elsewhere}/search?q=secret`);
  await page.click('a');
  const [view] = await events(1);
  expect(view!.data!['referrer']).toBe(`${elsewhere}/search`);
});

it('tells clicks on what carries data-seismo-event, with its properties', async () => {
  const { tag, events } = await anApp(server, 'clicks');
  const site = await aSite({
    '/': `<button data-seismo-event="plan chosen" data-seismo-plan="pro" data-seismo-billing-period="year" data-other="no">
        <b>Choose</b></button><button id="plain">Nothing</button>${tag('data-without="pages vitals"')}`,
  });
  const page = await (await chromium.visitor()).newPage();
  await page.goto(site);
  await page.click('b');
  await page.click('#plain');
  await page.click('button');
  await flushed(page);
  expect((await events(2)).map(({ event, data }) => [event, data])).toEqual([
    ['plan chosen', { plan: 'pro', billingPeriod: 'year' }],
    ['plan chosen', { plan: 'pro', billingPeriod: 'year' }],
  ]);
});

it('tells links to elsewhere and downloads, also opened in another tab, before the page is left', async () => {
  const { tag, events } = await anApp(server, 'links');
  const elsewhere = await aSite({ '/hello': 'hello' });
  const site = await aSite({
    '/': `<a id="out" href="${elsewhere}/hello?token=secret">out</a> <a id="in" href="/in">in</a>
        <a id="file" href="/report.pdf?x=1">report</a> <a id="named" download href="/data">data</a>
        <a id="mail" href="mailto:ann@example.com">mail</a>${tag('data-without="pages vitals"')}`,
    '/report.pdf': { html: 'x', headers: { 'content-disposition': 'attachment' } },
    '/data': 'x',
    '/in': 'in',
  });
  const page = await (await chromium.visitor()).newPage();
  await page.goto(site);
  await page.click('#file');
  await page.click('#named');
  await page.click('#out', { button: 'middle' });
  await page.click('#mail');
  await page.click('#out');
  await page.waitForURL(`${elsewhere}/**`);
  await page.goto(site);
  await page.click('#in');
  expect((await events(4)).map(({ event, data }) => [event, data])).toEqual([
    ['file downloaded', { url: `${site}/report.pdf` }],
    ['file downloaded', { url: `${site}/data` }],
    ['outbound link clicked', { url: `${elsewhere}/hello` }],
    ['outbound link clicked', { url: `${elsewhere}/hello` }],
  ]);
});

it('tells uncaught errors and rejections, each place once, with a hash of the stack', async () => {
  const { tag, events } = await anApp(server, 'errors');
  const site = await aSite({
    '/items/7': `${tag('data-without="pages vitals"')}<img src="/nothing.png"><script>
        function fail(text) { throw new RangeError(text); }
        addEventListener('load', () => {
          for (const text of ['No item 1', 'No item 2']) setTimeout(() => fail(text));
          setTimeout(() => Promise.reject(new RangeError('later')), 20);
          setTimeout(() => Promise.reject('just a text'), 40);
        });
      </script>`,
  });
  const page = await (await chromium.visitor()).newPage();
  await page.goto(`${site}/items/7?q=1`);
  const errors = await events(3);
  const path = '/items/7';
  const stack = expect.stringMatching(/^[\da-f]{14}$/);
  expect(errors.map(({ event, data }) => [event, data])).toEqual([
    // The lines in the page where they were made.
    ['error', { name: 'RangeError', message: 'No item 1', path, stack, at: '/:2' }],
    ['error', { name: 'RangeError', message: 'later', path, stack, at: '/:5' }],
    ['error', { name: 'Error', message: 'just a text', path, stack }],
  ]);
  expect(new Set(errors.map(({ data }) => data!['stack'])).size).toBe(3);
});

it('measures LCP, INP, CLS and TTFB as the browser does', async () => {
  const { tag, events } = await anApp(server, 'vitals');
  const site = await aSite({
    '/': {
      delayMs: 150,
      html: `<!doctype html>${tag('data-without="pages"')}<style>body { margin: 0 } #moved { height: 100px; background: #888 }</style>
        <div id="moved">A text that is the largest thing to be seen.</div>
        <button style="position: absolute; top: 300px" onclick="const end = performance.now() + 120; while (performance.now() < end);">Work</button>`,
    },
    '/next': 'next',
  });
  const page = await (await chromium.visitor()).newPage();
  await page.setViewportSize({ width: 1000, height: 500 });
  await page.goto(site);
  await page.waitForFunction(() => window.seismo !== undefined);
  // Not by a click: shifts that a visitor causes do not count.
  await page.evaluate(async () => {
    const painted = () => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
    await painted();
    document.querySelector<HTMLElement>('#moved')!.style.marginTop = '50px';
    await painted();
    await painted();
  });
  await page.click('button');
  // The page's own look at what the browser measures: the longest of what belongs to the click, and the last of the paints.
  const seen = await page.evaluate(async () => {
    const until = (type: string, isIt: (entry: PerformanceEntry & { interactionId?: number }) => boolean) =>
      new Promise<PerformanceEntry[]>((resolve) => {
        const seen: PerformanceEntry[] = [];
        new PerformanceObserver((list) => {
          seen.push(...list.getEntries());
          if (seen.some(isIt)) resolve(seen);
        }).observe({ type, buffered: true, durationThreshold: 16 } as PerformanceObserverInit);
      });
    const navigation = performance.getEntriesByType('navigation')[0] as PerformanceNavigationTiming;
    const paints = await until('largest-contentful-paint', () => true);
    const inputs = await until('event', ({ name, interactionId }) => name === 'click' && !!interactionId);
    return {
      ttfb: navigation.responseStart,
      lcp: paints.at(-1)!.startTime,
      inp: Math.max(...inputs.filter((one) => 'interactionId' in one && one.interactionId).map((one) => one.duration)),
    };
  });
  await page.goto(`${site}/next`);
  const found = await events(4);
  const values = Object.fromEntries(found.map(({ data }) => [String(data!['metric']), Number(data!['value'])]));
  expect(found.map(({ event, data }) => [event, data!['path']])).toEqual(Array(4).fill(['web vital', '/']));
  expect(values['TTFB']).toBeCloseTo(seen.ttfb, 3);
  expect(values['TTFB']).toBeGreaterThan(140);
  expect(values['LCP']).toBeCloseTo(seen.lcp, 3);
  // The handler works for 120 ms; the browser rounds to 8.
  expect(values['INP']).toBe(seen.inp);
  expect(values['INP']).toBeGreaterThanOrEqual(112);
  // A block as wide as the window and 100 high moved down by 50: it touched 150 of 500, times 50 of 1000, the larger side.
  expect(values['CLS']).toBeCloseTo(0.015, 4);
});
