import type { Logger } from 'pino';
import { DAY_MS } from '../model/duration.ts';
import type { Range } from '../model/query.ts';
import type { Store } from '../store/store.ts';
import { within } from '../system/timeout.ts';

const FIRST_MS = 60_000;
const EVERY_MS = 6 * 60 * 60_000;
/** Of the ten seconds that stopping may take. */
const STOP_MAX_MS = 500;
const CONTROL = { maxSeconds: 300, maxBytes: 1_000_000_000, maxRows: 1_000_000 };

export interface RetentionOptions {
  readonly store: Pick<Store, 'apps'>;
  readonly oldestRejectedRows: () => ReadonlyMap<string, number>;
  /** Everywhere, as a request to erase does. */
  readonly erase: (app: string, range: Range) => Promise<number>;
  readonly retentionDaysOf: (app: string) => number | undefined;
  readonly now: () => number;
  readonly logger: Logger;
}

/** Deletes, every six hours, what is older than its app keeps. */
export function startRetention(options: RetentionOptions): { stop(): Promise<void> } {
  let isStopped = false;
  let running: Promise<void> = Promise.resolve();
  const run = (): void => {
    running = retainOnce(options).catch((error: unknown) => {
      if (!isStopped) options.logger.warn({ err: error }, 'old events not deleted; tried again in six hours');
    });
  };
  const first = setTimeout(run, FIRST_MS);
  const every = setInterval(run, EVERY_MS);
  first.unref();
  every.unref();
  return {
    async stop() {
      isStopped = true;
      clearTimeout(first);
      clearInterval(every);
      // What is late goes on in the engine, or is done by the next run.
      await within(STOP_MAX_MS, running, () => new Error('late')).catch(() => {});
    },
  };
}

/** One pass over all apps; one that fails does not keep the others. */
export async function retainOnce(options: RetentionOptions): Promise<void> {
  const { store, oldestRejectedRows, erase, retentionDaysOf, now, logger } = options;
  /** By app, when the oldest event that is kept anywhere happened. */
  const oldest = new Map((await store.apps(CONTROL)).map(({ app, firstSeen }) => [app, firstSeen]));
  for (const [app, since] of oldestRejectedRows()) oldest.set(app, Math.min(since, oldest.get(app) ?? since));
  for (const [app, since] of oldest) {
    const days = retentionDaysOf(app);
    const before = now() - (days ?? 0) * DAY_MS;
    if (days === undefined || since >= before) continue;
    try {
      const deleted = await erase(app, { from: 0, to: before });
      logger.info({ app, days, deleted }, 'old events deleted');
    } catch (error) {
      logger.warn({ err: error, app }, 'old events of the app not deleted; tried again in six hours');
    }
  }
}
