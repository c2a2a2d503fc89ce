/** The server: all modules and HTTP, listening. */
import { chmodSync, rmSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';
import type { FirstAdmin } from '../auth/first-admin.ts';
import { type Config, nodeEnvironment } from '../config/config.ts';
import { version } from '../config/version.ts';
import { createHttp } from '../http/create-http.ts';
import { readDashboard } from '../http/dashboard.ts';
import type { Disk } from '../http/deps.ts';
import { trustLocalSocket } from '../http/local-socket.ts';
import { openGeoDatabase } from '../system/geo-database.ts';
import { loggerOf } from '../system/logger.ts';
import { type App, type AppOptions, openApp } from './app.ts';
import { socketPathOf } from './data-directory-lock.ts';
import type { SeismoServer } from './seismo-server.ts';

/** How long running requests have to end. */
const REQUESTS_MAX_MS = 2_000;

/** All modules with HTTP, not listening yet. */
export async function assemble(
  config: Config,
  options: Omit<AppOptions, 'now'>,
): Promise<{ app: App; http: FastifyInstance }> {
  const { logger } = options;
  const app = await openApp(config, options);
  try {
    const { auth, analysis, calendarOf, dataDir, erasures, ingest, live, moves, reports, registry, saved, store } = app;
    const http = createHttp({
      auth,
      ingest,
      reports,
      analysis,
      live,
      saved,
      erasures,
      moves,
      registry,
      calendarOf,
      store,
      disk: () => diskOf(dataDir),
      placeOf: config.requestProperties ? openGeoDatabase(config.geoDatabase) : undefined,
      dashboard: readDashboard(),
      config,
      logger,
      now: Date.now,
      version,
      env: nodeEnvironment(),
    });
    await http.ready();
    return { app, http };
  } catch (error) {
    await app.close();
    throw error;
  }
}

async function diskOf(path: string): Promise<Disk> {
  const { bavail, blocks, bsize } = await statfs(path);
  return { freeBytes: bavail * bsize, totalBytes: blocks * bsize };
}

export async function serve(
  config: Config,
  { logger = loggerOf(config), bcryptRounds }: Partial<Omit<AppOptions, 'now'>> = {},
): Promise<SeismoServer> {
  const { app, http } = await assemble(config, { logger, bcryptRounds });
  let local: Local;
  let firstAdmin: FirstAdmin | undefined;
  try {
    await http.listen({ host: config.host, port: config.port });
    local = await listenLocally(http, app.dataDir);
    firstAdmin = await app.storeFirstAdmin();
  } catch (error) {
    await http.close();
    await app.close();
    throw error;
  }
  const { port } = http.server.address() as AddressInfo;
  const host = config.host === '0.0.0.0' || config.host === '::' ? 'localhost' : config.host;
  let closing: Promise<void> | undefined;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${port}`,
    firstAdmin,
    close() {
      closing ??= (async () => {
        const cut = setTimeout(() => {
          http.server.closeAllConnections();
        }, REQUESTS_MAX_MS);
        await Promise.all([http.close(), local.close()]);
        clearTimeout(cut);
        await app.close();
      })();
      return closing;
    },
  };
}

/** All modules with HTTP, listening only on the socket of the data directory. */
export async function serveLocally(
  config: Config,
): Promise<{ readonly app: App; readonly http: FastifyInstance; close(): Promise<void> }> {
  const { app, http } = await assemble(config, { logger: loggerOf(config) });
  let local: Local;
  try {
    local = await listenLocally(http, app.dataDir);
  } catch (error) {
    await http.close();
    await app.close();
    throw error;
  }
  let closing: Promise<void> | undefined;
  return {
    app,
    http,
    close() {
      closing ??= (async () => {
        await Promise.all([http.close(), local.close()]);
        await app.close();
      })();
      return closing;
    },
  };
}

interface Local {
  close(): Promise<void>;
}

/** The socket of the data directory, for commands of its owner. */
async function listenLocally(http: FastifyInstance, dataDir: string): Promise<Local> {
  const path = socketPathOf(dataDir);
  rmSync(path, { force: true });
  const server: Server = createServer((request, response) => http.routing(request, response));
  server.on('connection', trustLocalSocket);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, resolve);
  });
  chmodSync(path, 0o600);
  return {
    async close() {
      const cut = setTimeout(() => server.closeAllConnections(), REQUESTS_MAX_MS);
      await new Promise((resolve) => server.close(resolve));
      clearTimeout(cut);
      rmSync(path, { force: true });
    },
  };
}
