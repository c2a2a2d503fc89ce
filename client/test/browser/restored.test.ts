/** A page that comes back from the back/forward cache of a real Chromium, with a real server. */
import { expect, it } from 'vitest';
import { aChromium, anApp } from '../support/a-browser.ts';
import { aSite } from '../support/a-site.ts';
import { aRealServer } from '../support/real-server.ts';
import { flushed } from './window.ts';

it('is another page view with web vitals of its own', async () => {
  const server = await aRealServer();
  const { tag, events } = await anApp(server, 'restored');
  const notes = `<script>addEventListener('pageshow', ({ persisted }) => { document.title = persisted ? 'again' : 'first'; })</script>`;
  const site = await aSite({ '/': `<!doctype html>${notes}${tag()}<h1>A text to be painted</h1>`, '/next': 'next' });
  const page = await (await (await aChromium({ keepsPages: true })).visitor()).newPage();
  const painted = () => page.evaluate(() => new Promise((done) => requestAnimationFrame(() => setTimeout(done))));
  await page.goto(site);
  await painted();
  await flushed(page);
  await page.goto(`${site}/next`);
  // Its load happened long ago: the browser only shows it again.
  await page.goBack({ waitUntil: 'commit' });
  await page.waitForFunction(() => document.title === 'again');
  for (let frames = 0; frames < 3; frames++) await painted();
  await page.goto('about:blank');
  const found = await events(8);
  expect(found.filter(({ event }) => event === 'page viewed').map(({ data }) => data!['path'])).toEqual(['/', '/']);
  const vitals = found
    .filter(({ event }) => event === 'web vital')
    .map(({ data }) => [data!['metric'], data!['value']] as const);
  const of = (metric: string) => vitals.filter(([name]) => name === metric).map(([, value]) => Number(value));
  expect(of('TTFB')).toEqual([expect.any(Number), 0]);
  expect(of('CLS')).toEqual([0, 0]);
  expect(of('LCP')).toHaveLength(2);
  expect(Math.min(...of('LCP'))).toBeGreaterThan(0);
});
