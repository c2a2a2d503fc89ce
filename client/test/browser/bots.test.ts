/** What is left of a bot's visit, in a real Chromium with a real server: its page views are not counted, all else is marked. */
import { beforeAll, expect, it } from 'vitest';
import { aChromium, anApp, type Kind } from '../support/a-browser.ts';
import { aSite } from '../support/a-site.ts';
import { aRealServer, type RealServer } from '../support/real-server.ts';
import { flushed } from './window.ts';

let server: RealServer;
let keeping: RealServer;
beforeAll(async () => {
  [server, keeping] = await Promise.all([aRealServer(), aRealServer({ keepBotPageViews: true })]);
});

const GOOGLE =
  'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html) Chrome/150.0.0.0 Safari/537.36';

const HEADLESS = GOOGLE.replace(/.*Chrome/, 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 HeadlessChrome');

/** Opens a page, clicks once, and leaves. @returns each event with its mark, the first of each name */
async function visited(on: RealServer, app: string, kind: Kind, attributes = ''): Promise<Record<string, unknown>> {
  const { tag, events } = await anApp(on, app);
  const button = '<button data-seismo-event="clicked" data-seismo-plan="pro">b</button>';
  const page = await (await (await aChromium(kind)).visitor()).newPage();
  await page.goto(await aSite({ '/': `<!doctype html>${tag(attributes)}${button}`, '/next': tag(attributes) }));
  await page.click('button');
  await flushed(page);
  // The web vitals are told while the page is left; what the next one tells comes behind them.
  await page.goto(new URL('/next', page.url()).href);
  await page.evaluate(() => {
    if (window.seismo && !Array.isArray(window.seismo)) window.seismo.track('next');
  });
  await flushed(page);
  await events(1, 'next');
  return Object.fromEntries((await on.events(app)).toReversed().map(({ event, data }) => [event, data?.['$bot']]));
}

it.each<[string, Kind, string?]>([
  ['a crawler names itself', { userAgent: GOOGLE }],
  ['a crawler names itself on a page with storage', { userAgent: GOOGLE }, 'data-storage'],
  ['a headless browser names itself', { userAgent: HEADLESS }],
  ['navigator.webdriver says so, whatever the user agent', { isDriven: true }],
])('takes no page view and no web vital, and marks all else, where %s', async (what, kind, attributes) => {
  const app = what.replace(/\W/g, '-').slice(0, 60);
  expect(await visited(server, app, kind, attributes)).toEqual({ clicked: true, next: true });
});

it('takes the page views of bots too, marked, where the setting says so', async () => {
  const found = await visited(keeping, 'kept', { isDriven: true });
  expect(found).toMatchObject({ 'page viewed': true, clicked: true, next: true });
});

it('marks nothing of a person', async () => {
  const found = await visited(server, 'person', {});
  expect(found).toMatchObject({ 'page viewed': undefined, clicked: undefined, next: undefined });
  expect(Object.keys(found)).toContain('page viewed');
});
