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
  const site = await aSite({
    '/': '<a href="/shop?utm_source=mail&gclid=secret&token=secret#top">Shop</a>',
    '/shop': tag(),
  });
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
  const about = { host: `${hostname}:${port}`, language: 'en-US', width: 1280, screen: '1280x720' };
  expect(found.map(({ event, data }) => [event, data])).toEqual([
    // From another page of the site: no referrer. Of the query, the campaign, and that an ad was clicked.
    ['page viewed', { ...about, path: '/shop', utm_source: 'mail', click_id: 'gclid' }],
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

it('sends which page was not found, and from where, unless told not to', async () => {
  const { tag, events } = await anApp(server, 'not-found');
  const gone = (more = '') => ({ html: tag(`data-without="pages vitals ${more}"`), status: 404 });
  const site = await aSite({
    '/': '<a href="/gone?token=secret">gone</a>',
    '/gone': gone(),
    '/silent': gone('notFound'),
    '/found': tag('data-without="pages vitals"'),
  });
  const page = await (await chromium.visitor()).newPage();
  await page.goto(`${site}/?token=secret`);
  await page.click('a');
  await flushed(page);
  for (const path of ['/silent', '/found']) {
    await page.goto(site + path);
    await page.waitForFunction(() => window.seismo !== undefined);
    await flushed(page);
  }
  expect((await events(1)).map(({ event, data }) => [event, data])).toEqual([
    ['page not found', { path: '/gone', referrer: `${site}/` }],
  ]);
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

it('counts a click on a label once, on its text as on its box', async () => {
  const { tag, events } = await anApp(server, 'labels');
  const site = await aSite({
    '/': `<label id="around" data-seismo-event="around"><span>text</span> <input type="checkbox"></label>
        <div data-seismo-event="beside"><label for="box">text</label> <input id="box" type="checkbox"></div>
        <label><span id="inner">text</span> <input type="checkbox" data-seismo-event="within"></label>
        <label id="for" for="far" data-seismo-event="apart">text</label> <input id="far" type="checkbox">
        <label id="held" data-seismo-event="held">text <input type="checkbox"></label>${tag('data-without="pages vitals"')}
        <script>held.addEventListener('click', (event) => event.preventDefault());</script>`,
  });
  const page = await (await chromium.visitor()).newPage();
  await page.goto(site);
  await page.waitForFunction(() => window.seismo !== undefined);
  for (const target of [
    '#around span',
    '#around input',
    '[for=box]',
    '#box',
    '#inner',
    '#for',
    '#held',
    '#around span',
  ])
    await page.click(target);
  await flushed(page);
  const found = (await events(8)).map(({ event }) => event);
  expect(found).toEqual(['around', 'around', 'beside', 'beside', 'within', 'apart', 'held', 'around']);
});

it('counts a click on a label with an event as that of its box, where the box has another', async () => {
  const { tag, events } = await anApp(server, 'label-and-box');
  const site = await aSite({
    '/': `<label id="around" data-seismo-event="label"><span>text</span> <input type="checkbox" data-seismo-event="box" data-seismo-n="1"></label>
        <label id="for" for="far" data-seismo-event="label for">text</label> <input id="far" type="checkbox" data-seismo-event="far">
        <label id="off" data-seismo-event="label of none">text <input type="checkbox" disabled data-seismo-event="off"></label>
        <label data-seismo-event="label of link"><button type="button" id="inside">b</button> <input type="checkbox" data-seismo-event="not clicked"></label>
        ${tag('data-without="pages vitals"')}`,
  });
  const page = await (await chromium.visitor()).newPage();
  await page.goto(site);
  await page.waitForFunction(() => window.seismo !== undefined);
  for (const target of ['#around span', '#around input', '#for', '#far', '#inside']) await page.click(target);
  // Where the browser clicks no box, the label counts.
  await page.evaluate(() => document.querySelector<HTMLElement>('#off')!.click());
  await page.click('#around span');
  await flushed(page);
  expect((await events(7)).map(({ event, data }) => [event, data?.['n']])).toEqual([
    ['box', '1'],
    ['box', '1'],
    ['far', undefined],
    ['far', undefined],
    ['label of link', undefined],
    ['label of none', undefined],
    ['box', '1'],
  ]);
});

it('sees clicks inside open shadow roots, on links in SVG and on areas of an image', async () => {
  const { tag, events } = await anApp(server, 'shadow');
  // ../shared/cases/shadow-and-svg.html, and its siblings: a slot, a root in a root, the old name of href, an area.
  const site = await aSite({
    '/': `<!doctype html><html><head>${tag('data-without="pages vitals"')}</head><body>
        <my-el><i id="slotted">slotted</i></my-el>
        <svg width="300" height="20"><a href="https://ext.example/svg" target="_blank"><text id="svg" y="15">svg</text></a>
          <a xlink:href="https://ext.example/old" target="_blank"><text id="old" x="100" y="15">old</text></a>
          <a href="https://" onclick="return false"><text id="none" x="200" y="15">none</text></a></svg>
        <map name="m"><area id="area" href="https://ext.example/area" target="_blank" coords="0,0,20,20"></map>
        <img usemap="#m" width="20" height="20" src="data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw==">
        <script>customElements.define('my-el',class extends HTMLElement{constructor(){super();this.attachShadow({mode:'open'}).innerHTML=
          '<button data-seismo-event="in shadow">b</button><a href="https://ext.example/shadow" target="_blank">s</a>'+
          '<div data-seismo-event="around a slot"><slot></slot></div>'}})</script></body></html>`,
  });
  const page = await (await chromium.visitor()).newPage();
  const faults: unknown[] = [];
  page.on('pageerror', (error) => faults.push(error));
  await page.goto(site);
  for (const target of ['my-el button', 'my-el a', '#slotted', '#svg', '#old', '#none']) await page.click(target);
  await page.evaluate(() => document.querySelector<HTMLElement>('#area')!.click());
  await flushed(page);
  expect((await events(6)).map(({ event, data }) => data?.['url'] ?? event)).toEqual([
    'in shadow',
    'https://ext.example/shadow',
    'around a slot',
    'https://ext.example/svg',
    'https://ext.example/old',
    'https://ext.example/area',
  ]);
  expect(faults).toEqual([]);
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

it('makes one well-formed event of a rejection with any value, grouped by what it is', async () => {
  const { tag, events } = await anApp(server, 'rejections');
  const site = await aSite({
    '/': `${tag('data-without="pages vitals"')}<script>
        const trap = new Proxy({}, { get() { throw new Error('trapped'); }, ownKeys() { throw new Error('trapped'); } });
        const values = [
          Object.create(null), { code: 'E_CARD', message: 'declined' }, Symbol('key'), undefined, null, 404, '',
          { status: 500, body: 'secret' }, trap, 'No item 1', 'No item 2', { message: { no: 'text' } },
          'x'.repeat(199) + '🦊', Object.assign(Object.create(null), { name: 'Odd', message: 'odd' }),
        ];
        addEventListener('load', () => values.forEach((value, at) => setTimeout(() => Promise.reject(value), at * 10)));
      </script>`,
  });
  const page = await (await chromium.visitor()).newPage();
  const faults: string[] = [];
  page.on('pageerror', (error) => faults.push(error.message));
  await page.goto(site);
  // Of 14, the second of two that differ by a number alone is the same.
  const found = (await events(13)).map(({ data }) => data!);
  expect(found.map(({ name, code, message }) => [name, code, message])).toEqual([
    ['Error', undefined, '{}'],
    ['Error', 'E_CARD', 'declined'],
    ['Error', undefined, 'Symbol(key)'],
    ['Error', undefined, 'undefined'],
    ['Error', undefined, 'null'],
    ['Error', undefined, '404'],
    ['Error', undefined, ''],
    // What its keys hold may belong to somebody.
    ['Error', undefined, '{"status":500,"body":"*"}'],
    ['Error', undefined, 'unreadable'],
    ['Error', undefined, 'No item 1'],
    ['Error', undefined, '{"message":"*"}'],
    // The fox is two units long, and the 200th is its first half.
    ['Error', undefined, 'x'.repeat(199)],
    ['Odd', undefined, 'odd'],
  ]);
  expect(new Set(found.map(({ stack }) => stack)).size).toBe(13);
  // What the page rejects, and nothing of the script's own.
  expect(faults.filter((text) => text.includes('convert') || text.includes('trapped'))).toEqual([]);
});
