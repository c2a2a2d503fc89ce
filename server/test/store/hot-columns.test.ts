import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Connection, openConnection } from '../../src/store/clickhouse/connection.ts';
import { type EmbeddedEngine, startEmbeddedEngine } from '../../src/store/clickhouse/embedded/supervisor.ts';
import { HotProperties } from '../../src/store/clickhouse/hot-properties.ts';
import { NO_HOT_COLUMNS } from '../../src/store/clickhouse/property-sql.ts';
import { migrate } from '../../src/store/clickhouse/schema.ts';
import { Bound } from '../../src/store/clickhouse/sql.ts';

const logger = { info() {}, warn() {}, error() {} };
const DAY_MS = 86_400_000;
let dataDir: string;
let engine: EmbeddedEngine;
let connection: Connection;
let hot: HotProperties;
let nowMs: number;
/** What questions sent. */
let sent: string[];
/** What was asked to make columns. */
let looked: string[];

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'seismo-hot-columns-'));
  engine = await startEmbeddedEngine({ dataDir, memoryBytes: 1_200_000_000, logger });
  connection = openConnection({ socketPath: engine.socketPath }, { logger });
  await migrate(connection);
  // Two partitions with a part each, of two apps: 4 events with a plan, which is pro 3 times and free once.
  for (const [app, day] of [
    ['shop', '2024-01-15'],
    ['blog', '2024-02-15'],
  ])
    await connection.command(
      `INSERT INTO events (seq, timestamp, app, id, event, texts) SELECT number, {day:String}, {app:String}, 'seen', 'seen', map('plan', if(number = 0, 'free', 'pro'), 'city', 'Bern', 'lang', 'de') FROM numbers(4)`,
      { app, day },
    );
});
afterAll(async () => {
  await connection?.close();
  await engine?.close();
  await rm(dataDir, { recursive: true, force: true });
});
beforeEach(async () => {
  nowMs = Date.UTC(2026, 0, 1);
  await open(4);
});
afterEach(async () => {
  await connection.command('SYSTEM START MERGES events');
  hot.stop();
  await hot.settled();
  for (const name of await columns())
    await connection.command(`ALTER TABLE events DROP COLUMN ${name}`, {}, { mutations_sync: 2 });
});

async function open(max: number): Promise<void> {
  hot?.stop();
  looked = [];
  const watched: Connection = {
    ...connection,
    async query(sql, ...rest) {
      const rows = await connection.query<never>(sql, ...rest);
      looked.push(sql);
      return rows;
    },
  };
  hot = new HotProperties(watched, { max, now: () => nowMs, quietMs: 0 });
  await hot.load();
  await hot.settled();
  sent = [];
}
/** How many events have one of these texts. */
async function count(key: string, app: string, bound: Bound): Promise<number> {
  const sql = `SELECT countIf(${bound.property(key).texts} IN ('pro', 'Bern', 'de')) AS n FROM events WHERE app = ${bound.add('String', app)}`;
  sent.push(sql);
  const [row] = await connection.query<{ n: string }>(sql, bound.values);
  return Number(row!.n);
}
const ask = async (key: string, app = 'shop'): Promise<number> =>
  await hot.reading(app, async (hotColumnsOf) => await count(key, app, new Bound(hotColumnsOf)));
async function askThrice(key: string, app = 'shop'): Promise<void> {
  for (let i = 0; i < 3; i++) await ask(key, app);
  await hot.settled();
}
async function columns(): Promise<string[]> {
  const rows = await connection.query<{ name: string }>(
    "SELECT name FROM system.columns WHERE table = 'events' AND startsWith(name, 'hot_') ORDER BY name",
  );
  return rows.map(({ name }) => name);
}
/** The properties that have columns, by the column that is made last. */
const properties = async (): Promise<string[]> =>
  (await columns())
    .filter((name) => name.startsWith('hot_o_'))
    .map((name) => Buffer.from(name.slice(6), 'hex').toString());
const readsColumns = (): boolean => sent.at(-1)!.includes('hot_');

test('questions read the columns once every part has them, and the maps until then', async () => {
  // Mutations stand still: no part gets the columns.
  await connection.command('SYSTEM STOP MERGES events');
  for (let i = 0; i < 3; i++) expect([await ask('plan'), readsColumns()]).toEqual([3, false]);
  await expect.poll(properties).toEqual(['plan']);
  for (let i = 0; i < 3; i++) expect([await ask('plan'), readsColumns()]).toEqual([3, false]);
  await connection.command('SYSTEM START MERGES events');
  await hot.settled();
  expect([await ask('plan'), readsColumns()]).toEqual([3, true]);
});

/** A question that runs until it is ended. */
function longQuestion(): { end(): Promise<void> } {
  let answer = (): void => {};
  const asked = hot.reading(
    'shop',
    () =>
      new Promise<void>((resolve) => {
        answer = resolve;
      }),
  );
  return {
    async end() {
      answer();
      await asked;
    },
  };
}
/** Whether the engine has columns to compute. */
async function isComputing(): Promise<boolean> {
  const [row] = await connection.query<{ n: string }>(
    "SELECT count() AS n FROM system.mutations WHERE table = 'events' AND NOT is_done AND position(command, 'MATERIALIZE') > 0",
  );
  return Number(row!.n) > 0;
}

test('what is being computed gives way to a question, and is computed after it', async () => {
  await connection.command('SYSTEM STOP MERGES events');
  for (let i = 0; i < 3; i++) await ask('plan');
  await expect.poll(isComputing).toBe(true);
  const question = longQuestion();
  await expect.poll(isComputing).toBe(false);
  await question.end();
  await expect.poll(isComputing).toBe(true);
  await connection.command('SYSTEM START MERGES events');
  await hot.settled();
  expect([await ask('plan'), readsColumns()]).toEqual([3, true]);
});

test('a question counts once, however many of its statements read the property', async () => {
  await hot.reading('shop', async (hotColumnsOf) => {
    for (let i = 0; i < 3; i++) await count('plan', 'shop', new Bound(hotColumnsOf));
  });
  await ask('plan');
  await hot.settled();
  expect(await properties()).toEqual([]);
  await ask('plan');
  await hot.settled();
  expect(await properties()).toEqual(['plan']);
});

test('everything that is asked of a property comes from its columns, and from the maps without them', async () => {
  await connection.command(
    `INSERT INTO events (seq, timestamp, app, id, event, texts, numbers, others) SELECT number, '2024-01-15 00:00:00', 'forms', 'seen', 'seen',
      if(number = 0, map('form', 'text'), map()), if(number = 1, map('form', 7.), map()),
      multiIf(number = 2, map('form', '0'), number = 3, map('form', '""'), number = 4, map('form', 'true'), map()) FROM numbers(6)`,
  );
  /** Of a text, the numbers 7 and 0, an empty text, true, and an event without the property. */
  const due = [
    ['ttext', 0, 1, 1],
    ['n7', 1, 0, 1],
    ['n0', 1, 0, 1],
    ['t', 0, 1, 1],
    ['otrue', 0, 1, 1],
    ['', 0, 0, 0],
  ];
  const rowsOf = async (bound: Bound): Promise<unknown[]> => {
    const { texts, numbers, others, typed, isNumber, isOther, isPresent, isTypedStored } = bound.property('form');
    const all = [typed, isNumber, isOther, isPresent];
    sent.push([texts, numbers, others, ...all].join(' '));
    expect(isTypedStored).toBe(readsColumns());
    const [row] = await connection.query<{ rows: unknown[] }>(
      `SELECT arraySort(x -> x.1, groupArray((seq, ${all.map((sql) => `toString(${sql})`).join(', ')}))) AS rows FROM events WHERE app = 'forms'`,
      bound.values,
    );
    return row!.rows.map((each) => {
      const [, value, ...flags] = each as [string, string, ...string[]];
      return [value, ...flags.map(Number)];
    });
  };
  expect(await rowsOf(new Bound(NO_HOT_COLUMNS))).toEqual(due);
  expect(sent.at(-1)).not.toContain('hot_');
  await askThrice('form', 'forms');
  expect(await hot.reading('forms', async (hotColumnsOf) => await rowsOf(new Bound(hotColumnsOf)))).toEqual(due);
  expect(sent.at(-1)).not.toMatch(/(texts|numbers|others)\[/);
});

test('they are not made while a question runs', async () => {
  const question = longQuestion();
  for (let i = 0; i < 3; i++) await ask('plan');
  // The property was looked at, and found: columns would be next.
  await expect.poll(() => looked.filter((sql) => sql.includes('countIf(v'))).toHaveLength(1);
  // In the session of changes: what was sent there before them has ended.
  for (let i = 0; i < 5; i++) await connection.query('SELECT 1', {}, { settings: { priority: 2 } });
  expect(await properties()).toEqual([]);
  await question.end();
  await hot.settled();
  expect(await properties()).toEqual(['plan']);
});

test('what an earlier server had begun is made ready by the next one', async () => {
  await connection.command('SYSTEM STOP MERGES events');
  for (let i = 0; i < 3; i++) await ask('plan');
  await expect.poll(properties).toEqual(['plan']);
  hot.stop();
  await hot.settled();
  // As after a crash of the engine that lost the change that was to come.
  await connection.command("KILL MUTATION WHERE table = 'events'");
  await connection.command('SYSTEM START MERGES events');
  await open(4);
  expect([await ask('plan'), readsColumns()]).toEqual([3, true]);
});

test('a property that no event of the app has gets none, and takes no place', async () => {
  for (let i = 0; i < 6; i++) await askThrice(`nothing ${i}`);
  expect(await columns()).toEqual([]);
  await askThrice('plan');
  expect(await properties()).toEqual(['plan']);
});

test('an app that has most gives one up to an app that has two fewer, the one not read for longest', async () => {
  await open(3);
  for (const key of ['plan', 'city', 'lang']) {
    nowMs += 1_000;
    await askThrice(key);
  }
  nowMs += 1_000;
  await ask('plan');
  await askThrice('city', 'blog');
  // It is there for all apps.
  expect(await properties()).toEqual(['city', 'lang', 'plan']);
  await connection.command(
    "INSERT INTO events (seq, timestamp, app, id, event, texts) SELECT 9, '2024-01-15 00:00:00', 'blog', 'seen', 'seen', map('tag', 'pro', 'topic', 'pro')",
  );
  expect((await ask('tag', 'blog')) + (await ask('tag', 'blog'))).toBe(2);
  await askThrice('tag', 'blog');
  expect(await properties()).toEqual(['city', 'plan', 'tag'].toSorted());
  // Two and one: neither has two more than the other, whoever asks.
  await askThrice('topic', 'blog');
  await askThrice('lang');
  expect(await properties()).toEqual(['city', 'plan', 'tag']);
  expect([await ask('tag', 'blog'), readsColumns()]).toEqual([1, true]);
  expect([await ask('lang'), readsColumns()]).toEqual([4, false]);
});

test('what no question has read for thirty days is given back, also when the server was started again meanwhile', async () => {
  await askThrice('plan');
  await askThrice('city');
  nowMs += 20 * DAY_MS;
  await ask('city');
  hot.tidy();
  await hot.settled();
  await open(4);
  expect(await properties()).toEqual(['city', 'plan']);
  nowMs += 11 * DAY_MS;
  hot.tidy();
  await hot.settled();
  expect(await properties()).toEqual(['city']);
  expect([await ask('plan'), readsColumns(), await ask('city'), readsColumns()]).toEqual([3, false, 4, true]);
});

test('columns are not given back under a question that reads them', async () => {
  await askThrice('plan');
  let end = (): void => {};
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  const asked = hot.reading('shop', async (hotColumnsOf) => {
    const first = await count('plan', 'shop', new Bound(hotColumnsOf));
    await ended;
    // A later statement of the question reads them too, though new questions no longer do.
    return [first, await count('plan', 'shop', new Bound(hotColumnsOf)), readsColumns()];
  });
  nowMs += 31 * DAY_MS;
  hot.tidy();
  await expect.poll(async () => [await ask('plan'), readsColumns()]).toEqual([3, false]);
  expect(await properties()).toEqual(['plan']);
  end();
  expect(await asked).toEqual([3, 3, true]);
  await hot.settled();
  expect(await properties()).toEqual([]);
});

test('columns of another meaning are made anew', async () => {
  await connection.command(
    "ALTER TABLE events ADD COLUMN hot_o_706c616e String MATERIALIZED 'wrong' COMMENT 'old shop 1'",
  );
  await open(4);
  expect(await columns()).toEqual([]);
});
