import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync, brotliDecompressSync, gunzipSync, gzipSync } from 'node:zlib';
import express from 'express';
import { afterEach, describe, expect, it } from 'vitest';
import { readDashboard } from '../../src/http/dashboard.ts';
import { aHttp, type Double, type DoubleOptions } from './doubles.ts';

const HTML =
  '<!doctype html><html><head><base href="/"><script type="module" src="./assets/index-Ab1_cd-2.js"></script></head></html>';
const SCRIPT = 'console.log("the dashboard");'.repeat(100);
const BROWSER = 'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8';

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

function open(options: DoubleOptions = {}): Double {
  const double = aHttp(options);
  closers.push(() => double.http.close());
  return double;
}

/** A folder as the build leaves it, in a folder that holds a secret. */
function aBuild(): string {
  const folder = mkdtempSync(join(tmpdir(), 'seismo-web-'));
  closers.push(async () => rmSync(folder, { recursive: true }));
  const web = join(folder, 'web');
  mkdirSync(join(web, 'assets/deep'), { recursive: true });
  mkdirSync(join(web, '.vite'));
  for (const [name, content] of [
    ['../secret.txt', 'secret'],
    ['.vite/manifest.json', '{}'],
    ['index.html', HTML],
    ['favicon.svg', '<svg/>'],
    ['openapi.json', 'not ours'],
    ['assets/index-Ab1_cd-2.js', SCRIPT],
    ['assets/index-Ab1_cd-2.js.br', brotliCompressSync(SCRIPT)],
    ['assets/index-Ab1_cd-2.js.gz', gzipSync(SCRIPT)],
    ['assets/index-Ab1_cd-2.js.map', '{}'],
    ['assets/style-Cd2Cd2Cd.css', 'body{}'],
    ['assets/font-Ef3Ef3Ef.woff2', 'font'],
    ['assets/scheme.js', 'light'],
    ['assets/deep/hidden.js', 'hidden'],
  ] as const)
    writeFileSync(join(web, name), content);
  return web;
}

const built = (): Double => open({ dashboard: readDashboard(aBuild()) });
const get = (double: Double, url: string, headers: Record<string, string> = {}, method: 'GET' | 'HEAD' = 'GET') =>
  double.http.inject({ method, url, headers });

describe('GET /', () => {
  it('is the dashboard for a browser and JSON for everybody else', async () => {
    const double = built();
    const page = await get(double, '/', { accept: BROWSER });
    expect([page.statusCode, page.headers['content-type'], page.body]).toEqual([200, 'text/html; charset=utf-8', HTML]);
    expect(page.headers.vary).toBe('Accept');
    for (const accept of ['*/*', 'application/json', 'application/json, text/html;q=0.9', undefined]) {
      const answer = await get(double, '/', accept === undefined ? {} : { accept });
      expect([accept, answer.json().app, answer.headers.vary]).toEqual([accept, 'seismo', 'Accept']);
    }
  });

  it('says what to do when the dashboard was not built', async () => {
    const double = open({ dashboard: readDashboard(join(tmpdir(), 'no-such-folder')) });
    for (const url of ['/', '/apps/shop']) {
      const page = await get(double, url, { accept: BROWSER });
      expect([page.statusCode, page.headers['content-type']]).toEqual([404, 'text/html; charset=utf-8']);
      expect(page.body).toContain('npm run build');
      expect(page.headers['content-security-policy']).toContain("default-src 'none'");
    }
    expect((await get(double, '/')).json()).toMatchObject({ app: 'seismo' });
    expect((await get(double, '/assets/index-Ab1_cd-2.js')).statusCode).toBe(404);
  });
});

describe('the addresses of the dashboard', () => {
  it('answer the document, whatever is asked for and whoever asks', async () => {
    const double = built();
    for (const url of [
      '/apps',
      '/apps/shop/explore?q=%7B%7D',
      '/settings',
      '/settings/keys',
      '/share/sh_abc',
      '/sign-in',
    ]) {
      const page = await get(double, url);
      expect([url, page.statusCode, page.body]).toEqual([url, 200, HTML]);
      const head = await get(double, url, {}, 'HEAD');
      expect([head.statusCode, head.body, head.headers['content-length']]).toEqual([200, '', String(HTML.length)]);
    }
    expect(double.asked).toEqual([]);
  });

  it('are all there is: elsewhere is a problem, and writing to them too', async () => {
    const double = built();
    for (const url of ['/nowhere', '/share', '/index.html', '/.vite/manifest.json', '/sign-in/x']) {
      const answer = await get(double, url, { accept: BROWSER });
      expect([url, answer.statusCode, answer.headers['content-type']]).toEqual([
        url,
        404,
        'application/problem+json; charset=utf-8',
      ]);
    }
    const posted = await double.http.inject({ method: 'POST', url: '/apps/shop' });
    expect([posted.statusCode, posted.headers.allow]).toEqual([405, 'GET, HEAD, OPTIONS']);
  });

  it('let no script in but files of this server, no frame, no referrer', async () => {
    const { headers } = await get(built(), '/apps');
    const policy = Object.fromEntries(
      String(headers['content-security-policy'])
        .split('; ')
        .map((part) => [part.slice(0, part.indexOf(' ')), part.slice(part.indexOf(' ') + 1)]),
    );
    expect(policy).toEqual({
      'default-src': "'none'",
      'script-src': "'self'",
      'style-src': "'self' 'unsafe-inline'",
      'img-src': "'self' data: blob:",
      'font-src': "'self'",
      'connect-src': "'self'",
      'manifest-src': "'self'",
      'base-uri': "'self'",
      'form-action': "'self'",
      'frame-ancestors': "'none'",
    });
    expect(headers).toMatchObject({
      'referrer-policy': 'no-referrer',
      'x-frame-options': 'DENY',
      'x-content-type-options': 'nosniff',
      'cross-origin-opener-policy': 'same-origin',
    });
    expect(String(headers['permissions-policy'])).toContain('geolocation=()');
  });

  it('are found by search engines only where nothing is shared by link', async () => {
    const double = built();
    expect((await get(double, '/share/sh_abc')).headers['x-robots-tag']).toBe('noindex');
    expect((await get(double, '/apps')).headers['x-robots-tag']).toBeUndefined();
  });

  it('are asked for again, and not sent again when they are known', async () => {
    const double = built();
    const page = await get(double, '/apps');
    expect(page.headers['cache-control']).toBe('no-cache');
    const known = await get(double, '/apps', { 'if-none-match': `W/${page.headers.etag}` });
    expect([known.statusCode, known.body]).toEqual([304, '']);
    expect((await get(double, '/apps', { 'if-none-match': '"other"' })).statusCode).toBe(200);
  });

  it('have the mount of a host application as their base, and an ETag of their own there', async () => {
    const { http } = built();
    const host = express();
    const handler = (request: import('node:http').IncomingMessage, response: import('node:http').ServerResponse) =>
      http.routing(request, response);
    await http.ready();
    host.use('/tools/seismo', handler);
    host.use('/:any', handler);
    const server = host.listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    closers.push(async () => {
      server.closeAllConnections();
      server.close();
    });
    const { port } = server.address() as import('node:net').AddressInfo;
    const at = (path: string) => fetch(`http://127.0.0.1:${port}${path}`, { headers: { accept: BROWSER } });
    const base = async (path: string) => /<base href="([^"]*)">/.exec(await (await at(path)).text())?.[1];
    expect(await base('/tools/seismo')).toBe('/tools/seismo/');
    expect(await base('/tools/seismo/apps/shop')).toBe('/tools/seismo/');
    expect(await base(`/it's&"here/apps`)).toBe('/it&#39;s&#38;%22here/');
    expect((await at('/tools/seismo')).headers.get('etag')).not.toBe((await get(built(), '/apps')).headers.etag);
    expect(await (await at('/tools/seismo/assets/index-Ab1_cd-2.js')).text()).toBe(SCRIPT);
  });
});

describe('the assets', () => {
  it('are kept for ever, in the form that the client takes', async () => {
    const double = built();
    const url = '/assets/index-Ab1_cd-2.js';
    const plain = await get(double, url);
    expect([plain.body, plain.headers['content-encoding']]).toEqual([SCRIPT, undefined]);
    expect(plain.headers).toMatchObject({
      'content-type': 'text/javascript; charset=utf-8',
      'cache-control': 'public, max-age=31536000, immutable',
      vary: 'Accept-Encoding',
      'x-content-type-options': 'nosniff',
    });
    const br = await get(double, url, { 'accept-encoding': 'gzip, deflate, br' });
    expect([br.headers['content-encoding'], brotliDecompressSync(br.rawPayload).toString()]).toEqual(['br', SCRIPT]);
    for (const accepted of ['gzip', 'GZIP;q=0.5', 'br;q=0, gzip']) {
      const gzip = await get(double, url, { 'accept-encoding': accepted });
      expect([gzip.headers['content-encoding'], gunzipSync(gzip.rawPayload).toString()]).toEqual(['gzip', SCRIPT]);
    }
    expect((await get(double, url, { 'accept-encoding': 'br;q=0, identity' })).body).toBe(SCRIPT);
    const known = await get(double, url, { 'if-none-match': plain.headers.etag! });
    expect([known.statusCode, known.body]).toEqual([304, '']);
    const head = await get(double, url, {}, 'HEAD');
    expect([head.statusCode, head.body, head.headers['content-length']]).toEqual([200, '', String(SCRIPT.length)]);
  });

  it('are served plain where the build made no other form, with their types', async () => {
    const double = built();
    const css = await get(double, '/assets/style-Cd2Cd2Cd.css', { 'accept-encoding': 'br' });
    expect([css.body, css.headers['content-type'], css.headers['content-encoding']]).toEqual([
      'body{}',
      'text/css; charset=utf-8',
      undefined,
    ]);
    expect((await get(double, '/assets/font-Ef3Ef3Ef.woff2')).headers['content-type']).toBe('font/woff2');
  });

  it('are asked for again where the name does not tell the content', async () => {
    const double = built();
    const script = await get(double, '/assets/scheme.js');
    expect([script.body, script.headers['cache-control']]).toEqual(['light', 'no-cache']);
    const known = await get(double, '/assets/scheme.js', { 'if-none-match': String(script.headers.etag) });
    expect([known.statusCode, known.body]).toEqual([304, '']);
  });

  it.each([
    '/assets/',
    '/assets/none.js',
    '/assets/index-Ab1_cd-2.js.br',
    '/assets/index-Ab1_cd-2.js.map',
    '/assets/deep/hidden.js',
    '/assets/../index.html',
    '/assets/../../secret.txt',
    '/assets/..%2f..%2fsecret.txt',
    '/assets/%2e%2e/%2e%2e/secret.txt',
    '/assets/..%5c..%5csecret.txt',
    '/assets/index-Ab1_cd-2.js%00.css',
    '/assets/__proto__',
  ])('are those that were listed: not %s', async (url) => {
    const answer = await get(built(), url);
    expect([answer.statusCode, answer.json().code]).toEqual([404, 'NOT_FOUND']);
  });
});

it('a file that a new build took away is not found', async () => {
  const folder = aBuild();
  const double = open({ dashboard: readDashboard(folder) });
  rmSync(join(folder, 'assets'), { recursive: true });
  const answer = await get(double, '/assets/index-Ab1_cd-2.js');
  expect([answer.statusCode, answer.json().code]).toEqual([404, 'NOT_FOUND']);
  expect(answer.headers['cache-control']).toBe('no-store');
});

it('what lies beside the document is served, unless the API has the address', async () => {
  const double = built();
  const icon = await get(double, '/favicon.svg');
  expect([icon.body, icon.headers['content-type'], icon.headers['cache-control']]).toEqual([
    '<svg/>',
    'image/svg+xml',
    'no-cache',
  ]);
  expect((await get(double, '/favicon.svg', { 'if-none-match': String(icon.headers.etag) })).statusCode).toBe(304);
  expect((await get(double, '/openapi.json')).json().openapi).toBe('3.1.0');
});

it('the document of the API has no page of the dashboard', async () => {
  const { paths } = (await get(built(), '/openapi.json')).json();
  expect(Object.keys(paths).filter((path) => /^\/(apps|settings|share|sign-in|assets|favicon)/.test(path))).toEqual([]);
  expect(Object.keys(paths['/'].get.responses['200'].content)).toEqual(['application/json', 'text/html']);
});
