import type { StoreUsage } from '../store/store.ts';
import type { HttpDeps } from './deps.ts';

/** Past this an answer goes on without what the engine says of itself: it may hang. */
const ENGINE_MAX_MS = 2_000;

/** What the store says of itself, or undefined when it does not answer in time: away is what the reader wants to see, not an error. */
export async function usageWithin(store: HttpDeps['store']): Promise<StoreUsage | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), ENGINE_MAX_MS);
  });
  try {
    return await Promise.race([store.usage().catch(() => undefined), late]);
  } finally {
    clearTimeout(timer);
  }
}
