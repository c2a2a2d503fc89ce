/** Seismo on two shards of a real ClickHouse cluster, whose servers and whose own are killed. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { seismo } from '../cli/seismo.ts';
import { type ClickHouseCluster, startClickHouseCluster } from '../store/clickhouse-cluster.ts';
import { hasClickHouseServer } from '../store/clickhouse-server.ts';
import { brokenPromises, IS_LONG, Ledger, randomOf, Servers, send, someEvents, underLoad, until } from './harness.ts';

const ROUNDS = IS_LONG ? 20 : 4;

let cluster: ClickHouseCluster;
let servers: Servers;
let folder = '';

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'seismo-cluster-'));
  cluster = await startClickHouseCluster(folder);
});
afterEach(async () => {
  await servers?.remove();
  await cluster.kill();
  rmSync(folder, { recursive: true, force: true });
});

const connection = () => cluster.shards.map(({ url }) => `${url}/seismo`).join(',');
const settings = () => ['--connection', connection(), '--cluster', cluster.name, '--flush-interval-ms', '100'];

async function inShard(shard: number, sql: string): Promise<string> {
  const answer = await fetch(`${cluster.shards[shard]!.url}/?database=seismo`, { method: 'POST', body: sql });
  const text = await answer.text();
  if (!answer.ok) throw new Error(text);
  return text.trim();
}
const sums = (sql: string) => Promise.all([0, 1].map(async (shard) => Number(await inShard(shard, sql))));

describe.skipIf(!hasClickHouseServer)('on two shards', () => {
  it(`keeps every promise while shards and the server are killed in turn, ${ROUNDS} times`, async () => {
    servers = new Servers({ args: settings() });
    await servers.start();
    const random = randomOf(14);
    const ledger = new Ledger();
    for (let round = 0; round < ROUNDS; round++) {
      const stop = underLoad(servers, 'shop', ledger, random);
      await pause(500 + random() * 1_000);
      const victim = round % 4;
      if (victim === 3) {
        await servers.kill('server');
        await stop();
        await servers.start();
        continue;
      }
      // The first one is the node that inserts and questions come through; the third time both go.
      const shards = victim === 2 ? [0, 1] : [victim];
      for (const shard of shards) await cluster.shards[shard]!.kill();
      await pause(1_000 + random() * 1_000);
      for (const shard of shards) await cluster.restart(shard);
      await pause(300);
      await stop();
    }
    await servers.drained();
    expect(await brokenPromises(servers, 'shop', ledger)).toEqual([]);

    const rows = await sums('SELECT count() FROM events_local');
    expect(Math.min(...rows)).toBeGreaterThan(0);
    expect(rows[0]! + rows[1]!).toBe(ledger.promised.size);
    // A user's events are on one shard.
    expect(
      await inShard(
        0,
        `SELECT count() FROM (SELECT user FROM cluster('${cluster.name}', seismo.events_local) GROUP BY user HAVING uniqExact(shardNum()) > 1)`,
      ),
    ).toBe('0');
    const rolled = await sums(
      'SELECT sum(n) FROM (SELECT app, id, event, toStartOfInterval(timestamp, INTERVAL 15 MINUTE) AS q, count() AS n FROM events_local GROUP BY app, id, event, q)',
    );
    expect(rolled).toEqual(rows);
  }, 300_000);

  it('erases on all shards, and goes on when one that was away is back', async () => {
    servers = new Servers({ args: settings() });
    await servers.start();
    const ledger = new Ledger();
    const events = someEvents(randomOf(3), 4_000);
    expect((await send(servers, 'shop', events, 'lines', ledger))?.status).toBe(200);
    await servers.drained();
    const paid = events.filter(({ event }) => event === 'paid').length;
    await cluster.shards[1]!.kill();
    const { status, text } = await servers.ask('DELETE', '/api/events/shop?event=paid&wait=1');
    expect(status).toBe(202);
    await cluster.restart(1);
    const { id } = JSON.parse(text) as { id: string };
    let listed: { id: string; status: string; erased?: number }[] = [];
    const work = async () => {
      listed = await servers.json<typeof listed>('/api/apps/shop/erasures');
      const own = listed.find((each) => each.id === id);
      return own?.status === 'done' ? own.erased : undefined;
    };
    const erased = await until(
      'the erasure is done',
      60_000,
      work,
      () => `${JSON.stringify(listed)}\n${servers.state()}`,
    );
    expect(erased).toBe(paid);
    for (const [uuid, { event }] of ledger.promised) if (event === 'paid') ledger.promised.delete(uuid);
    expect(await sums("SELECT count() FROM events_local WHERE event = 'paid'")).toEqual([0, 0]);
    expect(await brokenPromises(servers, 'shop', ledger)).toEqual([]);
  }, 120_000);

  it('gives a property that is asked for often columns on every shard', async () => {
    servers = new Servers({ args: settings() });
    await servers.start();
    const ledger = new Ledger();
    await send(servers, 'shop', someEvents(randomOf(5), 3_000), 'lines', ledger);
    await servers.drained();
    const ask = () => servers.json('/api/groups/shop?attr=plan&date=2026-03-10');
    const expected = await ask();
    for (let i = 0; i < 3; i++) expect(await ask()).toEqual(expected);
    const columns =
      "SELECT count() FROM system.parts_columns WHERE active AND table = 'events_local' AND startsWith(column, 'hot_')";
    await until('all parts have the columns', 60_000, async () =>
      Math.min(...(await sums(columns))) > 0 ? true : undefined,
    );
    expect(await ask()).toEqual(expected);
    await send(servers, 'shop', someEvents(randomOf(6), 100), 'lines', ledger);
    expect(await brokenPromises(servers, 'shop', ledger)).toEqual([]);
  }, 120_000);

  it('is checked by a command that says what is missing', async () => {
    const good = await seismo(['cluster', 'check', '--connection', connection(), '--cluster', cluster.name]);
    expect(good).toMatchObject({ code: 0, stderr: '' });
    expect(good.stdout).toContain('The cluster analytics can be used: 2 shards, no replicas.');
    const check = (...args: string[]) => seismo(['cluster', 'check', ...args]);

    const unknown = await check('--connection', connection(), '--cluster', 'nowhere');
    expect(unknown.code).toBe(1);
    expect(unknown.stdout).toContain('has no cluster `nowhere` (it has analytics');
    expect(unknown.stdout).toContain('<remote_servers><nowhere>');

    const [first, second] = cluster.shards;
    const half = await check('--connection', `${first!.url}/seismo`, '--cluster', cluster.name, '--json');
    expect(half.code).toBe(1);
    expect(JSON.parse(half.stdout)).toMatchObject({
      shards: 2,
      replicas: 1,
      nodes: [{ shard: 1, replica: 1 }],
      faults: ['The cluster has 2 nodes, but `connection` lists 1 of them. Add the URLs of the others.'],
    });

    await second!.kill();
    const away = await check('--connection', connection(), '--cluster', cluster.name, '--json');
    expect(away.code).toBe(1);
    expect(JSON.parse(away.stdout)).toMatchObject({
      nodes: [{ shard: 1 }, { failure: expect.stringContaining('ECONNREFUSED') }],
    });
  }, 60_000);
});

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
