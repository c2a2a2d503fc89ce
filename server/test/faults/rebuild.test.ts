/** A machine that lost its engine, and the server that fills it from MongoDB. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { atFileEnd } from '../support/at-file-end.ts';
import { hasMongoServer, startMongoServer } from '../support/mongo-server.ts';
import { DAY, IS_LONG, randomOf, Servers, someEvents, storedTimes, until } from './harness.ts';

let servers: Servers;
afterEach(async () => await servers.remove());

const EVENTS = IS_LONG ? 100_000 : 4_000;

interface Stats {
  readonly ingest: {
    readonly journalEvents: number;
    readonly archive: { readonly events: number };
    readonly rebuild?: { readonly state: string; readonly done: number };
  };
  readonly store: { readonly events: number } | null;
}
const stats = () => servers.json<Stats>('/api/stats');

async function post(events: readonly object[]): Promise<void> {
  const lines = events.map((event) => JSON.stringify(event)).join('\n');
  const { status, text } = await servers.ask('POST', '/api/events/shop', lines, {
    'content-type': 'application/x-ndjson',
  });
  expect([status, text.slice(0, 200)]).toEqual([200, expect.any(String)]);
}

/** Totals, users and sums, from roll-ups and from the table. */
async function answers(): Promise<unknown[]> {
  const trend = (series: object) =>
    servers
      .ask(
        'POST',
        '/api/query/shop',
        JSON.stringify({ kind: 'trend', from: DAY, to: DAY, interval: 'hour', series: [series] }),
        {
          'content-type': 'application/json',
        },
      )
      .then(({ status, text }) => {
        if (status !== 200) throw new Error(`${status} ${text}`);
        const { asOf: _, ...answer } = JSON.parse(text) as Record<string, unknown>;
        return [status, answer];
      });
  return [
    await servers.json(`/api/reports/day/shop?date=${DAY}`).then((report) => ({ ...(report as object), asOf: '' })),
    await trend({ event: 'paid' }),
    await trend({ event: 'paid', measure: 'users' }),
    await trend({ event: 'viewed', filters: [{ field: 'data.plan', operator: 'is', value: 'pro' }] }),
  ];
}

it.skipIf(!hasMongoServer)(
  'fills an empty engine from MongoDB, also when it is killed in the middle, with the same answers and each event once',
  async () => {
    const mongo = await startMongoServer();
    servers = new Servers({ args: ['--archive', mongo.url.replace('/?', '/seismo?')] });
    await servers.start();
    const random = randomOf(31);
    const events = someEvents(random, EVENTS).map((event, i) => ({
      ...event,
      data: { n: i, plan: i % 3 === 0 ? 'pro' : 'free', 'a.b': i % 2 },
    }));
    for (let at = 0; at < events.length; at += 2_000) await post(events.slice(at, at + 2_000));
    const inMongo = () =>
      until('everything is in MongoDB', 240_000, async () => {
        const { ingest } = await stats();
        return ingest.archive.events + ingest.journalEvents === 0 ? true : undefined;
      });
    await inMongo();
    const before = await answers();
    expect(await servers.stop()).toMatchObject({ code: 0 });

    rmSync(join(servers.dataDir, 'engine'), { recursive: true });
    await servers.start();
    expect((await stats()).ingest.rebuild).toBeDefined();
    const extra = someEvents(random, 500).map((event) => ({ ...event, timestamp: event.timestamp + 86_400_000 }));
    await post(extra);
    await until('a part is filled in', 60_000, async () => ((await stats()).store?.events ? true : undefined));
    await servers.kill('all');
    await servers.start();
    await until(
      'the engine is filled',
      240_000,
      async () => ((await stats()).ingest.rebuild?.state === 'running' ? undefined : true),
      () => servers.state(),
    );
    await inMongo();
    expect(JSON.parse((await servers.ask('GET', '/ready')).text)).toEqual({ status: 'ok' });
    expect(await answers()).toEqual(before);
    const times = await storedTimes(servers, 'shop');
    expect([times.size, [...times.values()].filter((each) => each !== 1).length]).toEqual([EVENTS + 500, 0]);

    // All of the data directory but the users: the journal and its ids too.
    expect(await servers.stop()).toMatchObject({ code: 0 });
    for (const name of ['engine', 'journal']) rmSync(join(servers.dataDir, name), { recursive: true });
    await servers.start();
    await until('the engine is filled', 240_000, async () =>
      (await stats()).ingest.rebuild?.state === 'done' ? true : undefined,
    );
    expect(await answers()).toEqual(before);
    const again = await servers.ask('POST', '/api/events/shop', JSON.stringify(events.slice(0, 100)), {
      'content-type': 'application/json',
    });
    expect(JSON.parse(again.text)).toMatchObject({ accepted: 0, duplicates: 100 });
  },
  900_000,
);

it.skipIf(!hasMongoServer)(
  'does not start on the database of another data directory, and takes it over with an empty one when that server is stopped',
  async () => {
    const mongo = await startMongoServer();
    const args = ['--archive', mongo.url.replace('/?', '/seismo?')];
    servers = new Servers({ args });
    const first = servers;
    await first.start();
    await post([{ event: 'paid', timestamp: Date.parse(`${DAY}T12:00:00Z`) }]);
    const second = new Servers({ args });
    atFileEnd(() => second.remove());
    const refused = await second.start().then(
      () => 'it started',
      ({ message }: Error) => message,
    );
    expect(refused).toContain(
      `"setting":"archive","message":"The MongoDB database \`seismo\` belongs to another data directory: ${first.dataDir} on `,
    );
    expect(refused).toContain('Give each data directory a database of its own');
    expect(second.child?.exitCode).toBe(2);
    await until('it is in MongoDB', 30_000, async () =>
      (await stats()).ingest.archive.events === 0 ? true : undefined,
    );
    expect(await first.stop()).toMatchObject({ code: 0 });
    await second.start();
    servers = second;
    await until('the engine is filled', 60_000, async () =>
      (await stats()).ingest.rebuild?.state === 'done' ? true : undefined,
    );
    expect((await stats()).store).toMatchObject({ events: 1 });
    await second.stop();
    // It has its own engine: it would add its events to those of the other.
    await expect(first.start()).rejects.toThrow(`belongs to another data directory: ${second.dataDir} on `);
    await first.remove();
  },
  240_000,
);
