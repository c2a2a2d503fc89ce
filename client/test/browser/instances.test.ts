/** A tag that stands twice, or runs again, in a real Chromium with a real server: each view and click is counted once. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';
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

async function open(url: string): Promise<Page> {
  const page = await (await chromium.visitor()).newPage();
  await page.goto(url);
  await page.waitForFunction(() => window.seismo !== undefined && !Array.isArray(window.seismo));
  return page;
}

const BUTTON = '<button data-seismo-event="clicked">b</button>';

it('counts one view and one click when its tag stands twice', async () => {
  const { tag, events } = await anApp(server, 'twice');
  const page = await open(await aSite({ '/': `${tag()}${tag()}${BUTTON}` }));
  await page.click('button');
  await flushed(page);
  expect((await events(2)).map(({ event }) => event)).toEqual(['page viewed', 'clicked']);
});

it('counts four views and one click of a page that Turbo visits three times, and makes the calls that each brings', async () => {
  const { tag, events } = await anApp(server, 'turbo');
  const turbo = createRequire(import.meta.url)
    .resolve('@hotwired/turbo')
    .replace(/[^/]+$/, 'turbo.es2017-umd.js');
  // The tag stands in the body, so that it runs again with every visit.
  const body = (n: number) =>
    `<!doctype html><html><head><script src="/turbo.js"></script></head><body>
      <script>window.seismo = [['track', 'shown', { n: ${n} }]]</script>${tag('data-without="vitals"')}
      <a id="next" href="/${n + 1}">next</a>${BUTTON}</body></html>`;
  const site = await aSite({
    '/turbo.js': { html: readFileSync(turbo, 'utf8'), headers: { 'content-type': 'text/javascript' } },
    ...Object.fromEntries([0, 1, 2, 3].map((n) => [`/${n}`, body(n)])),
  });
  const page = await open(`${site}/0`);
  for (const n of [1, 2, 3]) {
    await page.click('#next');
    await page.waitForFunction(
      (to) => location.pathname === `/${to}` && document.querySelector('#next')?.getAttribute('href') === `/${to + 1}`,
      n,
    );
    await page.waitForFunction(() => window.seismo !== undefined && !Array.isArray(window.seismo));
  }
  await page.click('button');
  await flushed(page);
  // 4 views, the 4 calls that waited, 1 click.
  const found = await events(9);
  const of = (name: string) => found.filter(({ event }) => event === name);
  expect(of('page viewed').map(({ data }) => data!['path'])).toEqual(['/0', '/1', '/2', '/3']);
  expect(of('shown').map(({ data }) => data!['n'])).toEqual([0, 1, 2, 3]);
  expect(of('clicked')).toHaveLength(1);
  // Turbo loaded no page: it is the first one's memory.
  expect(await page.evaluate(() => performance.getEntriesByType('navigation').map(({ name }) => name))).toEqual([
    `${site}/0`,
  ]);
});

it('has one instance for each of two apps on a page', async () => {
  const one = await anApp(server, 'both-one');
  const two = await anApp(server, 'both-two');
  const page = await open(await aSite({ '/': `${one.tag()}${two.tag()}${one.tag()}${BUTTON}` }));
  await page.click('button');
  await page.goto('about:blank');
  for (const { events } of [one, two]) {
    expect(await events(1, 'page viewed')).toHaveLength(1);
    expect(await events(1, 'clicked')).toHaveLength(1);
  }
});
