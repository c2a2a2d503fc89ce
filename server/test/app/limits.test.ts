import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { hashPassword } from '../../src/app/hash-password.ts';
import type { SeismoServer, Settings } from '../../src/index.ts';
import { type Connection, openConnection } from '../../src/store/clickhouse/connection.ts';
import { start } from '../support/start.ts';

const PASSWORD = 'correct horse battery';
const EVENTS = 30_000;
const WHEN = { from: '2026-03-01', to: '2026-03-31' };
/** Every event with every other, thrice: it ends when it is made to. */
const ENDLESS = {
  kind: 'sql',
  ...WHEN,
  sql: `WITH x AS (SELECT 1 AS k, id FROM events) SELECT count() FROM x AS a JOIN x AS b ON a.k = b.k JOIN x AS c ON a.k = c.k`,
};

let dataDir: string;
let server: SeismoServer;
let engine: Connection;
let headers: Record<string, string>;

async function open(settings: Settings = {}): Promise<void> {
  const users = { admin: await hashPassword(PASSWORD) };
  server = await start({ dataDir, port: 0, logLevel: 'silent', users, ...settings });
  const body = JSON.stringify({ username: 'admin', password: PASSWORD });
  const { token } = (await (await fetch(`${server.url}/auth`, { method: 'POST', body })).json()) as { token: string };
  headers = { 'x-access-token': token };
  engine = openConnection({ socketPath: join(dataDir, 'run', 'engine.sock') }, { logger: { warn() {} } });
}

beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'seismo-limits-'));
  // On a busy machine the usual 30 s are over before the tests are, and 5 s before the store has what was posted.
  await open({ queryMaxSeconds: 3_600, freshTimeoutMs: 60_000 });
  const events = Array.from({ length: EVENTS }, (_, n) => ({
    event: `e${n % 7}`,
    timestamp: Date.UTC(2026, 2, 1) + n * 60_000,
    user: `u${n}`,
    data: { n, text: `text ${n} ${'x'.repeat(200)}` },
  }));
  const body = JSON.stringify(events);
  expect((await fetch(`${server.url}/api/events/shop`, { method: 'POST', headers, body })).status).toBe(200);
});
afterAll(async () => {
  await engine.close();
  await server.close();
  rmSync(dataDir, { recursive: true, force: true });
});

const ask = (question: object, signal?: AbortSignal): Promise<Response> =>
  fetch(`${server.url}/api/query/shop`, {
    method: 'POST',
    headers,
    body: JSON.stringify(question),
    ...(signal && { signal }),
  });

/** Endless questions that the engine works on (its list goes on naming those that were stopped): the engine also asks itself every second whether its writes go well. */
async function running(): Promise<number> {
  const [row] = await engine.query<{ n: string }>(
    `SELECT count() AS n FROM system.processes WHERE NOT is_cancelled AND position(query, 'JOIN') > 0 AND position(query, 'system.processes') = 0`,
    {},
    { settings: { priority: 1 } },
  );
  return Number(row!.n);
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 20_000;
  while (!(await holds())) expect(Date.now()).toBeLessThan(deadline);
}

describe('a question whose caller goes away', () => {
  const left: AbortController[] = [];
  afterEach(() => {
    for (const each of left.splice(0)) each.abort();
  });
  const askAndLeave = (question: object): { leave: () => void; gone: Promise<unknown> } => {
    const leaving = new AbortController();
    left.push(leaving);
    return { leave: () => leaving.abort(), gone: ask(question, leaving.signal).catch((error: unknown) => error) };
  };

  it('is stopped in the engine', async () => {
    const { leave, gone } = askAndLeave(ENDLESS);
    await until(async () => (await running()) === 1);
    leave();
    await gone;
    await until(async () => (await running()) === 0);
  });

  it('is stopped also while it waits for its turn', async () => {
    const all = Array.from({ length: 6 }, () => askAndLeave(ENDLESS));
    // One caller has two of the three sessions at most.
    await until(async () => (await running()) === 2);
    for (const { leave } of all) leave();
    await Promise.all(all.map(({ gone }) => gone));
    await until(async () => (await running()) === 0);
    // None of those that waited begins now: what comes next is answered.
    expect((await ask({ kind: 'sql', ...WHEN, sql: 'SELECT count() FROM events' })).status).toBe(200);
    expect(await running()).toBe(0);
  });
});

describe('slow questions', () => {
  it('keep neither events nor small questions from being taken and answered', { timeout: 120_000 }, async () => {
    const leaving = new AbortController();
    const ended: number[] = [];
    const slow = Array.from({ length: 4 }, () =>
      ask(ENDLESS, leaving.signal).then(
        ({ status }) => ended.push(status),
        () => {},
      ),
    );
    try {
      await until(async () => (await running()) === 2);
      for (let n = 1; n <= 6; n++) {
        const posted = await fetch(`${server.url}/api/events/side`, {
          method: 'POST',
          headers: { ...headers, 'content-type': 'application/json' },
          body: '{"event":"seen"}',
        });
        expect(posted.status).toBe(201);
        // It waits until the engine holds the event: it was loaded meanwhile.
        const report = await fetch(`${server.url}/api/reports/day/side`, { headers });
        expect(((await report.json()) as { total: number }).total).toBe(n);
        const page = await fetch(`${server.url}/api/events/side?limit=5`, { headers });
        expect(((await page.json()) as unknown[]).length).toBe(Math.min(5, n));
      }
      // Two kept their sessions to the end. On a busy machine, the two that wait are answered 503 after 30 s.
      expect(await running()).toBe(2);
      expect(ended.filter((status) => status !== 503)).toEqual([]);
    } finally {
      leaving.abort();
      await Promise.all(slow);
    }
    await until(async () => (await running()) === 0);
  });
});

describe('a limit of the settings', () => {
  async function refusal(question: object): Promise<{ status: number; code: string; detail: string; retry: boolean }> {
    const answer = await ask(question);
    return { ...((await answer.json()) as { code: string; detail: string; retry: boolean }), status: answer.status };
  }

  it('ends a question that takes too long, too much memory or too many rows, and says which', {
    timeout: 120_000,
  }, async () => {
    await engine.close();
    await server.close();
    await open({ queryMaxSeconds: 1, queryMaxRows: 1_000, queryMaxBytes: 8 * 1024 * 1024 });
    const count = { kind: 'sql', ...WHEN, sql: 'SELECT count() FROM events' };
    expect(await refusal(ENDLESS)).toMatchObject({ status: 422, code: 'QUERY_LIMIT_TIME', retry: false });
    expect(await refusal({ kind: 'sql', ...WHEN, sql: 'SELECT uuid FROM events' })).toMatchObject({
      status: 422,
      code: 'QUERY_LIMIT_ROWS',
      retry: false,
    });
    const large = 'SELECT length(arrayStringConcat(groupArray(data.text))) FROM events';
    expect(await refusal({ kind: 'sql', ...WHEN, sql: large })).toMatchObject({
      status: 422,
      code: 'QUERY_LIMIT_MEMORY',
      retry: false,
    });
    const answer = await ask(count);
    expect([answer.status, answer.headers.get('server-timing')]).toEqual([200, expect.stringMatching(/^total;dur=/)]);
  });
});
