import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { SeismoServer } from '../../src/index.ts';
import { pathPart } from '../../src/row/shape.ts';
import { openConnection } from '../../src/store/clickhouse/connection.ts';
import { HotProperties } from '../../src/store/clickhouse/hot-properties.ts';
import { Bound } from '../../src/store/clickhouse/sql.ts';
import { start } from '../support/start.ts';

const KEYS = ['country', "it's \\ `odd`", 'résumé'];
/** Of each value of one property, by hand: 3 × US (2 users), 1 × the number 1, 1 × the text "1", 1 × true, 1 × "", 1 × 0, 1 absent. */
const VALUES = ['US', 'US', 'US', 1, '1', true, '', 0, undefined];
const DUE = [
  ['', 1, 1],
  ['1', 1, 1],
  ['US', 3, 2],
  [0, 1, 1],
  [1, 1, 1],
  [true, 1, 1],
];
const dataDir = mkdtempSync(join(tmpdir(), 'seismo-hot-'));
const settings = { dataDir, port: 0, logLevel: 'silent', hotPropertiesMax: 2 } as const;
let server: SeismoServer;
let token = '';
let password = '';

async function signIn(): Promise<void> {
  password = server.firstAdmin?.password ?? password;
  const answer = await fetch(`${server.url}/auth`, {
    method: 'POST',
    body: JSON.stringify({ username: 'admin', password }),
  });
  token = ((await answer.json()) as { token: string }).token;
}
async function ask(path: string, init: RequestInit = {}): Promise<unknown> {
  const answer = await fetch(`${server.url}${path}`, { ...init, headers: { 'x-access-token': token } });
  expect([path, answer.status]).toEqual([path, 200]);
  return await answer.json();
}
const post = (from: number) =>
  ask('/api/events/shop', {
    method: 'POST',
    body: JSON.stringify(
      VALUES.map((value, i) => ({
        event: 'seen',
        user: `u${(from + i) % 2}`,
        timestamp: '2026-03-01T00:00:00Z',
        data: Object.fromEntries(KEYS.map((key) => [key, value])),
      })),
    ),
  });
async function groupsOf(key: string): Promise<unknown[]> {
  const attr = encodeURIComponent(JSON.stringify([key]));
  const answer = (await ask(`/api/groups/shop?attr=${attr}&from=2026-03-01&to=2026-03-01`)) as {
    groups: { value: unknown; total: number; users: number }[];
  };
  const rows = answer.groups.map(({ value, total, users }) => [value, total, users]);
  return rows.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
}
/** Of the numbers of one property: their sum, their median, and how many values were none. */
async function numbersOf(key: string): Promise<unknown[]> {
  const property = `data[${JSON.stringify(key)}]`;
  const answer = (await ask('/api/query/shop?fresh=true', {
    method: 'POST',
    body: JSON.stringify({
      kind: 'trend',
      from: '2026-03-01',
      to: '2026-03-01',
      series: [
        { measure: 'sum', property },
        { measure: 'median', property },
      ],
    }),
  })) as { skipped: number; result: { series: { total: number }[] } };
  return [...answer.result.series.map(({ total }) => total), answer.skipped];
}
async function columns(): Promise<string[]> {
  const connection = openConnection({ socketPath: join(dataDir, 'run', 'engine.sock') }, { logger: { warn() {} } });
  const rows = await connection.query<{ name: string }>(
    "SELECT name FROM system.columns WHERE table = 'events' AND startsWith(name, 'hot_') ORDER BY name",
  );
  await connection.close();
  return rows.map(({ name }) => name);
}
/** How many of them every part holds. */
async function computed(): Promise<number> {
  const connection = openConnection({ socketPath: join(dataDir, 'run', 'engine.sock') }, { logger: { warn() {} } });
  const [row] = await connection.query<{ n: string }>(
    "SELECT min(held) AS n FROM (SELECT countIf(startsWith(column, 'hot_')) AS held FROM system.parts_columns WHERE active AND table = 'events' GROUP BY name)",
  );
  await connection.close();
  return Number(row!.n);
}
/** For each key whether a store that is opened now reads its columns. */
async function readFromColumns(): Promise<boolean[]> {
  const connection = openConnection({ socketPath: join(dataDir, 'run', 'engine.sock') }, { logger: { warn() {} } });
  const hot = new HotProperties(connection, { max: 2 });
  await hot.load();
  await connection.close();
  const found = await hot.reading('shop', async (hotColumnsOf) =>
    KEYS.map((key) => new Bound(hotColumnsOf).property(pathPart(key)).texts),
  );
  hot.stop();
  return found.map((sql) => sql.startsWith('hot_t_'));
}
async function until(condition: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 20_000;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error('it did not come');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

beforeAll(async () => {
  server = await start(settings);
  await signIn();
  await post(0);
}, 60_000);
afterAll(async () => {
  await server.close();
  rmSync(dataDir, { recursive: true });
});

it('a property asked for three times gets columns, and the answers stay what they were, also after a reopen', {
  timeout: 60_000,
}, async () => {
  const due = DUE.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  for (const key of KEYS) for (let i = 0; i < 2; i++) expect(await groupsOf(key)).toEqual(due);
  expect(await columns()).toEqual([]);
  for (const key of KEYS) expect(await groupsOf(key)).toEqual(due);
  // Two of the three, as hotPropertiesMax says; five columns each.
  // A question would stop the computing, so the next ones wait for its end.
  await until(async () => (await computed()) === 10);
  for (const key of KEYS) for (let i = 0; i < 5; i++) expect(await groupsOf(key)).toEqual(due);
  expect(await columns()).toHaveLength(10);
  // The numbers are 1 and 0; skipped by each of the two are three US, "1", true and "".
  for (const key of KEYS) expect(await numbersOf(key)).toEqual([1, 0.5, 12]);
  // Rows that come now, and filters: two of everything, and of the users who are u0 and u1 by turns.
  await post(1);
  const twice = due.map(([value, total]) => [value, Number(total) * 2, 2]);
  for (const key of KEYS) expect(await groupsOf(key)).toEqual(twice);
  await server.close();
  server = await start(settings);
  await signIn();
  for (const key of KEYS) expect(await groupsOf(key)).toEqual(twice);
  for (const key of KEYS) expect(await numbersOf(key)).toEqual([2, 0.5, 24]);
  // Those of before are known at once, so that nothing is made again, nor more than two.
  expect(await readFromColumns()).toEqual([true, true, false]);
  const totals = [];
  for (const filter of ['=US', '=1', '="1"', '=true', '[gte]=0', '[exists]=false']) {
    const [operator, value] = [/^\[\w+\]/.exec(filter)?.[0] ?? '', filter.replace(/^(\[\w+\])?=/, '')];
    const report = (await ask(
      `/api/reports/day/shop?date=2026-03-01&data.country${operator}=${encodeURIComponent(value)}`,
    )) as { total: number };
    totals.push(report.total);
  }
  // US 3; 1 as number and as text; the text alone; true; the numbers 1 and 0; one without: each twice.
  expect(totals).toEqual([6, 4, 2, 2, 4, 2]);
  await ask('/api/events/shop?data.country=US', { method: 'DELETE' });
  expect(await groupsOf('country')).toEqual(twice.filter(([value]) => value !== 'US'));
});
