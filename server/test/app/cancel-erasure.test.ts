import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { hashPassword } from '../../src/app/hash-password.ts';
import type { SeismoServer } from '../../src/index.ts';
import { type Connection, openConnection } from '../../src/store/clickhouse/connection.ts';
import { start } from '../support/start.ts';

const PASSWORD = 'correct horse battery';
let dataDir: string;
let server: SeismoServer;
let engine: Connection;
let headers: Record<string, string>;

beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'seismo-cancel-'));
  const users = { admin: await hashPassword(PASSWORD) };
  server = await start({ dataDir, port: 0, logLevel: 'silent', users, freshTimeoutMs: 60_000 });
  const body = JSON.stringify({ username: 'admin', password: PASSWORD });
  const { token } = (await (await fetch(`${server.url}/auth`, { method: 'POST', body })).json()) as { token: string };
  headers = { 'x-access-token': token };
  engine = openConnection({ socketPath: join(dataDir, 'run', 'engine.sock') }, { logger: { warn() {} } });
});
afterAll(async () => {
  await engine.close();
  await server.close();
  rmSync(dataDir, { recursive: true, force: true });
});

async function ask<T>(method: string, path: string, body?: object): Promise<{ status: number; json: T }> {
  const answer = await fetch(`${server.url}${path}`, { method, headers, ...(body && { body: JSON.stringify(body) }) });
  return { status: answer.status, json: (await answer.json()) as T };
}
const totalOf = async (app: string, filter = ''): Promise<number> =>
  (await ask<{ total: number }>('GET', `/api/reports/period/${app}?from=2026-11-01&to=2026-12-31${filter}`)).json.total;
const post = async (app: string, user: string, count: number, from = 0): Promise<void> => {
  const events = Array.from({ length: count }, (_, n) => ({
    event: 'seen',
    user,
    uuid: `${user}-${from + n}`,
    timestamp: '2026-11-15T10:00:00Z',
  }));
  expect(await ask('POST', `/api/events/${app}`, events)).toMatchObject({ json: { accepted: count } });
};

it('an erasure that never succeeds is cancelled, with nothing erased, and the next one runs', async () => {
  await post('shop', 'ann', 3);
  await post('shop', 'bob', 2);
  expect(await totalOf('shop')).toBe(5);
  // As on a disk that the engine cannot write to: mutations are accepted, and no part is rewritten.
  await engine.command('SYSTEM STOP MERGES', {});
  const { json, status } = await ask<{ id: string }>('DELETE', '/api/events/shop?user=ann&wait=0');
  expect(status).toBe(202);
  const path = `/api/apps/shop/erasures/${json.id}`;
  const isSent = async (): Promise<boolean> =>
    (await ask<{ progress?: object }>('GET', path)).json.progress !== undefined;
  await expect.poll(isSent, { timeout: 30_000 }).toBe(true);
  const next = await ask<{ id: string; status: string }>('DELETE', '/api/events/shop?user=bob&wait=0');
  expect(next.json.status).toBe('waiting');
  const cancelled = await ask('DELETE', path);
  expect(cancelled).toMatchObject({ status: 200, json: { status: 'cancelled', matching: 3, erased: 0 } });
  await engine.command('SYSTEM START MERGES', {});
  const nextPath = `/api/apps/shop/erasures/${next.json.id}`;
  await expect
    .poll(async () => (await ask('GET', nextPath)).json, { timeout: 30_000 })
    .toMatchObject({ status: 'done', erased: 2 });
  expect([await totalOf('shop'), await totalOf('shop', '&user=ann')]).toEqual([3, 3]);
  // None of its ids was forgotten: the events are stored.
  expect((await ask('POST', '/api/events/shop', [{ event: 'seen', user: 'ann', uuid: 'ann-0' }])).json).toMatchObject({
    duplicates: 1,
  });
  // It can be erased again.
  expect((await ask('DELETE', '/api/events/shop?user=ann')).json).toEqual({ erased: 3 });
});
