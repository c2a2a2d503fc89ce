import type { Logger } from 'pino';
import type { Store } from './store/store.ts';

const FIRST_MS = 60_000;
const EVERY_MS = 6 * 60 * 60_000;
const DAY_MS = 86_400_000;
const CONTROL = { maxSeconds: 300, maxBytes: 1_000_000_000, maxRows: 1_000_000 };

export interface RetentionOptions {
  readonly store: Pick<Store, 'apps' | 'erase'>;
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
      await running;
    },
  };
}

/** One pass over all apps. */
export async function retainOnce({ store, retentionDaysOf, now, logger }: RetentionOptions): Promise<void> {
  for (const { app, firstSeen } of await store.apps(CONTROL)) {
    const days = retentionDaysOf(app);
    if (days === undefined) continue;
    const before = now() - days * DAY_MS;
    if (firstSeen >= before) continue;
    const deleted = await store.erase(app, { from: 0, to: before }, []);
    logger.info({ app, days, deleted }, 'old events deleted');
  }
}
