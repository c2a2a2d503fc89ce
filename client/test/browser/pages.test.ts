/** What becomes of events when pages close, networks fail and policies are strict, in a real Chromium, with a real server. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { beforeAll, expect, it } from 'vitest';
import { aChromium, anApp, aProfile, type Chromium } from '../support/a-browser.ts';
import { aSite } from '../support/a-site.ts';
import { aRealServer, type RealServer } from '../support/real-server.ts';
import { flushed } from './window.ts';

let server: RealServer;
let chromium: Chromium;
beforeAll(async () => {
  [server, chromium] = await Promise.all([aRealServer(), aChromium()]);
});

const QUIET = 'data-without="pages clicks vitals errors"';
const upTo = (count: number): number[] => [...Array(count).keys()];

/** Tracks numbered events, all in one turn, so that they wait together. */
async function trackNumbers(page: Page, from: number, to: number, text = ''): Promise<void> {
  await page.waitForFunction(() => window.seismo !== undefined && !Array.isArray(window.seismo));
  await page.evaluate(
    ([first, end, filler]) => {
      const { seismo } = window;
      if (seismo && !Array.isArray(seismo)) for (let n = first; n < end; n++) seismo.track('tick', { n, filler });
    },
    [from, to, text] as const,
  );
}

const numbersOf = (events: readonly { data?: Readonly<Record<string, unknown>> }[]): number[] =>
  events.map(({ data }) => Number(data!['n'])).toSorted((a, b) => a - b);

it('sends all that waits when a tab is closed, as far as browsers promise: each event arrives once', async () => {
  const { tag, events } = await anApp(server, 'closed');
  const site = await aSite({ '/': tag(QUIET) });
  const page = await (await chromium.visitor()).newPage();
  await page.goto(site);
  // Some 110 bytes each: within the 64 KiB.
  await trackNumbers(page, 0, 500);
  await page.close();
  expect(numbersOf(await events(500))).toEqual(upTo(500));
});

it('with data-storage loses nothing of a full queue when tabs are closed, whatever they could still send', async () => {
  const { tag, events } = await anApp(server, 'closed-kept');
  const site = await aSite({ '/': tag(`data-storage ${QUIET}`) });
  const visitor = await chromium.visitor();
  for (const tab of upTo(3)) {
    const page = await visitor.newPage();
    await page.goto(site);
    await trackNumbers(page, tab * 1_000, tab * 1_000 + 1_000);
    await page.close();
  }
  const next = await visitor.newPage();
  await next.goto(site);
  expect(numbersOf(await events(3_000))).toEqual(upTo(3_000));
});

it('sends what waits, and what is tracked then, when a tab is hidden, and does not send it again', async () => {
  const { tag, events } = await anApp(server, 'left');
  const site = await aSite({
    '/': `${tag(QUIET)}<script>document.addEventListener('visibilitychange', () => seismo.track('tick', { n: 5 }))</script>`,
    '/next': 'next',
  });
  const page = await (await chromium.visitor()).newPage();
  await page.goto(site);
  await trackNumbers(page, 0, 5);
  await page.goto(`${site}/next`);
  expect(numbersOf(await events(6))).toEqual(upTo(6));
});

it('splits what it sends so that no request is over 64 kB', async () => {
  const { tag, events } = await anApp(server, 'split');
  const site = await aSite({ '/': tag(QUIET) });
  const page = await (await chromium.visitor()).newPage();
  const sizes: number[] = [];
  page.on('request', (request) => {
    if (request.method() === 'POST') sizes.push(request.postDataBuffer()?.length ?? 0);
  });
  await page.goto(site);
  // Letters of two bytes in the body: 100 events of some 2.2 kB.
  await trackNumbers(page, 0, 100, 'é'.repeat(1_000));
  await page.evaluate(() => dispatchEvent(new Event('pagehide')));
  expect(numbersOf(await events(100))).toEqual(upTo(100));
  expect(sizes.length).toBeGreaterThanOrEqual(4);
  expect(Math.max(...sizes)).toBeLessThan(65_536);
});

it('uses sendBeacon in a browser whose fetch does not outlive the page', async () => {
  const { tag, events } = await anApp(server, 'beacons');
  const site = await aSite({ '/': tag(QUIET) });
  const page = await (await chromium.visitor()).newPage();
  // It has fetch, but not so that it outlives the page: here nothing arrives by it at all.
  await page.addInitScript(() => {
    Reflect.deleteProperty(Request.prototype, 'keepalive');
    window.fetch = () => Promise.reject(new TypeError('not by fetch'));
  });
  await page.goto(site);
  // Fewer than are sent at once by themselves.
  await trackNumbers(page, 0, 150);
  await page.close();
  expect(numbersOf(await events(150))).toEqual(upTo(150));
});

it('holds events while it is offline and sends them when the network is back, each once', async () => {
  const { tag, events } = await anApp(server, 'offline');
  const site = await aSite({ '/': tag(QUIET) });
  const visitor = await chromium.visitor();
  const page = await visitor.newPage();
  await page.goto(site);
  await trackNumbers(page, 0, 10);
  await flushed(page);
  await visitor.setOffline(true);
  await trackNumbers(page, 10, 20);
  // It tried, and failed.
  await page.waitForEvent('requestfailed');
  await visitor.setOffline(false);
  expect(numbersOf(await events(20))).toEqual(upTo(20));
});

it('with data-storage keeps the queue of a browser that was offline and closed, and sends it at the next visit, each once', async () => {
  const { tag, events } = await anApp(server, 'kept');
  const site = await aSite({ '/': tag(`data-storage ${QUIET}`) });
  const open = aProfile();
  const first = await open();
  const page = await first.newPage();
  await page.goto(site);
  await trackNumbers(page, 0, 1);
  await flushed(page);
  await first.setOffline(true);
  // What a page sends while it is closed may pass by the offline that the browser plays: there is nobody to get it either.
  await server.stop();
  await trackNumbers(page, 1, 500);
  await page.close();
  await first.close();
  await server.startAgain();
  expect(numbersOf(await server.events('kept'))).toEqual([0]);
  const second = await open();
  await (await second.newPage()).goto(site);
  const found = await events(500);
  expect(numbersOf(found)).toEqual(upTo(500));
  expect(new Set(found.map(({ device }) => device)).size).toBe(1);
  await second.close();
});

it('sends each event of ten tabs once, with storage that they share', async () => {
  const { tag, events } = await anApp(server, 'tabs');
  const site = await aSite({ '/': tag(`data-storage ${QUIET}`) });
  const visitor = await chromium.visitor();
  const pages = await Promise.all(upTo(10).map(() => visitor.newPage()));
  await Promise.all(
    pages.map(async (page, tab) => {
      await page.goto(site);
      await trackNumbers(page, tab * 100, tab * 100 + 100);
      // Half of them live on, half are closed at once.
      if (tab % 2 === 0) await page.close();
    }),
  );
  // A tab that is closed at once may not have sent its events, and never learns whether they arrived: the next page sends them.
  const last = await visitor.newPage();
  await last.goto(site);
  await trackNumbers(last, 1_000, 1_001);
  await flushed(last);
  const found = await events(1_001);
  expect(numbersOf(found)).toEqual(upTo(1_001));
  expect(new Set(found.map(({ uuid }) => uuid)).size).toBe(1_001);
  // Tabs of a first visit that open in the same instant may each make an anonymous id; the last one written stays.
  expect(found.every(({ device }) => device !== undefined)).toBe(true);
  await expect
    .poll(() => last.evaluate(() => Object.keys(localStorage).filter((name) => name.includes('queue'))))
    .toEqual([]);
});

it('works on a page whose policy allows scripts and connections of the server alone', async () => {
  const { tag, events } = await anApp(server, 'strict');
  const policy = `default-src 'none'; script-src ${server.url}; connect-src ${server.url}; require-trusted-types-for 'script'`;
  const site = await aSite({
    '/': {
      html: `${tag('data-storage')}<a download href="/x">file</a>`,
      headers: { 'content-security-policy': policy },
    },
  });
  const page = await (await chromium.visitor()).newPage();
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  await page.goto(site);
  await page.waitForFunction(() => window.seismo !== undefined);
  await page.click('a');
  await page.goto('about:blank');
  expect(await events(1, 'page viewed')).toHaveLength(1);
  expect(await events(1, 'file downloaded')).toHaveLength(1);
  // The browser asks for /favicon.ico, which the policy forbids: no fault of the script.
  expect(complaints.filter((text) => !text.includes('favicon') && !text.includes('404'))).toEqual([]);
});

it('works as a module of a page that is built, and tells what it drops', async () => {
  const { key, events } = await anApp(server, 'module');
  const built = fileURLToPath(new URL('../../dist/', import.meta.url));
  const headers = { 'content-type': 'text/javascript' };
  const modules = readdirSync(built)
    .filter((name) => /^(browser|shared-.*)\.js$/.test(name))
    .map((name) => [`/${name}`, { html: readFileSync(built + name, 'utf8'), headers }] as const);
  const site = await aSite({
    ...Object.fromEntries(modules),
    '/': `<script type="module">
        import { createBrowserClient } from '/browser.js';
        const onDrop = (event, drop) => { document.title = event.event + ' ' + drop.reason; };
        const page = createBrowserClient({ server: '${server.url}', app: 'module', key: '${key}', auto: ['pages'], onDrop });
        page.track('bad', { big: 10n });
        page.track('good');
        await page.flush();
      </script>`,
  });
  const page = await (await chromium.visitor()).newPage();
  await page.goto(site);
  expect((await events(2)).map(({ event }) => event)).toEqual(['page viewed', 'good']);
  expect(await page.title()).toBe('bad invalid');
});

it('is kept by browsers for as long as the server says: for ever with its version, and asked for again without', async () => {
  const { key } = await anApp(server, 'cached');
  const { headers } = await fetch(`${server.url}/seismo.js`);
  const etag = headers.get('etag')!;
  const version = /"(\w+)"/.exec(etag)![1]!;
  expect(headers.get('cache-control')).toContain('max-age=3600');
  expect((await fetch(`${server.url}/seismo.js`, { headers: { 'if-none-match': etag } })).status).toBe(304);
  const tag = `<script defer src="${server.url}/seismo.js?v=${version}" data-app="cached" data-key="${key}"></script>`;
  const site = await aSite({ '/': tag, '/b': tag });
  const page = await (await chromium.visitor()).newPage();
  const loads: boolean[] = [];
  page.on('response', async (response) => {
    if (!response.url().includes('/seismo.js')) return;
    expect(response.headers()['cache-control']).toContain('immutable');
    loads.push((await response.request().sizes()).responseBodySize > 0);
  });
  for (const path of ['/', '/b']) {
    await page.goto(site + path);
    await page.waitForFunction(() => window.seismo !== undefined);
  }
  await expect.poll(() => loads).toEqual([true, false]);
});
