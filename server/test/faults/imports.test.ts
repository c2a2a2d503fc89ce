/** Imports that are killed, run twice at once, or meet a small journal: every row once, and live events go on. */
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { socketPathOf } from '../../src/app/data-directory-lock.ts';
import { type Ran, seismo, spawnSeismo } from '../cli/seismo.ts';
import { IS_LONG, Servers, until } from './harness.ts';

const ROWS = IS_LONG ? 80_000 : 40_000;
/** An eighth of the file. */
const EIGHTH = ROWS / 8;
/** More than 5,000 rows take in the journal. */
const PIECE_MAX_BYTES = 2 * 1024 * 1024;
const TIMEOUT_MS = 180_000;

let folder: string;
let file: string;
let servers: Servers;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'seismo-imports-'));
  file = join(folder, 'rows.ndjson');
  // No uuid: only its place tells a row that came already. Two months, so that blocks are cut in parts.
  const line = (n: number): string =>
    `{"event":"e${n % 7}","user":"u${n % 999}","timestamp":${Date.UTC(2026, 0, 20) + n * 20_000},"data":{"n":${n}}}\n`;
  writeFileSync(file, Array.from({ length: ROWS }, (_, n) => line(n)).join(''));
  servers = new Servers({ dataDir: join(folder, 'data') });
});
afterEach(async () => {
  await servers.remove();
  rmSync(folder, { recursive: true, force: true });
});

const args = (): string[] => ['import', file, '--app', 'shop', '--data', servers.dataDir, '--json'];

/** Each number of the file, as often as it is stored, and how the counts of the roll-up agree. */
async function expectEachRowOnce(): Promise<void> {
  const { status, text } = await servers.ask('GET', '/api/events/shop', undefined, { accept: 'application/x-ndjson' });
  expect(status).toBe(200);
  const times = new Uint8Array(ROWS);
  for (const line of text.split('\n')) if (line !== '') times[(JSON.parse(line) as Row).data.n]! += 1;
  expect([times.filter((each) => each === 0).length, times.filter((each) => each > 1).length]).toEqual([0, 0]);
  const { total } = await servers.json<{ total: number }>('/api/reports/period/shop?from=2026-01-01&to=2026-12-31');
  expect(total).toBe(ROWS);
}

interface Row {
  readonly data: { readonly n: number };
}

/** What the admin's socket of whoever serves the directory says. */
function accepted(): Promise<number | undefined> {
  return new Promise((resolve) => {
    const socketPath = socketPathOf(servers.dataDir);
    const asked = request({ socketPath, path: '/api/stats' }, async (response) => {
      let text = '';
      for await (const chunk of response) text += chunk;
      resolve(response.statusCode === 200 ? (JSON.parse(text) as Stats).ingest.accepted : undefined);
    });
    asked.on('error', () => resolve(undefined));
    asked.end();
  });
}

interface Stats {
  readonly ingest: { readonly accepted: number; readonly journalBytes: number };
}

/** Starts an import and kills it, or what it imports into, after so many rows of this run of the server. */
async function interrupted(
  rows: number,
  kill: (importer: ReturnType<typeof spawnSeismo>) => Promise<void>,
): Promise<void> {
  const importer = spawnSeismo(args());
  importer.stdout!.resume();
  let said = '';
  importer.stderr!.on('data', (chunk) => {
    said += chunk;
  });
  const ended = once(importer, 'exit') as Promise<[number | null]>;
  await until(`${rows} rows are taken: ${said}`, 60_000, async () => ((await accepted()) ?? 0) >= rows || undefined);
  await kill(importer);
  const [code] = await ended;
  expect(code, said).not.toBe(0);
}

const killIt = async (importer: ReturnType<typeof spawnSeismo>): Promise<void> => {
  importer.kill('SIGKILL');
};

it('goes on after kill -9 of the import and of the server, each row once', { timeout: TIMEOUT_MS }, async () => {
  await servers.start();
  await interrupted(EIGHTH, killIt);
  // At once: a piece of the one that was killed may still be under way.
  await interrupted(3 * EIGHTH, killIt);
  await interrupted(4.5 * EIGHTH, () => servers.kill('all'));
  await servers.start();
  await interrupted(EIGHTH, () => servers.kill('server'));
  await servers.start();
  const { code, stdout, stderr } = await seismo(args());
  expect(code, stderr).toBe(0);
  const { resumedAt, rows, rejectedTotal } = JSON.parse(stdout);
  expect([rows, rejectedTotal, resumedAt % 5_000]).toEqual([ROWS, 0, 0]);
  expect(resumedAt).toBeGreaterThanOrEqual(5 * EIGHTH);
  await expectEachRowOnce();
  // A fourth time there is nothing to do.
  expect(JSON.parse((await seismo(args())).stdout)).toMatchObject({ accepted: 0, resumedAt: ROWS });
});

it('does so without a server as well', { timeout: TIMEOUT_MS }, async () => {
  for (const rows of [EIGHTH, 1.5 * EIGHTH]) await interrupted(rows, killIt);
  const ran = await seismo(args());
  expect(ran.code, ran.stderr).toBe(0);
  expect(JSON.parse(ran.stdout)).toMatchObject({ rows: ROWS, rejectedTotal: 0 });
  expect(JSON.parse(ran.stdout).resumedAt).toBeGreaterThanOrEqual(2.5 * EIGHTH);
  await servers.start();
  await expectEachRowOnce();
});

it('refuses the second of two imports of one file at once, each row once', { timeout: TIMEOUT_MS }, async () => {
  await servers.start();
  const both = await Promise.all([seismo(args()), seismo(args())]);
  const failed = both.filter(({ code }) => code !== 0);
  // Whoever came late found the file done.
  expect(failed.length).toBeLessThanOrEqual(1);
  for (const { stderr } of failed) expect(stderr).toContain('IMPORT_OUT_OF_STEP');
  await expectEachRowOnce();
});

it('takes two imports of one file at once without a server, each row once', { timeout: TIMEOUT_MS }, async () => {
  const both: Ran[] = await Promise.all([seismo(args()), seismo(args())]);
  expect(both.some(({ code }) => code === 0)).toBe(true);
  await servers.start();
  expect((await seismo(args())).code).toBe(0);
  await expectEachRowOnce();
});

it('keeps room in the journal: live events are taken while it runs', { timeout: TIMEOUT_MS }, async () => {
  // The rows are nearly twice what the journal may hold: 15 MB of 80,000.
  const journalMaxBytes = 100 * ROWS;
  await servers.start(['--journal-max-bytes', String(journalMaxBytes)]);
  let isOver = false;
  const ran = seismo(args()).finally(() => {
    isOver = true;
  });
  const statuses = new Map<number, number>();
  let peakBytes = 0;
  while (!isOver) {
    const body = JSON.stringify({ event: 'live', timestamp: Date.UTC(2026, 5, 1), data: { n: 0 } });
    const { status } = await servers.ask('POST', '/api/events/live', body, { 'content-type': 'application/json' });
    statuses.set(status, (statuses.get(status) ?? 0) + 1);
    const { ingest } = await servers.json<Stats>('/api/stats');
    peakBytes = Math.max(peakBytes, ingest.journalBytes);
  }
  expect((await ran).code).toBe(0);
  expect([...statuses.keys()]).toEqual([201]);
  expect(statuses.get(201)).toBeGreaterThan(20);
  // A quarter of the journal, and a piece beyond it.
  expect(peakBytes).toBeLessThan(journalMaxBytes / 4 + PIECE_MAX_BYTES);
  await expectEachRowOnce();
});
