/** What a page's request says, from the post to the answer, and what is left of it on disk. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { SeismoServer } from '../../src/index.ts';
import { start } from '../support/start.ts';

// The address of the University of Zurich, which the bundled database knows; its proxy is this test.
const ADDRESS = '130.60.184.132';
const AGENT = 'Mozilla/5.0 (X11; Linux x86_64; rv:151.0) Gecko/20100101 Firefox/151.0 marked/4711';

let dataDir: string;
let server: SeismoServer;
let admin: string;

beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'seismo-request-'));
  server = await start({ dataDir, port: 0, logLevel: 'silent', trustProxy: true });
  const { user, password } = server.firstAdmin!;
  const signedIn = await ask('POST', '/auth', { username: user, password });
  admin = (signedIn as { token: string }).token;
});
afterAll(async () => {
  await server?.close();
  rmSync(dataDir, { recursive: true, force: true });
});

async function ask(method: string, path: string, body?: object, headers: Record<string, string> = {}) {
  const sent = { ...(admin && { 'x-access-token': admin }), ...headers };
  const init = { method, headers: sent, ...(body && { body: JSON.stringify(body) }) };
  return (await (await fetch(`${server.url}${path}`, init)).json()) as object;
}

it('is in the events of a page and can be asked, and neither address nor agent is stored', async () => {
  const { key } = (await ask('POST', '/api/keys', { app: 'shop', scope: 'write' })) as { key: string };
  const page = {
    'x-access-token': key,
    origin: 'https://shop.example.com',
    'x-forwarded-for': ADDRESS,
    'user-agent': AGENT,
  };
  const events = [
    { event: 'page viewed', data: { path: '/', $country: 'XX' } },
    { event: 'order paid', data: { amount: 42 } },
  ];
  expect(await ask('POST', '/api/events/shop?device=daily', { events }, page)).toMatchObject({ accepted: 2 });
  const program = { 'x-access-token': key, 'x-forwarded-for': ADDRESS, 'user-agent': AGENT };
  await ask('POST', '/api/events/shop', { event: 'order paid', user: 'ann', data: { amount: 1 } }, program);

  const properties = {
    $browser: 'Firefox',
    $browserVersion: '151',
    $os: 'Linux',
    $deviceType: 'desktop',
    $country: 'CH',
  };
  const stored = (await ask('GET', '/api/events/shop?order=asc')) as { events?: { data: object }[] } & {
    data: object;
  }[];
  expect((stored.events ?? stored).map(({ data }) => data)).toEqual([
    { path: '/', ...properties },
    { amount: 42, ...properties },
    { amount: 1 },
  ]);
  const trend = await ask('POST', '/api/query/shop', {
    kind: 'trend',
    last: '2d',
    series: [{ event: 'order paid', measure: 'sum', property: 'data.amount' }],
    breakdown: ['data.$country'],
  });
  const field = 'data.$country';
  expect(trend).toMatchObject({
    result: {
      series: [
        { group: [{ field, value: 'CH' }], total: 42 },
        { group: [{ field, missing: true }], total: 1 },
      ],
    },
  });
  await server.close();
  const files = readdirSync(dataDir, { recursive: true, withFileTypes: true }).filter((each) => each.isFile());
  expect(files.length).toBeGreaterThan(10);
  for (const { parentPath, name } of files) {
    const bytes = readFileSync(join(parentPath, name));
    expect([name, bytes.includes(ADDRESS), bytes.includes('marked/4711')]).toEqual([name, false, false]);
  }
});
