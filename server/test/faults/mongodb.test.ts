/** The server with MongoDB beside its engine, while either is killed. */
import { MongoClient } from 'mongodb';
import { afterEach, expect, it } from 'vitest';
import { atFileEnd } from '../support/at-file-end.ts';
import { hasMongoServer, startMongoServer } from '../support/mongo-server.ts';
import { Ledger, ROUNDS, ROUNDS_TIMEOUT_MS, randomOf, Servers, storedTimes, underLoad, until } from './harness.ts';

let servers: Servers;
afterEach(async () => await servers.remove());

const ERASED = 'user-7';

/** Until nothing waits for either. */
async function settled(): Promise<void> {
  await until(
    'all is in the engine and in MongoDB',
    120_000,
    async () => {
      const { ingest, erasures } = await servers.json<{
        ingest: { journalEvents: number; archive: { events: number; orders: number } };
        erasures: { running: number; waiting: number };
      }>('/api/stats');
      const left = ingest.journalEvents + ingest.archive.events + ingest.archive.orders;
      return left + erasures.running + erasures.waiting === 0 ? true : undefined;
    },
    () => servers.state(),
  );
}

it.skipIf(!hasMongoServer)(
  `has each event once in both, and erases the same in both, through ${ROUNDS} times kill -9 of Seismo, MongoDB or both`,
  async () => {
    const mongo = await startMongoServer();
    const client = await new MongoClient(mongo.url).connect();
    atFileEnd(() => client.close());
    servers = new Servers({ args: ['--archive', mongo.url.replace('/?', '/seismo?')] });
    await servers.start();
    const random = randomOf(1_917);
    for (let round = 0; round < ROUNDS; round++) {
      const app = `round-${round}`;
      const ledger = new Ledger();
      const stop = underLoad(servers, app, ledger, random, { connections: 2 });
      const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, Math.floor(random() * ms)));
      await pause(1_500);
      // Events of this user are sent before, during and after the erasure.
      if (round % 2 === 0) servers.ask('DELETE', `/api/events/${app}?user=${ERASED}&wait=0`).catch(() => {});
      await pause(700);
      const kind = (['seismo', 'mongodb', 'both'] as const)[round % 3]!;
      if (kind !== 'seismo') await mongo.kill();
      if (kind !== 'mongodb') await servers.kill(round % 2 === 0 ? 'all' : 'server');
      await pause(500);
      await stop();
      if (kind !== 'mongodb') await servers.start();
      if (kind !== 'seismo') await mongo.start();
      await settled();
      const inEngine = await storedTimes(servers, app);
      const inMongo = new Map<string, number>();
      for await (const { uuid } of client
        .db('seismo')
        .collection('events')
        .find({ app }, { projection: { uuid: 1 } }))
        inMongo.set(String(uuid), (inMongo.get(String(uuid)) ?? 0) + 1);
      const missing = [...ledger.promised.values()].filter(({ uuid, user }) => user !== ERASED && !inEngine.has(uuid));
      const differences = [...inEngine.keys(), ...inMongo.keys()].filter(
        (uuid) => inEngine.get(uuid) !== inMongo.get(uuid),
      );
      const twice = [...inEngine.values(), ...inMongo.values()].filter((times) => times > 1);
      expect([round, kind, missing.length, differences.length, twice.length]).toEqual([round, kind, 0, 0, 0]);
      expect(ledger.promised.size).toBeGreaterThan(0);
      if (round % 2 !== 0) expect(inMongo.size).toBeGreaterThanOrEqual(ledger.promised.size);
    }
    expect(await servers.stop()).toMatchObject({ code: 0 });
    expect(servers.log.join('\n')).not.toMatch(/BUG/);
  },
  ROUNDS_TIMEOUT_MS,
);
