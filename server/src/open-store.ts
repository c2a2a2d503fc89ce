import { resolve } from 'node:path';
import type { Logger } from 'pino';
import type { Config } from './config.ts';
import { createClickHouseStore } from './store/clickhouse/clickhouse-store.ts';
import { openConnection } from './store/clickhouse/connection.ts';
import { startEmbeddedEngine } from './store/clickhouse/embedded/supervisor.ts';
import type { Store } from './store/store.ts';

const RETRY_MS = 2_000;

/** The store that the setting `connection` names, and what closes it with all it needed. */
export async function openStore(
  config: Config,
  dataDir: string,
  logger: Logger,
): Promise<{ readonly store: Store; close(): Promise<void> }> {
  const { connection } = config;
  if (connection !== undefined && /^[a-z]+:\/\//i.test(connection)) return openRemote(connection, logger);
  const engine = await startEmbeddedEngine({
    dataDir: connection === undefined ? dataDir : resolve(connection),
    memoryBytes: config.engineMemoryBytes,
    logger,
  });
  const plain = createClickHouseStore({ connection: openConnection({ socketPath: engine.socketPath }, { logger }) });
  const store: Store = {
    ...plain,
    async usage() {
      const memoryBytes = engine.memoryBytes();
      return { ...(await plain.usage()), ...(memoryBytes !== undefined && { memoryBytes }) };
    },
  };
  const close = async (): Promise<void> => {
    await store.close();
    await engine.close();
  };
  try {
    await store.open();
  } catch (error) {
    await close();
    throw error;
  }
  return { store, close };
}

/** A server that is away does not keep Seismo from starting: the journal takes events until it is there. */
function openRemote(connection: string, logger: Logger): { store: Store; close(): Promise<void> } {
  const url = new URL(connection.replace(/^clickhouse:/i, 'http:'));
  if (/^clickhouse:/i.test(connection) && url.port === '') url.port = '8123';
  const database = decodeURIComponent(url.pathname.slice(1)) || 'seismo';
  const store = createClickHouseStore({
    connection: openConnection(
      {
        url: url.origin,
        database,
        ...(url.username !== '' && { username: decodeURIComponent(url.username) }),
        ...(url.password !== '' && { password: decodeURIComponent(url.password) }),
      },
      { logger },
    ),
  });
  let timer: NodeJS.Timeout | undefined;
  let isClosed = false;
  const open = async (): Promise<void> => {
    try {
      await store.open();
    } catch (error) {
      if (isClosed) return;
      logger.warn({ err: error }, 'the ClickHouse server is not ready; events are journalled, trying again');
      timer = setTimeout(() => void open(), RETRY_MS);
    }
  };
  const first = open();
  return {
    store,
    async close() {
      isClosed = true;
      clearTimeout(timer);
      await first;
      await store.close();
    },
  };
}
