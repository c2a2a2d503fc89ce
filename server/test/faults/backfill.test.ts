/** `archive` on a server that has events: they are copied to MongoDB while it works, and an engine that is filled from it has the same. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { MongoClient } from 'mongodb';
import { afterEach, expect, it } from 'vitest';
import type { MoveStatus } from '../../src/model/move.ts';
import { seismo } from '../cli/seismo.ts';
import { atFileEnd } from '../support/at-file-end.ts';
import { hasMongoServer, type MongoServer, startMongoServer } from '../support/mongo-server.ts';
import { brokenPromises, IS_LONG, Ledger, randomOf, Servers, send, someEvents, underLoad, until } from './harness.ts';
import { exported, seedMonths } from './months.ts';

const EVENTS = IS_LONG ? 60_000 : 6_000;
const ROUNDS = IS_LONG ? 30 : 3;
const ERASED = 'user-7';

let servers: Servers;
afterEach(async () => await servers.remove());

const withArchive = ({ url }: MongoServer) => ['--archive', url.replace('/?', '/seismo?')];
const move = (...args: string[]) => seismo(['move', '--data', servers.dataDir, ...args]);

interface Stats {
  readonly ingest: {
    readonly journalEvents: number;
    readonly archive?: { readonly events: number; readonly orders: number };
    readonly backfill?: MoveStatus;
    readonly rebuild?: { readonly state: string };
  };
  readonly erasures: { readonly running: number; readonly waiting: number };
}
const stats = () => servers.json<Stats>('/api/stats');

/** Nothing is on its way any more. */
const settled = () =>
  until(
    'all is in the engine and in MongoDB',
    240_000,
    async () => {
      const { ingest, erasures } = await stats();
      const { journalEvents, archive, backfill } = ingest;
      const left =
        journalEvents + (archive?.events ?? 0) + (archive?.orders ?? 0) + erasures.running + erasures.waiting;
      return left === 0 && backfill === undefined ? true : undefined;
    },
    () => servers.state(),
  );

async function mongoOf(server: MongoServer) {
  const client = await new MongoClient(server.url).connect();
  atFileEnd(() => client.close());
  return client.db('seismo').collection('events');
}

async function uuidsIn(events: Awaited<ReturnType<typeof mongoOf>>, app: string): Promise<string[]> {
  const found = await events.find({ app }, { projection: { uuid: 1 } }).toArray();
  return found.map(({ uuid }) => String(uuid)).sort();
}
const uuidsOf = (text: string): string[] =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => (JSON.parse(line) as { uuid: string }).uuid)
    .sort();

it.skipIf(!hasMongoServer)(
  `copies earlier events once, through ${ROUNDS} times kill -9 of Seismo, MongoDB or both, while events come and are erased; an engine filled from it is the same`,
  async () => {
    const mongo = await startMongoServer();
    const events = await mongoOf(mongo);
    servers = new Servers();
    await servers.start();
    const random = randomOf(77);
    const ledger = new Ledger();
    await seedMonths(servers, random);
    const all = someEvents(random, EVENTS);
    for (let at = 0; at < all.length; at += 4_000)
      expect((await send(servers, 'shop', all.slice(at, at + 4_000), 'lines', ledger))?.status).toBe(200);
    await servers.drained();
    expect(await servers.stop()).toMatchObject({ code: 0 });

    const args = withArchive(mongo);
    await servers.start(args);
    let copying = 0;
    for (let round = 0; round < ROUNDS; round++) {
      const stop = underLoad(servers, 'shop', ledger, random, { connections: 2 });
      if (round === 1) servers.ask('DELETE', `/api/events/shop?user=${ERASED}&wait=0`).catch(() => {});
      await new Promise((resolve) => setTimeout(resolve, Math.floor(random() * 1_500)));
      if ((await stats()).ingest.backfill !== undefined) copying++;
      const kind = (['seismo', 'mongodb', 'both'] as const)[round % 3]!;
      if (kind !== 'seismo') await mongo.kill();
      if (kind !== 'mongodb') await servers.kill(round % 2 === 0 ? 'all' : 'server');
      await stop();
      if (kind !== 'seismo') await mongo.start();
      if (kind !== 'mongodb') await servers.start(args);
    }
    // It was killed in the middle of it.
    expect(copying).toBeGreaterThan(0);
    await settled();
    expect((await servers.ask('DELETE', `/api/events/shop?user=${ERASED}&wait=60`)).status).toBe(200);
    await settled();
    for (const [uuid, { user }] of ledger.promised) if (user === ERASED) ledger.promised.delete(uuid);

    const there = await move('--to', withArchive(mongo)[1]!);
    expect(there).toMatchObject({ code: 0, stderr: '' });
    expect(there.stdout).toMatch(/months +\d+ +90 +\d+\nshop +1 +[\d,]+ +\d+\n/);
    expect(there.stdout).toContain('Each is there as it is in the engine.');
    const before = { months: await exported(servers, 'months'), shop: await exported(servers, 'shop') };
    for (const app of ['months', 'shop'] as const)
      expect([app, await uuidsIn(events, app)]).toEqual([app, uuidsOf(before[app])]);
    expect(await events.countDocuments({ user: ERASED })).toBe(0);
    const stored = new Set(uuidsOf(before.shop));
    expect([...ledger.promised.keys()].filter((uuid) => !stored.has(uuid))).toEqual([]);

    // MongoDB is all there is left.
    expect(await servers.stop()).toMatchObject({ code: 0 });
    for (const name of ['engine', 'journal']) rmSync(join(servers.dataDir, name), { recursive: true });
    await servers.start(args);
    await until('the engine is filled', 240_000, async () =>
      (await stats()).ingest.rebuild?.state === 'done' ? true : undefined,
    );
    expect(await exported(servers, 'months')).toBe(before.months);
    expect(await exported(servers, 'shop')).toBe(before.shop);
    expect(servers.log.join('\n')).not.toMatch(/BUG/);
  },
  900_000,
);

it.skipIf(!hasMongoServer)(
  'leaves MongoDB when `archive` is removed, with all events in the engine, and completes it when it is set again',
  async () => {
    const mongo = await startMongoServer();
    const events = await mongoOf(mongo);
    servers = new Servers();
    const args = withArchive(mongo);
    await servers.start(args);
    const random = randomOf(78);
    const ledger = new Ledger();
    await send(servers, 'shop', someEvents(random, 300), 'array', ledger);
    await settled();
    expect(await events.countDocuments()).toBe(300);
    // It goes away for good with something on its way to it.
    await mongo.kill();
    await send(servers, 'shop', someEvents(random, 200), 'array', ledger);
    await servers.drained();
    expect((await stats()).ingest.archive).toMatchObject({ events: 200 });
    expect(await servers.stop()).toMatchObject({ code: 0 });

    await servers.start();
    expect((await stats()).ingest.archive).toBeUndefined();
    await send(servers, 'shop', someEvents(random, 100), 'array', ledger);
    expect(await brokenPromises(servers, 'shop', ledger)).toEqual([]);
    const refused = await move('--to', args[1]!);
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('This server does not write to') });
    expect(await servers.stop()).toMatchObject({ code: 0 });

    await mongo.start();
    await servers.start(args);
    await settled();
    expect(await uuidsIn(events, 'shop')).toEqual([...ledger.promised.keys()].sort());
    expect(await brokenPromises(servers, 'shop', ledger)).toEqual([]);
    // Without a server, the command does it alone.
    expect(await servers.stop()).toMatchObject({ code: 0 });
    await events.deleteOne({});
    const alone = await seismo(['move', '--data', servers.dataDir, '--to', args[1]!], {
      env: { SEISMO_ARCHIVE: args[1]! },
    });
    expect(alone).toMatchObject({ code: 0, stdout: expect.stringContaining(' 1 of them copied now') });
    expect(await events.countDocuments()).toBe(ledger.promised.size);
  },
  300_000,
);
