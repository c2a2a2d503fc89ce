/** `seismo move` from the embedded engine to a real ClickHouse server and back, under load and through kill -9. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import type { MoveStatus } from '../../src/model/move.ts';
import { seismo } from '../cli/seismo.ts';
import { type ClickHouseServer, hasClickHouseServer, startClickHouseServer } from '../store/clickhouse-server.ts';
import { atFileEnd } from '../support/at-file-end.ts';
import {
  brokenPromises,
  DAY,
  IS_LONG,
  Ledger,
  randomOf,
  type SentEvent,
  Servers,
  send,
  someEvents,
  underLoad,
  until,
} from './harness.ts';
import { exported, seedMonths } from './months.ts';

const EVENTS = IS_LONG ? 200_000 : 4_000;
/** How long a move of so many takes at most. */
const MOVE_MS = IS_LONG ? 2_500 : 1_000;

let servers: Servers;
let clickhouse: ClickHouseServer;
let folder = '';
afterEach(async () => {
  await servers.remove();
  await clickhouse.kill();
  rmSync(folder, { recursive: true, force: true });
});

async function startBoth(args: readonly string[] = []): Promise<string> {
  folder = mkdtempSync(join(tmpdir(), 'seismo-move-'));
  clickhouse = await startClickHouseServer(folder);
  servers = new Servers({ args });
  await servers.start();
  return `${clickhouse.url}/seismo`;
}

const move = (...args: string[]) => seismo(['move', '--data', servers.dataDir, ...args]);

async function inClickHouse(sql: string): Promise<string> {
  const answer = await fetch(`${clickhouse.url}/?database=seismo`, { method: 'POST', body: sql });
  const text = await answer.text();
  if (!answer.ok) throw new Error(text);
  return text.trim();
}

async function seed(ledger: Ledger, random: () => number): Promise<void> {
  const events = someEvents(random, EVENTS);
  for (let at = 0; at < events.length; at += 5_000)
    expect((await send(servers, 'shop', events.slice(at, at + 5_000), 'lines', ledger))?.status).toBe(200);
}

async function erase(user: string, ledger: Ledger): Promise<number> {
  const { status, text } = await servers.ask('DELETE', `/api/events/shop?user=${user}&wait=60`);
  expect([status, text]).toEqual([200, expect.any(String)]);
  for (const [uuid, event] of ledger.promised) if (event.user === user) ledger.promised.delete(uuid);
  return (JSON.parse(text) as { erased: number }).erased;
}

const of = (ledger: Ledger, user: string): SentEvent[] => [...ledger.promised.values()].filter((e) => e.user === user);

it.skipIf(!hasClickHouseServer)(
  'moves all events to a ClickHouse server and back while events are posted and erased: none lost, none twice, repeats known',
  async () => {
    const url = await startBoth();
    const random = randomOf(4_711);
    const ledger = new Ledger();
    await seedMonths(servers, random);
    await seed(ledger, random);
    const months = await exported(servers, 'months');
    expect(months.split('\n').filter((line) => line !== '')).toHaveLength(90);

    let stop = underLoad(servers, 'shop', ledger, random);
    const there = await move('--to', url);
    await stop();
    expect(there).toMatchObject({ code: 0, stderr: '' });
    expect(there.stdout).toMatch(/months +\d+ +90 +\d+\nshop +1 +[\d,]+ +\d+\n/);
    expect(await brokenPromises(servers, 'shop', ledger)).toEqual([]);
    expect(await exported(servers, 'months')).toBe(months);
    await servers.drained();
    expect(await inClickHouse('SELECT app, count(), uniqExact(uuid) FROM events GROUP BY app ORDER BY app')).toBe(
      `months\t90\t90\nshop\t${ledger.promised.size}\t${ledger.promised.size}`,
    );

    // The setting still names the embedded engine: the server goes on with the new place, and says so.
    expect(existsSync(join(servers.dataDir, 'moved.json'))).toBe(true);
    expect(await servers.stop()).toMatchObject({ code: 0 });
    await servers.start();
    expect(servers.log.join('\n')).toContain(`set \`connection\` to ${url}`);
    expect(await brokenPromises(servers, 'shop', ledger)).toEqual([]);
    const ofUser = of(ledger, 'user-7').length;
    expect(await erase('user-7', ledger)).toBe(ofUser);
    expect((await servers.ask('DELETE', '/api/events/months?event=seen 0&wait=60')).status).toBe(200);
    const fewer = await exported(servers, 'months');

    stop = underLoad(servers, 'shop', ledger, random);
    const back = await move('--to', 'embedded', '--json');
    await stop();
    expect(back).toMatchObject({ code: 0, stderr: '' });
    const lines = back.stdout.trim().split('\n');
    expect(JSON.parse(lines.at(-1)!)).toMatchObject({
      state: 'done',
      to: 'the embedded engine',
      apps: [{ app: 'months', events: 60 }, { app: 'shop' }],
    });
    // Erased over there: 30 of months, and those of one user, whose events of this day were moved there before.
    expect((JSON.parse(lines.at(-1)!) as { removed: number }).removed).toBeGreaterThanOrEqual(30 + 1);
    expect(existsSync(join(servers.dataDir, 'moved.json'))).toBe(false);
    expect(await brokenPromises(servers, 'shop', ledger)).toEqual([]);
    expect(await exported(servers, 'months')).toBe(fewer);
    await clickhouse.kill();
    expect(await servers.stop()).toMatchObject({ code: 0 });
    await servers.start();
    expect(await brokenPromises(servers, 'shop', ledger)).toEqual([]);
    expect((await servers.json<{ total: number }>(`/api/reports/day/shop?date=${DAY}`)).total).toBe(
      ledger.promised.size,
    );
  },
  600_000,
);

const status = () => servers.json<MoveStatus>('/api/move');
const start = (to: string) =>
  servers.ask('POST', '/api/move', JSON.stringify({ to }), { 'content-type': 'application/json' });
const ended = () =>
  until(
    'the move has ended',
    120_000,
    async () => {
      const now = await status();
      return now.state === 'copying' || now.state === 'switching' ? undefined : now;
    },
    () => servers.state(),
  );
const isThere = () => existsSync(join(servers.dataDir, 'moved.json'));

const ROUNDS = IS_LONG ? 30 : 4;
it.skipIf(!hasClickHouseServer)(
  `keeps every promise through ${ROUNDS} times kill -9 in the middle of moves in both directions, and goes on`,
  async () => {
    const url = await startBoth();
    const random = randomOf(90_210);
    const ledger = new Ledger();
    await seed(ledger, random);
    for (let round = 0; round < ROUNDS; round++) {
      const stop = underLoad(servers, 'shop', ledger, random);
      expect((await start(isThere() ? 'embedded' : url)).status).toBe(202);
      // From before the other engine is open to after the switch.
      await new Promise((resolve) => setTimeout(resolve, Math.floor(random() * MOVE_MS)));
      await servers.kill('all');
      await stop();
      await servers.start();
      expect([round, isThere(), await brokenPromises(servers, 'shop', ledger)]).toEqual([round, isThere(), []]);
    }
    if (isThere()) {
      await start('embedded');
      expect(await ended()).toMatchObject({ state: 'done' });
    }
    await start(url);
    const done = await ended();
    expect(done).toMatchObject({ state: 'done', apps: [{ app: 'shop', events: ledger.promised.size }] });
    expect(await inClickHouse('SELECT count(), uniqExact(uuid) FROM events')).toBe(
      `${ledger.promised.size}\t${ledger.promised.size}`,
    );
    expect(await brokenPromises(servers, 'shop', ledger)).toEqual([]);
  },
  600_000,
);

it.skipIf(!hasClickHouseServer)(
  'waits for a ClickHouse server that is killed in the middle, says why, and finishes when it is back',
  async () => {
    const url = await startBoth();
    const random = randomOf(5);
    const ledger = new Ledger();
    await seedMonths(servers, random);
    await seed(ledger, random);
    const { port } = new URL(clickhouse.url);
    const { tcpPort } = clickhouse;
    await start(url);
    await until('something is copied', 60_000, async () => ((await status()).copied > 0 ? true : undefined));
    await clickhouse.kill();
    const waiting = await until('the move waits', 60_000, async () => {
      const now = await status();
      return now.error === undefined ? undefined : now;
    });
    expect(waiting).toMatchObject({ state: 'copying', error: expect.stringMatching(/ECONN|socket hang up/) });
    expect((await start(url)).status).toBe(202);
    expect((await start('embedded')).status).toBe(409);
    // Meanwhile the server works as before.
    await send(servers, 'shop', someEvents(random, 10), 'array', ledger);
    expect(await brokenPromises(servers, 'shop', ledger)).toEqual([]);
    clickhouse = await startClickHouseServer(folder, [], { httpPort: Number(port), tcpPort });
    const done = await ended();
    expect([done.state, done.error]).toEqual(['done', undefined]);
    expect(await inClickHouse('SELECT count(), uniqExact(uuid) FROM events')).toBe(
      `${ledger.promised.size + 90}\t${ledger.promised.size + 90}`,
    );
    expect(await brokenPromises(servers, 'shop', ledger)).toEqual([]);
  },
  300_000,
);

/** A faulty network: the rows of inserts pass through `change`. */
async function changing(change: (rows: Buffer) => Buffer): Promise<string> {
  const target = new URL(clickhouse.url);
  const proxy = createServer(async (asked, answer) => {
    const chunks: Buffer[] = [];
    for await (const chunk of asked) chunks.push(chunk as Buffer);
    const isInsert =
      new URL(asked.url ?? '', 'http://proxy').searchParams.get('query')?.startsWith('INSERT INTO events (') === true;
    const body = isInsert ? change(Buffer.concat(chunks)) : Buffer.concat(chunks);
    const { 'transfer-encoding': _, ...headers } = asked.headers;
    const onward = request(
      {
        host: target.hostname,
        port: target.port,
        path: asked.url,
        method: asked.method,
        headers: { ...headers, 'content-length': body.length },
      },
      (got) => {
        answer.writeHead(got.statusCode ?? 500, got.headers);
        got.pipe(answer);
      },
    );
    onward.on('error', () => answer.destroy());
    onward.end(body);
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  atFileEnd(async () => {
    proxy.closeAllConnections();
    await new Promise((resolve) => proxy.close(resolve));
  });
  return `http://127.0.0.1:${(proxy.address() as AddressInfo).port}/seismo`;
}

it.skipIf(!hasClickHouseServer)(
  'mends a row that arrives damaged once, and names the day and switches nothing if rows always arrive damaged',
  async () => {
    await startBoth();
    const random = randomOf(6);
    const ledger = new Ledger();
    await seed(ledger, random);
    let times = 0;
    let timesMax = Number.POSITIVE_INFINITY;
    const url = await changing((rows) => {
      // With its length, so that it is not the beginning of another.
      const at = rows.indexOf('\x07user-13');
      if (at >= 0 && times < timesMax) {
        times++;
        rows.write('user-31', at + 1);
      }
      return rows;
    });
    const failed = await move('--to', url);
    expect([failed.code, failed.stderr]).toEqual([
      1,
      expect.stringMatching(
        new RegExp(
          `^The events were not moved\\. ${DAY} of the app shop differs although it was copied again: ${EVENTS} events with checksum \\d+ here, ${EVENTS} events with checksum \\d+ there\\. Nothing was switched\\.`,
        ),
      ),
    ]);
    expect(isThere()).toBe(false);
    expect(times).toBeGreaterThanOrEqual(2);
    expect(await brokenPromises(servers, 'shop', ledger)).toEqual([]);
    expect(await inClickHouse("SELECT count() FROM events WHERE user = 'user-31'")).toBe(
      `${of(ledger, 'user-31').length + 1}`,
    );

    timesMax = times;
    expect(await move('--to', url)).toMatchObject({ code: 0, stderr: '' });
    expect(await inClickHouse("SELECT count() FROM events WHERE user = 'user-31'")).toBe(
      `${of(ledger, 'user-31').length}`,
    );
    expect(await brokenPromises(servers, 'shop', ledger)).toEqual([]);
  },
  300_000,
);

it.skipIf(!hasClickHouseServer)(
  'refuses a place with the events of others, a server that does not allow it, and places that are none',
  async () => {
    const url = await startBoth();
    const random = randomOf(7);
    const ledger = new Ledger();
    await send(servers, 'shop', someEvents(random, 100), 'array', ledger);
    expect(await move('--to', 'embedded')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('The events are in the embedded engine already. (MOVE_NOT_POSSIBLE)'),
    });
    expect(await move('--to', 'mongodb://127.0.0.1/seismo')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining(
        'This server does not write to the MongoDB database 127.0.0.1/seismo. Set `archive` to its URL and restart the server: it then copies earlier events by itself, and this command shows how far it is. (MOVE_NOT_POSSIBLE)',
      ),
    });
    expect(await move('--to', 'ftp://127.0.0.1/seismo')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('`to` must be `embedded` or the URL of a ClickHouse server'),
    });
    expect(await move()).toMatchObject({ code: 2, stderr: expect.stringContaining('`--to`') });

    expect(await move('--to', url.replace('http://', 'http://ann:wrong-password@'))).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(/The server does not allow it \(code (?:516|192|194)/),
    });

    expect(await move('--to', url)).toMatchObject({ code: 0 });
    expect(await move('--to', 'embedded')).toMatchObject({ code: 0 });
    // Another Seismo's, in the same database.
    await inClickHouse(
      "INSERT INTO events (seq, journal, timestamp, app, event) VALUES (3, '00000000-0000-4000-8000-000000000001', '2026-03-10 00:00:00', 'blog', 'read')",
    );
    expect(await move('--to', url)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('holds 1 event that this server never had. Name an empty database'),
    });
    expect(await inClickHouse('SELECT count() FROM events')).toBe('101');
    expect(await brokenPromises(servers, 'shop', ledger)).toEqual([]);

    // Without a server, the command does it alone.
    await inClickHouse("ALTER TABLE events DELETE WHERE app = 'blog' SETTINGS mutations_sync = 2");
    expect(await servers.stop()).toMatchObject({ code: 0 });
    expect(await move('--to', url)).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('100 events moved to'),
      stderr: expect.stringContaining('No server is running'),
    });
    await servers.start();
    expect((await servers.json<{ total: number }>(`/api/reports/day/shop?date=${DAY}`)).total).toBe(100);
    expect(await inClickHouse('SELECT count() FROM events')).toBe('100');
  },
  300_000,
);
