import { resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Config } from '../config/config.ts';
import { isServerUrl, serverAddresses } from '../config/server-addresses.ts';
import { SeismoError } from '../model/errors.ts';
import { createClickHouseStore } from '../store/clickhouse/clickhouse-store.ts';
import { openClusterConnection } from '../store/clickhouse/cluster/cluster-connection.ts';
import { openConnection } from '../store/clickhouse/connection.ts';
import { startEmbeddedEngine } from '../store/clickhouse/embedded/supervisor.ts';
import { ENGINE_ZONES_MAX, EngineZones } from '../store/clickhouse/engine-zones.ts';
import type { Store } from '../store/store.ts';
import { ensurePrivateDirectory } from '../system/data-directory.ts';

const RETRY_MS = 2_000;
/** How long a start waits for a ClickHouse server, so that it can report problems while someone is watching. */
const FIRST_MAX_MS = 2_000;

export interface StoreSurroundings {
  readonly dataDir: string;
  readonly logger: Logger;
  /** The time zone of the days of an app. */
  readonly zoneOf: (app: string) => string;
  /** Whether a device of the app may have been identified by an event that this server accepted. On a ClickHouse server, others can write too. */
  readonly mayIdentify: (app: string) => boolean;
}

export interface OpenStore {
  readonly store: Store;
  close(): Promise<void>;
}

/** Whether the engine belongs to this server alone. */
export const isEmbedded = ({ connection }: Pick<Config, 'connection'>): boolean => !isServerUrl(connection);

/** The store that the setting `connection` names, and how to close it with everything it uses. */
export async function openStore(config: Config, around: StoreSurroundings): Promise<OpenStore> {
  const { connection } = config;
  const { dataDir, logger, zoneOf, mayIdentify } = around;
  if (connection !== undefined && !isEmbedded(config)) return await openRemote(connection, config, around);
  const engineDir = connection === undefined ? dataDir : resolve(connection);
  ensurePrivateDirectory(engineDir, connection === undefined ? 'dataDir, --data' : 'connection, --connection', true);
  const engine = await startEmbeddedEngine({
    dataDir: engineDir,
    memoryBytes: config.engineMemoryBytes,
    logger,
  });
  const engineZones = new EngineZones(zoneOf, {
    max: ENGINE_ZONES_MAX,
    onFull: () => engine.restart(`it has loaded ${ENGINE_ZONES_MAX} time zones`),
    logger,
  });
  engine.onUp(() => engineZones.forget());
  const plain = createClickHouseStore({
    connection: openConnection({ socketPath: engine.socketPath }, { logger }),
    zoneOf,
    mayIdentify,
    isSoleWriter: true,
    hotPropertiesMax: config.hotPropertiesMax,
    exactUsersMaxRows: config.exactUsersMaxRows,
    engineZones,
    logger,
  });
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

/**
 * Seismo starts even if the ClickHouse server is down: the journal takes the events until it is back.
 * @throws STORE_SCHEMA_NEWER
 */
async function openRemote(
  connection: string,
  { hotPropertiesMax, exactUsersMaxRows }: Config,
  { logger, zoneOf }: StoreSurroundings,
): Promise<OpenStore> {
  const { servers, cluster } = serverAddresses(connection);
  const store = createClickHouseStore({
    connection: openClusterConnection(
      servers.map((server) => openConnection(server, { logger })),
      cluster,
    ),
    zoneOf,
    hotPropertiesMax,
    exactUsersMaxRows,
    logger,
  });
  let timer: NodeJS.Timeout | undefined;
  let isClosed = false;
  let newer: SeismoError | undefined;
  const open = async (): Promise<void> => {
    try {
      await store.open();
      newer = undefined;
    } catch (error) {
      if (isClosed) return;
      if (error instanceof SeismoError && error.code === 'STORE_SCHEMA_NEWER') newer = error;
      logger.warn({ err: error }, 'the ClickHouse server is not ready; events are journalled, trying again');
      timer = setTimeout(again, RETRY_MS);
    }
  };
  let opening = open();
  const again = (): void => {
    opening = open();
  };
  async function close(): Promise<void> {
    isClosed = true;
    clearTimeout(timer);
    // First, so that a ClickHouse server that never answers does not delay closing: its sockets are closed.
    await store.close();
    await opening;
  }
  const late = new AbortController();
  await Promise.race([opening, pause(FIRST_MAX_MS, undefined, { signal: late.signal }).catch(() => {})]);
  late.abort();
  if (newer !== undefined) {
    await close();
    throw newer;
  }
  return { store, close };
}
