import type { Ingest } from './ingest/ingest.ts';
import type { Filter, QueryControl, Range } from './query.ts';
import { matchesAll } from './query-match.ts';
import type { Store } from './store/store.ts';

type IngestPart = Pick<Ingest, 'catchUp' | 'eraseSetAside' | 'countSetAside'>;
type StorePart = Pick<Store, 'erase' | 'counts' | 'reachingDevices'>;

/** Looking for devices, and counting, are questions of a second or so. */
const CONTROL: QueryControl = { maxSeconds: 60, maxBytes: 1_500_000_000, maxRows: 1_000_000 };
const NAMES_NOBODY: Filter = {
  field: { kind: 'column', name: 'user' },
  operator: 'exists',
  matches: [{ boolean: false }],
};

/**
 * Erases from the journal, the events set aside and the store. What is on its way to the store goes there first: erasing would
 * miss it, and a block whose answer was lost is settled before its rows go. Otherwise rows that were erased and merged away
 * would count as missing from that block, and come back with its repeat. Twice, because what was set aside may have been put
 * back in line meanwhile, and be refused again.
 *
 * Of users that the filters name goes too what counts for them by their devices, and first: an erasure that was cut short finds it again
 * by the events that tie the devices to them.
 * @throws STORE_BEHIND, STORE_UNAVAILABLE; then nothing, or only what was set aside, is erased: ask again
 */
export async function eraseEverywhere(
  ingest: IngestPart,
  store: StorePart,
  app: string,
  range: Range,
  filters: readonly Filter[],
): Promise<number> {
  let erased = 0;
  let reaching = filters;
  for (let round = 0; round < 2; round++) {
    await ingest.catchUp(app);
    reaching = await store.reachingDevices(app, filters, CONTROL);
    erased += await ingest.eraseSetAside(app, (event, seq) => matchesAll(event, range, reaching, seq));
  }
  if (reaching !== filters) erased += await store.erase(app, range, [...reaching, NAMES_NOBODY]);
  return erased + (await store.erase(app, range, reaching));
}

/** How many events that would erase now. */
export async function countErasable(
  ingest: IngestPart,
  store: StorePart,
  app: string,
  range: Range,
  filters: readonly Filter[],
): Promise<number> {
  await ingest.catchUp(app);
  const reaching = await store.reachingDevices(app, filters, CONTROL);
  const aside = ingest.countSetAside(app, (event, seq) => matchesAll(event, range, reaching, seq));
  const query = { app, range, timeZone: 'UTC', filters: reaching, exact: false };
  return aside + (await store.counts(query, CONTROL)).total;
}
