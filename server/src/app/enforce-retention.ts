import { randomBytes } from 'node:crypto';
import type { Logger } from 'pino';
import { DAY_MS } from '../model/duration.ts';
import { SeismoError } from '../model/errors.ts';
import type { Range } from '../model/query.ts';
import type { Store } from '../store/store.ts';
import { settledWithin } from '../system/timeout.ts';
import type { ErasureRun } from './erase.ts';

const FIRST_MS = 60_000;
const EVERY_MS = 6 * 60 * 60_000;
/** Part of the ten seconds that stopping can take. */
const STOP_MAX_MS = 500;
/** Erasures of the app wait meanwhile. The next run does the rest. */
const APP_MAX_MS = 60 * 60_000;
const CONTROL = { maxSeconds: 300, maxBytes: 1_000_000_000, maxRows: 1_000_000 };

export interface RetentionOptions {
  readonly store: Pick<Store, 'apps'>;
  readonly oldestRejectedRows: () => ReadonlyMap<string, number>;
  /** In all places, like an erasure that was requested. */
  readonly erase: (app: string, range: Range) => Promise<number>;
  readonly retentionDaysOf: (app: string) => number | undefined;
  readonly now: () => number;
  readonly logger: Logger;
}

/** Every six hours, deletes the events that are older than their app keeps them. */
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
      // What is not done in time continues in the engine, or the next run does it.
      await settledWithin(STOP_MAX_MS, running);
    },
  };
}

/** One pass over all apps. A failure for one app does not affect the others. */
export async function retainOnce(options: RetentionOptions): Promise<void> {
  const { store, oldestRejectedRows, erase, retentionDaysOf, now, logger } = options;
  /** By app: the time of the oldest event that is kept anywhere. */
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
      if (error instanceof SeismoError && error.code === 'STORE_FILLING') {
        logger.info({}, 'old events are deleted after the engine is filled from MongoDB; tried again in six hours');
        return;
      }
      logger.warn({ err: error, app }, 'old events of the app not deleted; tried again in six hours');
    }
  }
}

export interface OldEventsOptions {
  /** One attempt. @returns how many events were deleted */
  readonly erase: (run: ErasureRun) => Promise<number>;
  /** Stops what the attempt began in the store. */
  readonly stop: (run: ErasureRun) => Promise<unknown>;
  /** The server is stopping. */
  readonly signal: AbortSignal;
  readonly maxMs?: number;
}

/** Deletes within a time: erasures of the app wait behind it, and the engine tries for ever to rewrite a file that it cannot read. */
export async function eraseOld({ erase, stop, signal, maxMs = APP_MAX_MS }: OldEventsOptions): Promise<number> {
  const late = AbortSignal.timeout(maxMs);
  const run: ErasureRun = {
    id: `retention-${randomBytes(6).toString('hex')}`,
    counted: undefined,
    keep: async () => {},
    onProgress() {},
    signal: AbortSignal.any([signal, late]),
  };
  try {
    return await erase(run);
  } catch (error) {
    if (late.aborted && !signal.aborted) await stop({ ...run, signal });
    throw error;
  }
}
