import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Ingest } from '../ingest/ingest.ts';
import type { AppSettings } from '../model/app-settings.ts';
import type { Registry } from '../registry/registry.ts';
import type { Store } from '../store/store.ts';

const RETRY_MS = 5_000;
const CONTROL = { maxSeconds: 60, maxBytes: 1_000_000_000, maxRows: 1_000_000 };

export interface ZoneMovesOptions {
  readonly registry: Registry;
  readonly store: Pick<Store, 'apps' | 'isCutIn' | 'setTimeZone' | 'zoneChanged'>;
  readonly ingest: Pick<Ingest, 'catchUp'>;
  readonly zoneOf: (app: string) => string;
  readonly logger: Logger;
  readonly retryMs?: number;
}

export interface ZoneMoves {
  /** Changes settings of an app. A new time zone takes effect at once; the days in the store are updated in the background. */
  setAppSettings(app: string, changes: Parameters<Registry['setAppSettings']>[1]): Promise<AppSettings>;
  /** Looks for apps whose stored days are in another time zone, as after a switch to another store. */
  look(): void;
  stop(): Promise<void>;
}

/**
 * Moves the days that the store keeps for an app to its current time zone, after a change of its settings and at a start with
 * another time zone in the configuration. Until this is done, reports read the table.
 */
export function startZoneMoves(options: ZoneMovesOptions): ZoneMoves {
  const { registry, store, ingest, zoneOf, logger } = options;
  const stopped = new AbortController();
  const { signal } = stopped;
  const moving = new Map<string, Promise<void>>();

  /** Retries until it is done or the server stops. The next start continues what is left. */
  async function untilDone(what: string, work: () => Promise<void>): Promise<void> {
    while (!signal.aborted) {
      try {
        await work();
        return;
      } catch (error) {
        if (signal.aborted) return;
        logger.warn({ err: error }, `${what} not done; it will be tried again`);
        await pause(options.retryMs ?? RETRY_MS, undefined, { signal }).catch(() => {});
      }
    }
  }

  async function moveOnce(app: string): Promise<void> {
    for (let zone = ''; zone !== zoneOf(app) && !signal.aborted; ) {
      zone = zoneOf(app);
      // Rows with days of the old time zone that are still queued arrive first.
      await ingest.catchUp(app, signal);
      if (await store.isCutIn(app, zone, CONTROL)) continue;
      await store.setTimeZone(app, zone);
      logger.info({ app, zone }, 'days of the app moved to its zone');
    }
  }

  function move(app: string): void {
    if (moving.has(app)) return;
    const done = untilDone(`moving the days of ${app}`, () => moveOnce(app)).finally(() => {
      moving.delete(app);
      // The time zone may have changed since the last check.
      if (again.delete(app) && !signal.aborted) move(app);
    });
    moving.set(app, done);
  }
  const again = new Set<string>();

  /** @param isAgain what is being moved may still be moved in another store */
  const lookOnce = async (isAgain: boolean): Promise<void> =>
    await untilDone('looking for days in other zones', async () => {
      for (const { app } of await store.apps(CONTROL))
        if (!(await store.isCutIn(app, zoneOf(app), CONTROL))) {
          if (isAgain && moving.has(app)) again.add(app);
          else move(app);
        }
    });
  let looking = lookOnce(false);

  return {
    async setAppSettings(app, changes) {
      const before = zoneOf(app);
      const settings = await registry.setAppSettings(app, changes);
      if (zoneOf(app) !== before) {
        store.zoneChanged(app);
        if (moving.has(app)) again.add(app);
        else move(app);
      }
      return settings;
    },
    look() {
      looking = looking.then(() => lookOnce(true));
    },
    async stop() {
      stopped.abort(new Error('The server is stopping.'));
      await looking;
      await Promise.all(moving.values());
    },
  };
}
