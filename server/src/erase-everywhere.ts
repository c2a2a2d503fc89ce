import type { Ingest } from './ingest/ingest.ts';
import type { Filter, Range } from './query.ts';
import { matchesAll } from './query-match.ts';
import type { Store } from './store/store.ts';

/**
 * Erases from the journal, the events set aside and the store. What is on its way to the store goes there first: erasing would
 * miss it, and a block whose answer was lost is settled before its rows go. Otherwise rows that were erased and merged away
 * would count as missing from that block, and come back with its repeat. Twice, because what was set aside may have been put
 * back in line meanwhile, and be refused again.
 * @throws STORE_BEHIND, STORE_UNAVAILABLE; then nothing, or only what was set aside, is erased: ask again
 */
export async function eraseEverywhere(
  ingest: Pick<Ingest, 'catchUp' | 'eraseSetAside'>,
  store: Pick<Store, 'erase'>,
  app: string,
  range: Range,
  filters: readonly Filter[],
): Promise<number> {
  let aside = 0;
  for (let round = 0; round < 2; round++) {
    await ingest.catchUp(app);
    aside += await ingest.eraseSetAside(app, (event) => matchesAll(event, range, filters));
  }
  return aside + (await store.erase(app, range, filters));
}
