/**
 * One engine, and one ClickHouse server, for all test files of a worker, which end with it: starting one takes longer than many a file's tests.
 * What a file stores is in a database of its own.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ConnectionTarget, openConnection } from '../../src/store/clickhouse/connection.ts';
import { startEmbeddedEngine } from '../../src/store/clickhouse/embedded/supervisor.ts';
import { type ClickHouseCluster, startClickHouseCluster } from '../store/clickhouse-cluster.ts';
import { startClickHouseServer } from '../store/clickhouse-server.ts';

const logger = { info() {}, warn() {}, error() {} };

let engine: Promise<string> | undefined;
let server: Promise<string> | undefined;
let cluster: Promise<ClickHouseCluster> | undefined;

/** @returns the path of its socket */
export async function sharedEngine(): Promise<string> {
  engine ??= (async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'seismo-engine-'));
    const started = await startEmbeddedEngine({ dataDir, memoryBytes: 1_500_000_000, logger });
    atWorkerEnd(() => {
      const pid = started.pid();
      if (pid !== undefined) process.kill(pid, 'SIGKILL');
      rmSync(dataDir, { recursive: true, force: true, maxRetries: 5 });
    });
    return started.socketPath;
  })();
  return await engine;
}

/** @returns its URL; anyone may do anything as `default` */
export async function sharedServer(): Promise<string> {
  server ??= (async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'seismo-clickhouse-'));
    const started = await startClickHouseServer(dataDir);
    atWorkerEnd(() => {
      void started.kill();
      rmSync(dataDir, { recursive: true, force: true, maxRetries: 5 });
    });
    return started.url;
  })();
  return await server;
}

/** Two shards, each a server. */
export async function sharedCluster(): Promise<ClickHouseCluster> {
  cluster ??= (async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'seismo-shards-'));
    const started = await startClickHouseCluster(dataDir);
    atWorkerEnd(() => {
      void started.kill();
      rmSync(dataDir, { recursive: true, force: true, maxRetries: 5 });
    });
    return started;
  })();
  return await cluster;
}

/** With everything that is in it. */
export async function dropDatabase(name: string, on: ConnectionTarget): Promise<void> {
  const connection = openConnection({ ...on, database: 'default' }, { logger });
  await connection.command(`DROP DATABASE IF EXISTS "${name}" SYNC`);
  await connection.close();
}

/** Vitest ends its workers with SIGTERM. */
function atWorkerEnd(end: () => void): void {
  process.once('SIGTERM', () => {
    end();
    process.kill(process.pid, 'SIGTERM');
  });
}
