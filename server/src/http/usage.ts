import type { AppSummary, StoreUsage } from '../store/store.ts';
import type { HttpDeps } from './deps.ts';

/** Past this an answer goes on without what the engine says of itself: it may hang. */
const ENGINE_MAX_MS = 2_000;
/** Of a sum over the roll-up of counts. */
const APPS_CONTROL = { maxSeconds: ENGINE_MAX_MS / 1000, maxBytes: 256 * 1024 * 1024, maxRows: 1_000_000 };

/** What the store says of itself, or undefined when it does not answer in time: away is what the reader wants to see, not an error. */
export const usageWithin = async (store: Pick<HttpDeps['store'], 'usage'>): Promise<StoreUsage | undefined> =>
  await within(store.usage());

/** The apps with their events, or undefined when the store does not answer in time. */
export const appsWithin = async (store: Pick<HttpDeps['store'], 'apps'>): Promise<readonly AppSummary[] | undefined> =>
  await within(store.apps(APPS_CONTROL));

async function within<T>(asked: Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), ENGINE_MAX_MS);
  });
  try {
    return await Promise.race([asked.catch(() => undefined), late]);
  } finally {
    clearTimeout(timer);
  }
}
