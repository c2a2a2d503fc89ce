/** The script and the path that it posts to under other names, behind a proxy on the page's own origin, as docs/send-events/browser.md shows. */
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import { atFileEnd } from '../../../server/test/support/at-file-end.ts';
import { aChromium } from '../support/a-browser.ts';
import { aRealServer } from '../support/real-server.ts';
import { flushed } from './window.ts';

it('sends from a page of the same origin, with the address that the proxy reports', async () => {
  const seismo = await aRealServer({ scriptPath: '/a.js', postPath: '/in', trustProxy: true, requestProperties: true });
  const key = await seismo.key('shop', 'write');
  const asked: string[] = [];
  const site = createServer((incoming, outgoing) => {
    const { url = '', method, headers } = incoming;
    asked.push(`${method} ${url.split('?')[0]}`);
    if (url === '/') {
      const tag = `<script defer src="/a.js" data-app="shop" data-key="${key}"></script>`;
      outgoing.writeHead(200, { 'content-type': 'text/html' }).end(`<!doctype html><title>Shop</title>${tag}`);
      return;
    }
    // The University of Zurich: the country shows that this address is used.
    const sent = { ...headers, 'x-forwarded-for': '130.60.184.132' };
    const passed = request(`${seismo.url}${url}`, { method, headers: sent }, (answer) => {
      outgoing.writeHead(answer.statusCode!, answer.headers);
      answer.pipe(outgoing);
    });
    incoming.pipe(passed);
  }).listen(0, '127.0.0.1');
  atFileEnd(() => site.close());
  await new Promise((resolve) => site.once('listening', resolve));
  const page = await (await (await aChromium({})).visitor()).newPage();
  await page.goto(`http://127.0.0.1:${(site.address() as AddressInfo).port}/`);
  await flushed(page);
  await expect.poll(async () => (await seismo.events('shop')).length, { timeout: 20_000 }).toBe(1);
  const [view] = await seismo.events('shop');
  expect(view).toMatchObject({
    event: 'page viewed',
    data: { path: '/', $country: 'CH', $browser: 'Chrome', $os: 'Linux' },
  });
  expect(asked.filter((each) => !each.endsWith('/favicon.ico'))).toEqual(['GET /', 'GET /a.js', 'POST /in/shop']);
});
