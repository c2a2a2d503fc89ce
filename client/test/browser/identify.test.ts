/** Who a visitor is, in a real Chromium with a real server. */
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

const QUIET = 'data-without="pages vitals errors"';

async function open(url: string, before?: () => void): Promise<Page & { readonly warnings: string[] }> {
  const page = await (await chromium.visitor()).newPage();
  const warnings: string[] = [];
  page.on('console', (message) => message.type() === 'warning' && warnings.push(message.text()));
  if (before) await page.addInitScript(before);
  await page.goto(url);
  await page.waitForFunction(() => window.seismo !== undefined && !Array.isArray(window.seismo));
  return Object.assign(page, { warnings });
}

/** Users of yesterday and today, and how many of a funnel reached each step. */
async function answersOf(app: string, ...names: readonly string[]) {
  const reader = server.reader(app);
  const { users } = await reader.report({ report: 'period', from: 'yesterday', to: 'today' });
  const { result } = await reader.analyze({ kind: 'funnel', last: '2d', steps: names.map((event) => ({ event })) });
  return { users, steps: result.steps.map(({ total }) => total) };
}

it('without storage, counts a visitor whom a waiting call identifies as one user, whose funnel converts', async () => {
  const { tag, events } = await anApp(server, 'waiting');
  // ../shared/cases/identify-before-script.html
  const calls = `<script>window.seismo=[['identify','ann',{plan:'pro'}],['track','order paid',{amount:42}]];</script>`;
  const page = await open(await aSite({ '/': `<!doctype html><html><head>${calls}${tag()}</head>account</html>` }));
  await flushed(page);
  const found = await events(3);
  expect(found.map(({ event, user }) => [event, user])).toEqual([
    ['page viewed', 'ann'],
    ['$identify', 'ann'],
    ['order paid', 'ann'],
  ]);
  expect(found.map(({ device }) => device)).toEqual([undefined, expect.any(String), undefined]);
  expect(await answersOf('waiting', 'page viewed', 'order paid')).toEqual({ users: 1, steps: [1, 1] });
});

it('without storage, counts a visitor who signs in on a later page as one user, whose funnel converts', async () => {
  const { tag, events } = await anApp(server, 'later');
  const site = await aSite({ '/': tag(), '/account': tag() });
  const page = await open(site);
  await flushed(page);
  await page.goto(`${site}/account`);
  await page.evaluate(() => {
    if (window.seismo && !Array.isArray(window.seismo)) {
      window.seismo.identify('ann');
      window.seismo.track('order paid');
    }
  });
  await flushed(page);
  const views = await events(2, 'page viewed');
  const [identified] = await events(1, '$identify');
  expect(views.map(({ user, device }) => [user, device])).toEqual([
    [undefined, identified!.device],
    [undefined, identified!.device],
  ]);
  expect(await answersOf('later', 'page viewed', 'order paid')).toEqual({ users: 1, steps: [1, 1] });
});

it('takes a number for its text and ignores what is no id, with one warning; what is tracked then flows on', async () => {
  const { tag, events } = await anApp(server, 'values');
  const page = await open(await aSite({ '/': tag(`data-storage ${QUIET}`) }));
  await page.evaluate(() => {
    const { seismo } = window;
    if (!seismo || Array.isArray(seismo)) return;
    const identify = seismo.identify as (value: unknown) => void;
    const nobody: unknown[] = [null, undefined, '', '  ', Number.NaN, Infinity, {}, [], new Date(0), true, Symbol('x')];
    nobody.push(Object.create(null), () => {}, 0, 2 ** 53, '\ud800');
    nobody.push('null', ' Undefined', 'NaN', '[object Object]', '0', 'ANONYMOUS\n');
    for (const value of nobody) identify(value);
    seismo.track('nobody yet');
    seismo.track('of somebody', {}, { user: 7 });
    identify(12345);
    seismo.track('by number');
    identify(10n);
    seismo.track('by bigint');
    for (const value of nobody) identify(value);
    seismo.track('still the same');
  });
  await flushed(page);
  expect((await events(7)).map(({ event, user, device }) => [event, user, typeof device])).toEqual([
    ['nobody yet', undefined, 'string'],
    ['of somebody', '7', 'string'],
    ['$identify', '12345', 'string'],
    ['by number', '12345', 'string'],
    ['$identify', '10', 'string'],
    ['by bigint', '10', 'string'],
    ['still the same', '10', 'string'],
  ]);
  expect(page.warnings).toHaveLength(1);
  expect(page.warnings[0]).toMatch(/^seismo: invalid id, ignored/);
});

it('refuses an id that is too long once, cuts it nowhere, and goes on without that user, also on the next page', async () => {
  const { tag, events } = await anApp(server, 'long');
  const site = await aSite({ '/': tag(`data-storage ${QUIET}`) });
  const page = await open(site);
  await page.evaluate(() => {
    const { seismo } = window;
    if (!seismo || Array.isArray(seismo)) return;
    seismo.identify('x'.repeat(256));
    seismo.track('of 256');
    seismo.identify('x'.repeat(257));
    seismo.track('of 257');
  });
  await flushed(page);
  await page.goto(site);
  await page.evaluate(() => {
    if (window.seismo && !Array.isArray(window.seismo)) window.seismo.track('later');
  });
  await flushed(page);
  const longest = 'x'.repeat(256);
  expect((await events(4)).map(({ event, user }) => [event, user])).toEqual([
    ['$identify', longest],
    ['of 256', longest],
    ['of 257', undefined],
    ['later', undefined],
  ]);
  expect(page.warnings).toHaveLength(1);
});

it('goes on without a user whom the server refuses, because it takes less than others', async () => {
  const strict = await aRealServer({ userMaxLength: 50 });
  const { tag, events } = await anApp(strict, 'strict');
  const page = await open(await aSite({ '/': tag(`data-storage ${QUIET}`) }));
  const call = (name: 'track' | 'identify', value: string) =>
    page.evaluate(
      ([method, given]) => {
        if (window.seismo && !Array.isArray(window.seismo)) window.seismo[method](given);
      },
      [name, value] as const,
    );
  await call('identify', 'x'.repeat(51));
  await flushed(page);
  await call('track', 'after');
  await flushed(page);
  expect((await events(1)).map(({ event, user }) => [event, user])).toEqual([['after', undefined]]);
});

it('does not believe what stands in localStorage', async () => {
  const { tag, events } = await anApp(server, 'restored');
  const page = await open(await aSite({ '/': tag(`data-storage ${QUIET}`) }), () => {
    for (const name of ['user', 'device']) localStorage.setItem(`seismo.restored.${name}`, '[object Object]');
    localStorage.setItem('seismo.restored.session', `${'s'.repeat(300)}.${Date.now()}`);
  });
  await page.evaluate(() => {
    if (window.seismo && !Array.isArray(window.seismo)) window.seismo.track('seen');
  });
  await flushed(page);
  const [seen] = await events(1);
  expect(seen!.user).toBeUndefined();
  expect([seen!.device, seen!.session]).toEqual([
    expect.stringMatching(/^[\da-f-]{36}$/),
    expect.stringMatching(/^[\da-f-]{36}$/),
  ]);
});
