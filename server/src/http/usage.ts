import type { AppSummary, StoreUsage } from '../store/store.ts';
import { within } from '../system/timeout.ts';
import type { HttpDeps } from './deps.ts';

/** After this time, an answer continues without the engine's numbers, because the engine may hang. */
const ENGINE_MAX_MS = 2_000;
/** For a sum over the roll-up of counts. */
const APPS_CONTROL = { maxSeconds: ENGINE_MAX_MS / 1000, maxBytes: 256 * 1024 * 1024, maxRows: 1_000_000 };

/** The store's usage, or undefined if it does not answer in time: readers want to see that it is down, not an error. */
export const usageWithin = async (store: Pick<HttpDeps['store'], 'usage'>): Promise<StoreUsage | undefined> =>
  await answered(store.usage());

/** The apps with their events, or undefined if the store does not answer in time. */
export const appsWithin = async (store: Pick<HttpDeps['store'], 'apps'>): Promise<readonly AppSummary[] | undefined> =>
  await answered(store.apps(APPS_CONTROL));

const answered = async <T>(work: Promise<T>): Promise<T | undefined> =>
  await within(ENGINE_MAX_MS, work, () => new Error('late')).catch(() => undefined);
