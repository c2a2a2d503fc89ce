/** What is stored about a visitor, and when, in a real Chromium with a real server. */
import type { BrowserContext, Page } from 'playwright-core';
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

async function open(visitor: BrowserContext, url: string): Promise<Page> {
  const page = await visitor.newPage();
  await page.goto(url);
  await page.waitForFunction(() => window.seismo !== undefined);
  return page;
}

/** Calls the page's Seismo, as a program of the page does. */
const call = (page: Page, name: 'track' | 'identify' | 'reset' | 'consent', ...args: readonly unknown[]) =>
  page.evaluate(([method, given]) => Reflect.apply(Reflect.get(window.seismo!, method), window.seismo, given), [
    name,
    args,
  ] as const);

/** All that a page can leave behind. */
async function storedBy(page: Page, visitor: BrowserContext) {
  const left = await page.evaluate(async () => ({
    local: Object.keys(localStorage),
    session: Object.keys(sessionStorage),
    databases: await indexedDB.databases(),
    caches: await caches.keys(),
  }));
  return { ...left, cookies: await visitor.cookies() };
}
const NOTHING = { local: [], session: [], databases: [], caches: [], cookies: [] };

it('stores nothing without consent, neither a cookie, and the server tells visitors apart for a day', async () => {
  const { tag, events } = await anApp(server, 'anonymous');
  const site = await aSite({ '/': tag(), '/next': tag() });
  const visitor = await chromium.visitor();
  const page = await open(visitor, site);
  await call(page, 'track', 'order paid', { amount: 42 });
  await call(page, 'identify', 'ann', { plan: 'pro' });
  await flushed(page);
  await page.goto(`${site}/next`);
  await page.waitForFunction(() => window.seismo !== undefined);
  await flushed(page);
  expect(await storedBy(page, visitor)).toEqual(NOTHING);
  const found = await events(2, 'page viewed');
  const devices = found.map(({ device }) => device);
  expect(devices[0]).toMatch(/^.{8,}$/);
  expect(devices[1]).toBe(devices[0]);
  // Who it is was said on the page before: without storage the next one does not know.
  expect(found.map(({ user, session }) => [user, session])).toEqual([
    [undefined, undefined],
    [undefined, undefined],
  ]);
  // Neither address nor agent is in what is stored.
  expect(JSON.stringify(await server.events('anonymous'))).not.toMatch(/127\.0\.0\.1"|Mozilla|HeadlessChrome/);
});

it('identifies the visitor for this event and all later ones; with storage on later pages too, until reset', async () => {
  const { tag, events } = await anApp(server, 'identified');
  const site = await aSite({ '/': tag('data-storage data-without="pages vitals"') });
  const visitor = await chromium.visitor();
  const page = await open(visitor, site);
  await call(page, 'track', 'before');
  await call(page, 'identify', 'ann', { plan: 'pro' });
  await call(page, 'track', 'after');
  await flushed(page);
  const later = await open(visitor, site);
  await call(later, 'track', 'later');
  await call(later, 'reset');
  await call(later, 'track', 'other');
  await flushed(later);
  const found = await events(5);
  expect(found.map(({ id, user, data }) => [id, user, data])).toEqual([
    ['before', undefined, undefined],
    ['$identify', 'ann', { plan: 'pro' }],
    ['after', 'ann', undefined],
    ['later', 'ann', undefined],
    ['other', undefined, undefined],
  ]);
  const [before, identify, after, next, other] = found;
  expect(new Set([before, identify, after, next].map((one) => one!.device)).size).toBe(1);
  expect(new Set([before, identify, after, next].map((one) => one!.session)).size).toBe(1);
  // Another visitor from here on.
  expect(other!.device).not.toBe(before!.device);
  expect(other!.session).not.toBe(before!.session);
});

it('begins to store when the visitor agrees, and removes all of it when consent is taken back', async () => {
  const { tag, events } = await anApp(server, 'consent');
  const site = await aSite({ '/': tag('data-without="pages vitals"') });
  const visitor = await chromium.visitor();
  const page = await open(visitor, site);
  await call(page, 'track', 'asked');
  await call(page, 'consent', true);
  await call(page, 'track', 'agreed');
  await flushed(page);
  const { local, ...others } = await storedBy(page, visitor);
  expect(local.toSorted()).toEqual(['seismo.consent.device', 'seismo.consent.session']);
  expect(others).toEqual({ session: [], databases: [], caches: [], cookies: [] });
  await call(page, 'consent', false);
  expect(await storedBy(page, visitor)).toEqual(NOTHING);
  await call(page, 'track', 'withdrawn');
  await flushed(page);
  expect(await storedBy(page, visitor)).toEqual(NOTHING);
  const [asked, agreed, withdrawn] = await events(3);
  expect(agreed!.session).toMatch(/^[\da-f-]{36}$/);
  expect(agreed!.device).not.toBe(asked!.device);
  expect(withdrawn!.device).toBe(asked!.device);
});

it.each([
  ['Do Not Track', 'dnt', () => Object.defineProperty(Navigator.prototype, 'doNotTrack', { get: () => '1' })],
  [
    'Global Privacy Control',
    'gpc',
    () => Object.defineProperty(Navigator.prototype, 'globalPrivacyControl', { get: () => true }),
  ],
] as const)('respects %s where the page says so, and only there', async (_, signal, set) => {
  const { tag, events } = await anApp(server, `signal-${signal}`);
  const site = await aSite({
    '/respects': tag(`data-storage data-respect="${signal}"`),
    '/ignores': tag('data-storage'),
  });
  const visitor = await chromium.visitor();
  await visitor.addInitScript(set);
  const respects = await open(visitor, `${site}/respects`);
  await call(respects, 'track', 'order paid');
  await call(respects, 'identify', 'ann');
  await flushed(respects);
  expect(await storedBy(respects, visitor)).toEqual(NOTHING);
  await respects.close();
  const ignores = await open(visitor, `${site}/ignores`);
  await flushed(ignores);
  expect((await events(1, 'page viewed'))[0]!.data!['path']).toBe('/ignores');
  expect((await server.events(`signal-${signal}`)).filter(({ event }) => event !== 'page viewed')).toEqual([]);
});

it('takes calls from before the script has come, and works as its core alone', async () => {
  const { tag, events } = await anApp(server, 'core');
  const site = await aSite({
    '/': `<script>window.seismo = [['identify', 'ann'], ['track', 'early', { n: 1 }]]</script>${tag('', 'seismo.core.js')}`,
  });
  const page = await open(await chromium.visitor(), site);
  await flushed(page);
  expect((await events(3)).map(({ event, user, data }) => [event, user, data?.['n']])).toEqual([
    ['page viewed', 'ann', undefined],
    ['$identify', 'ann', undefined],
    ['early', 'ann', 1],
  ]);
});
