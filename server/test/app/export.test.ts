import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parquetReadObjects } from 'hyparquet';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openConnection } from '../../src/store/clickhouse/connection.ts';
import { someEvents } from '../analysis/world.ts';
import { aRealServer, type RealServer } from './real-server.ts';

let server: RealServer;
let scratch: string;
/** March 2026, of odd names and mixed values. */
const EVENTS = someEvents({ seed: 11, count: 12_000, from: Date.UTC(2026, 2, 1), days: 30 });

beforeAll(async () => {
  scratch = mkdtempSync(join(tmpdir(), 'seismo-export-'));
  server = await aRealServer();
  const body = JSON.stringify(EVENTS);
  expect((await fetch(`${server.url}/api/events/shop`, { method: 'POST', headers: server.headers, body })).status).toBe(
    200,
  );
});
afterAll(async () => {
  await server.remove();
  rmSync(scratch, { recursive: true, force: true });
});

const get = (path: string, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(`${server.url}${path}`, { headers: { ...server.headers, ...headers } });

describe('events as Parquet', () => {
  it('are those of NDJSON, as a reader of Parquet and as the engine read them', async () => {
    const answer = await get('/api/events/shop?order=asc', { accept: 'application/vnd.apache.parquet' });
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'content-type': 'application/vnd.apache.parquet',
      'content-disposition': 'attachment; filename="shop.parquet"',
      vary: expect.stringContaining('Accept'),
    });
    const file = await answer.arrayBuffer();
    const rows = await parquetReadObjects({ file });
    const text = await (await get('/api/events/shop?order=asc&format=ndjson')).text();
    const lines = text.trim().split('\n');
    expect(rows.length).toBe(EVENTS.length);
    const asLine = (row: Record<string, unknown>): unknown => {
      const given = Object.entries(row).filter(([, value]) => value !== null && value !== undefined);
      return Object.fromEntries(
        given.map(([name, value]) => [
          name,
          name === 'data' ? JSON.parse(String(value)) : value instanceof Date ? value.toISOString() : value,
        ]),
      );
    };
    expect(rows.map(asLine)).toEqual(lines.map((line) => JSON.parse(line)));

    const path = join(scratch, 'shop.parquet');
    writeFileSync(path, Buffer.from(file));
    const engine = openConnection(
      { socketPath: join(server.dataDir, 'run', 'engine.sock') },
      { logger: { warn() {} } },
    );
    try {
      const source = `file('${path}', 'Parquet')`;
      const [types] = await engine.query(
        `SELECT any(toTypeName(timestamp)) AS t, any(toTypeName(uuid)) AS u, any(toTypeName(device)) AS d FROM ${source}`,
      );
      expect(types).toEqual({ t: "DateTime64(3, 'UTC')", u: 'String', d: 'Nullable(String)' });
      const sums = `count() AS n, uniqExact(toString(uuid)) AS ids, sum(toUnixTimestamp64Milli(timestamp)) AS t, countIf(event = 'A') AS a`;
      const [read] = await engine.query(
        `SELECT ${sums}, countIf(user IS NOT NULL) AS u, countIf(data IS NOT NULL) AS d, sumIf(JSONExtractFloat(data, 'ms'), JSONType(data, 'ms') IN ('Double', 'Int64', 'UInt64')) AS ms FROM ${source}`,
      );
      const count = (of: (event: (typeof EVENTS)[number]) => boolean): string => String(EVENTS.filter(of).length);
      const ms = EVENTS.map(({ data }) => data?.['ms']);
      expect(read).toEqual({
        n: String(EVENTS.length),
        ids: String(EVENTS.length),
        t: String(EVENTS.reduce((sum, { timestamp }) => sum + timestamp, 0)),
        a: count(({ event }) => event === 'A'),
        u: count(({ user }) => user !== undefined),
        d: count(({ data }) => data !== undefined),
        // Quarters of a millisecond: the sum is exact.
        ms: ms.reduce<number>((sum, value) => sum + (typeof value === 'number' ? value : 0), 0),
      });
    } finally {
      await engine.close();
    }
  });

  it('keep to filters, order and limit, and are a file also where there are none', async () => {
    const rows = async (search: string) =>
      await parquetReadObjects({ file: await (await get(`/api/events/shop?format=parquet&${search}`)).arrayBuffer() });
    const some = await rows('event=B&user=u3&order=desc&limit=7');
    const json = (await (await get('/api/events/shop?event=B&user=u3&limit=7')).json()) as { uuid: string }[];
    expect(some.map(({ uuid }) => uuid)).toEqual(json.map(({ uuid }) => uuid));
    expect(await rows('event=nobody')).toEqual([]);
    const head = await fetch(`${server.url}/api/events/shop?format=parquet`, {
      method: 'HEAD',
      headers: server.headers,
    });
    expect([head.status, head.headers.get('content-type')]).toEqual([200, 'application/vnd.apache.parquet']);
  });
});

describe('any answer', () => {
  const range = { from: '2026-03-01', to: '2026-03-31' };
  it.each([
    { kind: 'trend', ...range, series: [{ measure: 'users' }], interval: 'day', breakdown: ['data.country'] },
    { kind: 'funnel', ...range, steps: [{ event: 'A' }, { event: 'B' }], window: '2d' },
    { kind: 'retention', ...range, start: { event: 'A' }, interval: 'week' },
    { kind: 'paths', ...range, start: { event: 'A' }, steps: 3 },
    { kind: 'stickiness', ...range, interval: 'day' },
    { kind: 'lifecycle', ...range, interval: 'week' },
    { kind: 'users', ...range, limit: 20 },
    { kind: 'timeline', ...range, user: 'u3' },
    { kind: 'sessions', ...range },
    { kind: 'performance', ...range, property: 'data.ms', by: 'data.country' },
    { kind: 'sql', ...range, sql: 'SELECT event, count() AS n FROM events GROUP BY event ORDER BY n DESC' },
  ])('of $kind comes as JSON, CSV and NDJSON with the same rows', async (question) => {
    const link = `/api/query/shop?q=${encodeURIComponent(JSON.stringify(question))}`;
    const json = await get(`${link}&format=json`, { accept: 'text/csv' });
    expect([json.status, json.headers.get('content-type')]).toEqual([200, 'application/json; charset=utf-8']);
    const { columns } = (await json.json()) as { columns: { name: string }[] };
    const ndjson = await get(`${link}&format=ndjson`);
    const rows = (await ndjson.text()).split('\n').filter((line) => line !== '');
    const csv = await get(`${link}&format=csv`);
    expect([ndjson.headers.get('content-type'), csv.headers.get('content-type')]).toEqual([
      'application/x-ndjson; charset=utf-8',
      'text/csv; charset=utf-8; header=present',
    ]);
    expect(csv.headers.get('server-timing')).toMatch(/total;dur=/);
    const text = await csv.text();
    expect(text).toBe(await (await get(link, { accept: 'text/csv' })).text());
    const lines = csvRows(text);
    expect(lines[0]).toEqual(columns.map(({ name }) => name));
    expect(rows.length).toBeGreaterThan(0);
    expect(lines.length).toBe(rows.length + 1);
    for (const [i, row] of rows.entries()) {
      const values = JSON.parse(row) as Record<string, unknown>;
      expect(Object.keys(values).every((name) => columns.some((column) => column.name === name))).toBe(true);
      const cells = columns.map(({ name }) => {
        const value = values[name];
        if (value === undefined || value === null) return '';
        return typeof value === 'string' ? value : JSON.stringify(value);
      });
      expect(lines[i + 1]).toEqual(cells);
    }
  });

  it('of a report and of groups, too', async () => {
    const day = await get('/api/reports/period/shop?from=2026-03-01&to=2026-03-02&interval=day&format=csv');
    const report = (await (
      await get('/api/reports/period/shop?from=2026-03-01&to=2026-03-02&interval=day')
    ).json()) as {
      series: { from: string; total: number; users: number }[];
    };
    expect(csvRows(await day.text())).toEqual([
      ['from', 'to', 'total', 'users'],
      ...report.series.map(({ from, total, users }, i) => [
        from,
        ['2026-03-02T00:00:00.000Z', '2026-03-03T00:00:00.000Z'][i],
        String(total),
        String(users),
      ]),
    ]);
    const groups = await get('/api/groups/shop?attr=country&from=2026-03-01&to=2026-03-31&limit=2&format=ndjson');
    const lines = (await groups.text())
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { group: string; total: number });
    expect(lines.map(({ group }) => group)).toEqual(['value', 'value', 'other', 'missing']);
    expect(lines.reduce((sum, { total }) => sum + total, 0)).toBe(EVENTS.length);
  });

  it('refuses a form that it does not have', async () => {
    for (const path of [
      '/api/events/shop?format=xml',
      '/api/events/shop?format=csv&format=csv',
      '/api/reports/day/shop?format=parquet',
      `/api/query/shop?format=parquet&q=${encodeURIComponent('{"kind":"users","last":"1d"}')}`,
    ]) {
      const answer = await get(path);
      expect([path, answer.status, ((await answer.json()) as { field: string }).field]).toEqual([path, 400, 'format']);
    }
  });

  it('leads to the next page in the same form', async () => {
    const first = await get('/api/events/shop?limit=2&format=json', { accept: 'application/x-ndjson' });
    const next = /<(.*)>/.exec(first.headers.get('link') ?? '')![1]!;
    expect(new URLSearchParams(next.split('?')[1]).get('format')).toBe('json');
    expect((await get(next)).headers.get('content-type')).toBe('application/json; charset=utf-8');
  });
});

/** By the letter of RFC 4180. */
function csvRows(text: string): string[][] {
  const rows: string[][] = [[]];
  for (const [, quoted, plain, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n|$)/g)) {
    if (end === '') break;
    rows.at(-1)!.push(quoted?.replaceAll('""', '"') ?? plain ?? '');
    if (end === '\r\n') rows.push([]);
  }
  return rows.slice(0, -1);
}
