/** `seismo import` and `seismo export` as a user runs them, into a real server. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { Servers } from '../faults/harness.ts';
import { type Ran, seismo } from './seismo.ts';

let folder: string;
let servers: Servers;
let app: string;
let apps = 0;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'seismo-import-real-'));
  servers = new Servers({ dataDir: join(folder, 'data') });
  await servers.start();
});
afterAll(async () => {
  await servers.remove();
  rmSync(folder, { recursive: true, force: true });
});
beforeEach(() => {
  app = `app-${++apps}`;
});

const file = (name: string, content: string | Buffer): string => {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
};
const run = (command: string, ...rest: string[]): Promise<Ran> =>
  seismo([command, '--app', app, '--data', servers.dataDir, ...rest]);
const importJson = async (path: string, ...rest: string[]) => {
  const { code, stdout, stderr } = await run('import', path, '--json', ...rest);
  expect(stdout, stderr).not.toBe('');
  return { code, ...JSON.parse(stdout) };
};

interface Stored {
  readonly event: string;
  readonly timestamp: string;
  readonly data?: unknown;
}
const stored = () => servers.json<Stored[]>(`/api/events/${app}?order=asc`);

const odd = () => [
  { event: 'plain', timestamp: '2026-01-02T03:04:05.678Z', user: 'ann', session: 's', data: { n: 1.5, t: '007' } },
  {
    event: 'odd "name", with\nall',
    id: 'x',
    timestamp: '2025-02-03T00:00:00Z',
    device: '=1+1',
    data: { a: { 'b.c': [1, null, { d: '' }] }, z: 0, e: {} },
  },
  { event: 'own id', uuid: 'message-17', timestamp: '2024-12-31T23:59:59.999Z', data: {} },
  { event: 'skewed', timestamp: Date.now(), sentAt: Date.now() - 3_600_000 },
  { event: 'none' },
];

async function postOdd(): Promise<void> {
  for (const event of odd()) {
    const { status } = await servers.ask('POST', `/api/events/${app}`, JSON.stringify(event), {
      'content-type': 'application/json',
    });
    expect(status).toBe(201);
  }
}

it('adds nothing of an export that is imported again, and restores it elsewhere as it was', {
  timeout: 180_000,
}, async () => {
  await postOdd();
  const texts = new Map<string, string>();
  for (const format of ['ndjson', 'csv', 'parquet']) {
    const path = join(folder, `export.${format}`);
    expect((await run('export', '--format', format, '--output', path)).code).toBe(0);
    texts.set(format, readFileSync(path, 'utf8'));
    expect(await importJson(path)).toMatchObject({ code: 0, format, rows: 5, accepted: 0, duplicates: 5 });
    if (format === 'parquet') continue;
    const zipped = file(`export-${format}.bin`, gzipSync(`${texts.get(format)}\n`));
    expect(await importJson(zipped)).toMatchObject({ code: 0, format, rows: 5, accepted: 0, duplicates: 5 });
  }
  expect(await stored()).toHaveLength(5);
  // A server of its own, so that neither uuids nor apps are known.
  const other = new Servers();
  try {
    for (const format of ['ndjson', 'csv']) {
      const path = join(folder, `export.${format}`);
      const args = ['--app', app, '--data', other.dataDir];
      // No server runs there yet.
      expect((await seismo(['import', path, ...args])).stdout).toContain(
        format === 'csv' ? '5 duplicates' : '5 of 5 rows imported.',
      );
      // An engine for each command takes longer than one server.
      if (format === 'ndjson') await other.start();
      const { stdout } = await seismo(['export', '--format', format, ...args]);
      expect(stdout).toBe(texts.get(format));
    }
  } finally {
    await other.remove();
  }
});

it('knows an export as Parquet again, and restores it elsewhere as it was', { timeout: 180_000 }, async () => {
  await postOdd();
  const path = join(folder, 'export.parquet');
  expect((await run('export', '--format', 'parquet', '--output', path)).code).toBe(0);
  expect(await importJson(path)).toMatchObject({ code: 0, format: 'parquet', rows: 5, accepted: 0, duplicates: 5 });
  const { stdout } = await run('export');
  const other = new Servers();
  try {
    const args = ['--app', app, '--data', other.dataDir];
    expect((await seismo(['import', path, ...args])).stdout).toContain('5 of 5 rows imported.');
    expect((await seismo(['export', ...args])).stdout).toBe(stdout);
  } finally {
    await other.remove();
  }
});

it('restores what was erased, from a file that was imported before, with --again', async () => {
  const path = file('again.ndjson', '{"event":"a","timestamp":"2026-01-01T00:00:00Z","uuid":"1"}\n');
  expect((await importJson(path)).accepted).toBe(1);
  expect(await servers.ask('DELETE', `/api/events/${app}?all=true`)).toMatchObject({ status: 200 });
  expect((await run('import', path)).stdout).toBe(
    'This file (1 row) is already imported, so nothing was added. Use `--again` to import it again.\n',
  );
  expect((await importJson(path, '--again')).accepted).toBe(1);
  expect((await importJson(path, '--again')).duplicates).toBe(1);
  expect(await stored()).toHaveLength(1);
});

it('refuses odd lines with their numbers, and takes the others', async () => {
  const time = '"timestamp":"2026-01-01T00:00:00Z"';
  const lines = [
    `{"event":"a",${time}}`,
    '',
    `{"event":"b",${time},"data":{"n":1e400}}`,
    `{"event":"c",${time},"data":{"n":1,"n":2}}`,
    '{"event":"d"}',
    `{"event":"e",${time}`,
    `{"event":"f",${time},"data":{"n":9007199254740993}}`,
    `{"event":"\xff",${time}}`,
    `{"event":"g",${time},"data":{"n":null}}`,
  ];
  const path = file('odd.ndjson', Buffer.from(lines.join('\n'), 'latin1'));
  const { code, stdout, stderr } = await run('import', path);
  expect([code, stdout]).toEqual([1, '2 of 8 rows imported, 6 were rejected.\n']);
  expect(
    stderr
      .split('\n')
      .map((line) => /line (\d+): .* \((\w+)\)$/.exec(line)?.slice(1))
      .filter(Boolean),
  ).toEqual([
    ['3', 'EVENT_NUMBER_UNSAFE'],
    ['4', 'EVENT_KEY_REPEATED'],
    ['5', 'EVENT_TIMESTAMP_MISSING'],
    ['6', 'BODY_NOT_JSON'],
    ['7', 'EVENT_NUMBER_UNSAFE'],
    ['8', 'BODY_NOT_UTF8'],
  ]);
  expect((await stored()).map(({ event }) => event)).toEqual(['a', 'g']);
  const again = await run('import', path);
  expect([again.code, again.stdout]).toEqual([
    1,
    'This file (8 rows) is already imported, so nothing was added. 6 rows of it were rejected. Use `--again` to import it again.\n',
  ]);
  expect(await importJson(path)).toMatchObject({ accepted: 0, resumedAt: 8, rejectedBefore: 6, rejectedTotal: 0 });
  // The same file read otherwise is another import.
  const later = await importJson(path, '--default-time', '2026-02-01T12:00:00Z');
  expect(later).toMatchObject({ accepted: 3, rejectedTotal: 5 });
  expect((await stored()).at(-1)).toMatchObject({ event: 'd', timestamp: '2026-02-01T12:00:00.000Z' });
});

it('reads local times in their zone, says which are in doubt, and wants the names of columns right', async () => {
  // Chicago 2026: clocks forward on 8 March from 02:00, back on 1 November at 02:00.
  const times = ['2026-07-01 12:00', '2026-03-08T02:30', '2026-11-01 01:30', '2026-01-01T00:00:00+01:00', ''];
  const path = file('local.csv', `at,who,n\n${times.map((time, n) => `${time},ann,${n}`).join('\n')}\n`);
  const wrong = await run('import', path, '--event', 'visit', '--time', 'when');
  expect([wrong.code, wrong.stderr]).toEqual([2, 'No row has a column `when`. The columns are `at`, `who` and `n`.\n']);
  const options = ['--event', 'visit', '--time', 'at', '--user', 'who', '--time-zone', 'America/Chicago'];
  const { code, stdout, stderr } = await run('import', path, ...options);
  expect([code, stdout]).toEqual([1, '4 of 5 rows imported, 1 was rejected, 2 doubtful times.\n']);
  expect(stderr).toMatch(/line 6: .*EVENT_TIMESTAMP_MISSING/);
  expect(stderr).toContain('line 3: 2026-03-08 02:30:00 does not exist in America/Chicago');
  expect(stderr).toContain('line 4: 2026-11-01 01:30:00 exists twice in America/Chicago');
  expect((await stored()).map(({ timestamp, data }) => [timestamp, data])).toEqual([
    ['2025-12-31T23:00:00.000Z', { n: 3 }],
    ['2026-03-08T08:00:00.000Z', { n: 1 }],
    ['2026-07-01T17:00:00.000Z', { n: 0 }],
    ['2026-11-01T06:30:00.000Z', { n: 2 }],
  ]);
  const lines = file('local.ndjson', '{"event":"a","timestamp":"2026-07-01 12:00"}\n');
  await importJson(lines, '--time-zone', 'Asia/Kathmandu');
  // 12:00 at +05:45.
  expect((await stored()).find(({ event }) => event === 'a')?.timestamp).toBe('2026-07-01T06:15:00.000Z');
});

it('reads Parquet as the engine writes it, and goes by the row', async () => {
  const select = `SELECT concat('k', toString(number % 3)) AS kind, toDateTime64('2026-05-06 07:08:09.123', 3, 'UTC') + number AS at,
    number AS n, number + 9007199254740990 AS big, if(number = 2, NULL, number / 2) AS half, [number, 1] AS list
    FROM numbers(5) FORMAT Parquet`;
  const path = file('x.parquet', await engine(select));
  expect(await importJson(path, '--event-from', 'kind', '--time', 'at')).toMatchObject({
    format: 'parquet',
    rows: 5,
    accepted: 5,
  });
  expect((await stored()).map(({ event, timestamp, data }) => [event, timestamp, data])).toEqual(
    [0, 1, 2, 3, 4].map((n) => [
      `k${n % 3}`,
      `2026-05-06T07:08:${String(9 + n).padStart(2, '0')}.123Z`,
      {
        n,
        // 2^53 - 1 is the last that a double holds surely; above, it is a text.
        big: n <= 1 ? 9007199254740990 + n : (9007199254740990n + BigInt(n)).toString(),
        // A NULL is not there.
        ...(n !== 2 && { half: n / 2 }),
        list: [n, 1],
      },
    ]),
  );
  expect(await importJson(path, '--event-from', 'kind', '--time', 'at')).toMatchObject({ accepted: 0, resumedAt: 5 });
});

/** What the engine answers, past Seismo. */
function engine(sql: string): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const socketPath = join(servers.dataDir, 'run', 'engine.sock');
    const asked = request({ socketPath, path: '/', method: 'POST' }, async (response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of response) chunks.push(chunk as Buffer);
      const bytes = Buffer.concat(chunks);
      if (response.statusCode === 200) resolve(bytes);
      else reject(new Error(bytes.toString()));
    });
    asked.on('error', reject);
    asked.end(sql);
  });
}
