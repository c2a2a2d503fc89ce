import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { aHttp, type Double, type DoubleOptions } from './doubles.ts';

const opened: Double[] = [];
const open = (options?: DoubleOptions): Double => {
  const double = aHttp(options);
  opened.push(double);
  return double;
};
afterEach(async () => {
  for (const { http } of opened.splice(0)) await http.close();
});
const built = (name: string): Buffer => readFileSync(new URL(`../../dist/browser/${name}`, import.meta.url));
const get = (double: Double, url: string, headers: Record<string, string> = {}) =>
  double.http.inject({ method: 'GET', url, headers });

describe('the browser client', () => {
  it('is served to anybody, from any origin, plain and compressed', async () => {
    const double = open();
    for (const name of ['seismo.js', 'seismo.core.js']) {
      const plain = await get(double, `/${name}`);
      expect(plain.statusCode).toBe(200);
      expect(plain.rawPayload).toEqual(built(name));
      expect(plain.headers).toMatchObject({
        'content-type': 'text/javascript; charset=utf-8',
        'access-control-allow-origin': '*',
        'cross-origin-resource-policy': 'cross-origin',
        'x-content-type-options': 'nosniff',
        vary: 'Accept-Encoding',
      });
      const gzip = await get(double, `/${name}`, { 'accept-encoding': 'gzip, deflate' });
      expect(gzip.headers['content-encoding']).toBe('gzip');
      expect(gunzipSync(gzip.rawPayload)).toEqual(built(name));
      const br = await get(double, `/${name}`, { 'accept-encoding': 'gzip, deflate, br' });
      expect(br.headers['content-encoding']).toBe('br');
      expect(brotliDecompressSync(br.rawPayload)).toEqual(built(name));
    }
  });

  it('is kept for an hour, for ever when its version is named, and not sent again when it is known', async () => {
    const double = open();
    const hash = createHash('sha256').update(built('seismo.js')).digest('hex').slice(0, 16);
    const plain = await get(double, '/seismo.js');
    expect(plain.headers.etag).toBe(`W/"${hash}"`);
    const hour = 'public, max-age=3600, stale-while-revalidate=86400';
    const ever = 'public, max-age=31536000, immutable';
    expect(plain.headers['cache-control']).toBe(hour);
    expect((await get(double, `/seismo.js?v=${hash}`)).headers['cache-control']).toBe(ever);
    expect((await get(double, '/seismo.js?v=2.0.0')).headers['cache-control']).toBe(ever);
    // An older page asks for what is no more: it gets the script, and asks again.
    expect((await get(double, '/seismo.js?v=1.9.9')).headers['cache-control']).toBe(hour);
    const known = await get(double, '/seismo.js', { 'if-none-match': plain.headers.etag! });
    expect([known.statusCode, known.body]).toEqual([304, '']);
    expect((await get(double, '/seismo.js', { 'if-none-match': 'W/"other"' })).statusCode).toBe(200);
  });

  it('is where the setting says, and nowhere else', async () => {
    const double = open({ config: { scriptPath: '/assets/s.js' } });
    expect((await get(double, '/assets/s.js')).statusCode).toBe(200);
    expect((await get(double, '/assets/s.core.js')).statusCode).toBe(200);
    expect((await get(double, '/seismo.js')).statusCode).toBe(404);
  });
});

describe('another path to post to', () => {
  it('is in the script, takes posts of pages and programs, and the usual one still does', async () => {
    const double = open({ config: { postPath: '/in' } });
    for (const name of ['seismo.js', 'seismo.core.js']) {
      const { body } = await get(double, `/${name}`);
      expect([body.includes('/in/'), body.includes('/api/events')]).toEqual([true, false]);
      expect((await get(open(), `/${name}`)).body).toContain('/api/events/');
    }
    for (const path of ['/in', '/api/events']) {
      const url = `${path}/shop?device=daily&access_token=write`;
      const answer = await double.http.inject({ method: 'POST', url, payload: '{"event":"a"}' });
      expect(answer.statusCode).toBe(201);
    }
    expect(double.posted.map(({ app, device }) => [app, device])).toEqual([
      ['shop', 'shop 127.0.0.1 lightMyRequest'],
      ['shop', 'shop 127.0.0.1 lightMyRequest'],
    ]);
    const headers = { origin: 'https://shop.example.com', 'access-control-request-method': 'POST' };
    const preflight = await double.http.inject({ method: 'OPTIONS', url: '/in/shop', headers });
    expect([preflight.statusCode, preflight.headers['access-control-allow-origin']]).toEqual([204, headers.origin]);
    // Only posts: events are read where they always are.
    const reading = await double.http.inject({
      method: 'GET',
      url: '/in/shop',
      headers: { 'x-access-token': 'admin' },
    });
    expect(reading.statusCode).toBe(405);
    expect((await open().http.inject({ method: 'POST', url: '/in/shop', payload: '{}' })).statusCode).toBe(404);
  });
});

describe('device=daily', () => {
  const post = (double: Double, search: string, headers: Record<string, string> = {}) =>
    double.http.inject({
      method: 'POST',
      url: `/api/events/shop?access_token=write${search}`,
      payload: '{"event":"a"}',
      headers: { 'user-agent': 'Firefox', ...headers },
    });

  it('hands address and agent to whoever makes a device of them, and only when asked', async () => {
    const double = open();
    expect((await post(double, '&device=daily')).statusCode).toBe(201);
    expect((await post(double, '')).statusCode).toBe(201);
    expect(double.posted.map(({ device }) => device)).toEqual(['shop 127.0.0.1 Firefox', undefined]);
  });

  it('believes the address that a proxy reports only behind one', async () => {
    const headers = { 'x-forwarded-for': '192.0.2.7' };
    const direct = open();
    await post(direct, '&device=daily', headers);
    const behind = open({ config: { trustProxy: true } });
    await post(behind, '&device=daily', headers);
    expect([direct.posted[0]!.device, behind.posted[0]!.device]).toEqual([
      'shop 127.0.0.1 Firefox',
      'shop 192.0.2.7 Firefox',
    ]);
  });

  it.each([
    ['&device=weekly', 'PARAMETER_INVALID'],
    ['&visitor=daily', 'PARAMETER_UNKNOWN'],
  ])('refuses %s', async (search, code) => {
    const answer = await post(open(), search);
    expect([answer.statusCode, answer.json().code]).toEqual([400, code]);
  });
});

describe('bots', () => {
  const CHROME =
    'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.0.0 Safari/537.36';
  const HEADLESS = CHROME.replace('Chrome', 'HeadlessChrome');
  const GOOGLE = 'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)';
  const FROM_PAGE = { origin: 'https://shop.example.com' };

  it.each([
    ['a crawler', '&device=daily', { 'user-agent': GOOGLE }, true],
    ['a crawler on a page with storage', '', { 'user-agent': GOOGLE, ...FROM_PAGE }, true],
    ['a headless browser', '&device=daily', { 'user-agent': HEADLESS }, true],
    ['a browser that a program drives', '&device=daily&bot=true', { 'user-agent': CHROME }, true],
    ['a browser', '&device=daily', { 'user-agent': CHROME }, false],
    ['a browser without a name', '&device=daily', { 'user-agent': '' }, false],
    [
      'a crawler that says so at the end of much else',
      '&device=daily',
      { 'user-agent': `${CHROME} ${' '.repeat(600)}bot` },
      false,
    ],
    // No page: programs post on behalf of people.
    ['a program', '', { 'user-agent': 'node' }, false],
    ['curl', '', { 'user-agent': 'curl/8.5.0' }, false],
  ])('knows %s', async (_, search, headers, isBot) => {
    for (const keepBotPageViews of [false, true]) {
      const double = open({ config: { keepBotPageViews, corsOrigins: ['*'] } });
      const url = `/api/events/shop?access_token=write${search}`;
      expect((await double.http.inject({ method: 'POST', url, payload: '{"event":"a"}', headers })).statusCode).toBe(
        201,
      );
      expect(double.posted.map(({ bot }) => bot)).toEqual([isBot ? { keepsPageViews: keepBotPageViews } : undefined]);
    }
  });

  it('takes no other word for it', async () => {
    const url = '/api/events/shop?access_token=write&bot=no';
    const answer = await open().http.inject({ method: 'POST', url, payload: '{"event":"a"}' });
    expect([answer.statusCode, answer.json().code, answer.json().field]).toEqual([400, 'PARAMETER_INVALID', 'bot']);
  });
});
