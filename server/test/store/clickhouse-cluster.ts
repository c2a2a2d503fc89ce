/** Shards of a ClickHouse cluster for tests, each a real server in a process of its own, over TCP. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openClusterConnection } from '../../src/store/clickhouse/cluster/cluster-connection.ts';
import { type Connection, openConnection } from '../../src/store/clickhouse/connection.ts';
import { freePort } from '../support/free-port.ts';
import { type ClickHouseServer, startClickHouseServer } from './clickhouse-server.ts';

const logger = { warn() {} };

export interface ClickHouseCluster {
  /** The setting `cluster`. */
  readonly name: string;
  readonly shards: readonly ClickHouseServer[];
  /** Starts a shard again that was killed, on its directory. */
  restart(shard: number): Promise<void>;
  kill(): Promise<void>;
}

const NAME = 'analytics';

export const connectionTo = ({ shards, name }: ClickHouseCluster, database: string): Connection =>
  openClusterConnection(
    shards.map(({ url }) => openConnection({ url, username: 'default', password: '', database }, { logger })),
    name,
  );

export async function startClickHouseCluster(dataDir: string, count = 2): Promise<ClickHouseCluster> {
  const places: { httpPort: number; tcpPort: number }[] = [];
  for (let i = 0; i < count; i++) places.push({ httpPort: await freePort(), tcpPort: await freePort() });
  await mkdir(dataDir, { recursive: true });
  const config = join(dataDir, 'cluster.xml');
  const shards = places.map(
    ({ tcpPort }) => `<shard><replica><host>127.0.0.1</host><port>${tcpPort}</port></replica></shard>`,
  );
  await writeFile(
    config,
    `<clickhouse><remote_servers><${NAME}>${shards.join('')}</${NAME}></remote_servers></clickhouse>`,
  );
  let isOver = false;
  const running: ClickHouseServer[] = [];
  /** The library's server aborts now and then when others connect while it starts. Like a service, it is then started once more. */
  async function start(shard: number): Promise<void> {
    const directory = join(dataDir, `shard-${shard + 1}`);
    const once = () => startClickHouseServer(directory, [`--config-file=${config}`], places[shard]!);
    const server = await once().catch(once);
    running[shard] = server;
    void server.ended.then((signal) => {
      // A shard that stays away fails the test.
      if (signal === 'SIGABRT' && !isOver) start(shard).catch(() => {});
    });
  }
  await Promise.all(places.map((_, shard) => start(shard)));
  return {
    name: NAME,
    shards: running,
    restart: start,
    async kill() {
      isOver = true;
      await Promise.all(running.map((server) => server.kill()));
    },
  };
}
