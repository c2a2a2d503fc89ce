import { once } from 'node:events';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { createServer, request as httpRequest, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import express from 'express';
import { afterEach, expect, it } from 'vitest';
import { createSeismo, type SeismoServer, type Settings, start } from '../../src/index.ts';
import { Listener } from '../live/listener.ts';

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

function aDirectory(): string {
  const dataDir = mkdtempSync(join(tmpdir(), 'seismo-serve-'));
  closers.push(async () => rmSync(dataDir, { recursive: true, force: true }));
  return dataDir;
}

const settings = (dataDir: string): Settings => ({ dataDir, port: 0, logLevel: 'silent' });

async function aServer(dataDir: string): Promise<SeismoServer> {
  const server = await start(settings(dataDir));
  closers.push(() => server.close());
  return server;
}

async function tokenOf(url: string, admin: { user: string; password: string }): Promise<string> {
  const answer = await fetch(`${url}/auth`, {
    method: 'POST',
    body: JSON.stringify({ username: admin.user, password: admin.password }),
  });
  expect(answer.status).toBe(200);
  return ((await answer.json()) as { token: string }).token;
}

/** Through the socket of the data directory. */
async function locally(dataDir: string, method: string, path: string, body?: string): Promise<unknown> {
  const request = httpRequest({ socketPath: join(dataDir, 'seismo.sock'), method, path });
  request.end(body);
  const [response] = (await once(request, 'response')) as [import('node:http').IncomingMessage];
  let text = '';
  for await (const chunk of response) text += chunk;
  return JSON.parse(text);
}

it('takes events, answers for them at once, keeps them over a restart, and asks for the password once', async () => {
  const dataDir = aDirectory();
  const server = await aServer(dataDir);
  expect(server.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  const admin = server.firstAdmin!;
  const token = await tokenOf(server.url, admin);
  const headers = { 'x-access-token': token };
  const posted = await fetch(`${server.url}/api/events/shop`, {
    method: 'POST',
    headers,
    body: '[{"event":"paid","user":"ann","data":{"plan":"pro"}},{"event":"paid","user":"bob"},{"event":7}]',
  });
  expect(await posted.json()).toMatchObject({ accepted: 2, duplicates: 0, rejectedTotal: 1 });
  const report = await fetch(`${server.url}/api/reports/day/shop?event=paid`, { headers });
  expect(await report.json()).toMatchObject({ app: 'shop', total: 2, users: 2, usersExact: true });
  expect((await fetch(`${server.url}/ready`)).status).toBe(200);
  await server.close();

  const again = await aServer(dataDir);
  expect(again.firstAdmin).toBeUndefined();
  const later = { 'x-access-token': await tokenOf(again.url, admin) };
  const events = await fetch(`${again.url}/api/events/shop?data.plan=pro`, { headers: later });
  expect(await events.json()).toMatchObject([{ app: 'shop', event: 'paid', user: 'ann', data: { plan: 'pro' } }]);
  const erased = await fetch(`${again.url}/api/events/shop?user=ann`, { method: 'DELETE', headers: later });
  expect(await erased.json()).toEqual({ erased: 1 });
  expect(await (await fetch(`${again.url}/api/reports/day/shop`, { headers: later })).json()).toMatchObject({
    total: 1,
    users: 1,
  });
});

it('refuses a second server on the same data directory, and lets the owner of the directory in without a token', async () => {
  const dataDir = aDirectory();
  await aServer(dataDir);
  await expect(start(settings(dataDir))).rejects.toThrow(`Another Seismo runs on ${dataDir}`);
  expect(statSync(join(dataDir, 'seismo.sock')).mode & 0o777).toBe(0o600);
  expect(await locally(dataDir, 'POST', '/api/keys', '{"app":"shop","scope":"write"}')).toMatchObject({
    app: 'shop',
    scope: 'write',
    key: expect.stringMatching(/^sk_/),
  });
  expect(await locally(dataDir, 'GET', '/auth')).toMatchObject({ role: 'admin' });
});

it('calls back, as the first Seismo did, with the server or with what went wrong', async () => {
  const dataDir = aDirectory();
  const server = await new Promise<SeismoServer>((resolve, reject) => {
    expect(
      start(settings(dataDir), (error, started) => (started === undefined ? reject(error) : resolve(started))),
    ).toBeUndefined();
  });
  closers.push(() => server.close());
  expect(await (await fetch(server.url)).json()).toMatchObject({ app: 'seismo', apiUrl: '/api' });
  const error = await new Promise((resolve) => start({ port: 'x' as unknown as number }, resolve));
  expect(String(error)).toContain('port');
});

it('lives inside an Express application, also after express.json() has read the body', async () => {
  const dataDir = aDirectory();
  const seismo = await createSeismo(settings(dataDir));
  closers.push(() => seismo.close());
  const host = express();
  host.use('/plain', seismo.handler);
  host.use(express.json(), express.text({ type: ['text/plain', 'application/x-ndjson'] }));
  host.use('/parsed', seismo.handler);
  const server: Server = createServer(host).listen(0, '127.0.0.1');
  await once(server, 'listening');
  closers.push(async () => {
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const token = await tokenOf(`${url}/parsed`, seismo.firstAdmin!);
  const post = async (mount: string, type: string, body: string): Promise<unknown> => {
    const headers = { 'x-access-token': token, 'content-type': type };
    return await (await fetch(`${url}${mount}/api/events/shop`, { method: 'POST', headers, body })).json();
  };
  for (const mount of ['/plain', '/parsed']) {
    expect(await post(mount, 'application/json', '{"event":"a"}')).toMatchObject({ event: 'a', app: 'shop' });
    expect(await post(mount, 'text/plain', '{"event":"b"}')).toMatchObject({ event: 'b' });
    expect(await post(mount, 'application/x-ndjson', '{"event":"c"}\n{"event":"d"}')).toMatchObject({ accepted: 2 });
  }
  expect(await (await fetch(`${url}/parsed`)).json()).toMatchObject({ apiUrl: '/parsed/api' });
  const page = await fetch(`${url}/plain/api/events/shop?limit=6`, { headers: { 'x-access-token': token } });
  expect(await page.json()).toHaveLength(6);
  expect(page.headers.get('link')).toMatch(/^<\/plain\/api\/events\/shop\?limit=6&cursor=[^>]+>; rel="next"$/);
  const rest = await fetch(`${url}${/<([^>]+)>/.exec(page.headers.get('link')!)![1]}`, {
    headers: { 'x-access-token': token },
  });
  // Eight were posted: four on each mount.
  expect(await rest.json()).toHaveLength(2);
  const listener = await Listener.at(`${url}/plain/api/live/shop`, { 'x-access-token': token });
  await post('/parsed', 'application/json', '{"event":"live"}');
  await listener.until(() => listener.names.includes('live'));
  // The host's server goes on, and so would the listener.
  await seismo.close();
  await listener.untilEnded();
  expect(listener.heard.at(-1)).toMatchObject({ event: 'end', data: { code: 'SERVER_STOPPING' } });
});
