import { Readable } from 'node:stream';
import type { Ingest } from '../ingest/ingest.ts';
import { SeismoError } from '../model/errors.ts';
import { matchesAll } from '../model/filter-match.ts';
import type { Filter, QueryControl, Range } from '../model/query.ts';
import type { Store } from '../store/store.ts';

type IngestPart = Pick<Ingest, 'catchUp' | 'eraseRejectedRows' | 'countRejectedRows' | 'forgetting' | 'keepOut'>;
type StorePart = Pick<Store, 'erase' | 'counts' | 'reachingDevices' | 'uuids'>;

export interface EraseOptions {
  /** What is erased cannot be sent again for `idWindowDays`. Else its ids are forgotten, and it can. */
  readonly isKeptOut: boolean;
  /** Ids are known for so long, ms. */
  readonly idWindowMs: number;
  /** UTC ms. */
  readonly nowMs: number;
}

/** Each takes a place among the ids that are known. */
const KEPT_OUT_MAX = 1_000_000;
/** In which the machine's clock may have been wrong. */
const CLOCK_MARGIN_MS = 86_400_000;

/** Looking for devices, and counting, are questions of a second or so. */
const CONTROL: QueryControl = { maxSeconds: 60, maxBytes: 1_500_000_000, maxRows: 1_000_000 };
const NAMES_NOBODY: Filter = {
  field: { kind: 'column', name: 'user' },
  operator: 'exists',
  matches: [{ boolean: false }],
};

/**
 * Erases from the journal, the rejected rows and the store. What is on its way to the store goes there first: erasing would
 * miss it, and a block whose answer was lost is settled before its rows go. Otherwise rows that were erased and merged away
 * would count as missing from that block, and come back with its repeat. Twice, because a rejected row may have been put
 * back in line meanwhile, and be refused again.
 *
 * Of users that the filters name goes too what counts for them by their devices, and first: an erasure that was cut short finds it again
 * by the events that tie the devices to them.
 *
 * Ids of what is erased are forgotten once it is hidden, so that it can be sent again, unless it is to be kept out.
 * @throws STORE_BEHIND, STORE_UNAVAILABLE; then nothing, or only rejected rows, are erased: ask again
 */
export async function eraseEverywhere(
  ingest: IngestPart,
  store: StorePart,
  app: string,
  range: Range,
  filters: readonly Filter[],
  options: EraseOptions,
): Promise<number> {
  const { isKeptOut } = options;
  let erased = 0;
  let reaching = filters;
  for (let round = 0; round < 2; round++) {
    await ingest.catchUp(app);
    reaching = await store.reachingDevices(app, filters, CONTROL);
    erased += await ingest.eraseRejectedRows(app, (event, seq) => matchesAll(event, range, reaching, seq), isKeptOut);
  }
  const erasing = isKeptOut
    ? await keepOut(ingest, store, app, range, reaching)
    : await ingest.forgetting(app, await uuidsKnown(store, app, range, reaching, options));
  try {
    if (reaching !== filters) erased += await store.erase(app, range, [...reaching, NAMES_NOBODY]);
    erased += await store.erase(app, range, reaching);
  } catch (error) {
    erasing?.failed();
    throw error;
  }
  await erasing?.done();
  return erased;
}

/** Ids are known for a window: those of older events need not be forgotten. */
async function uuidsKnown(
  store: StorePart,
  app: string,
  range: Range,
  filters: readonly Filter[],
  { nowMs, idWindowMs }: EraseOptions,
): Promise<AsyncIterable<Buffer>> {
  const only = { filters, receivedSince: Math.max(0, nowMs - idWindowMs - CLOCK_MARGIN_MS) };
  return (await store.uuids(app, range, Number.POSITIVE_INFINITY, only)) ?? Readable.from([]);
}

async function keepOut(
  ingest: IngestPart,
  store: StorePart,
  app: string,
  range: Range,
  filters: readonly Filter[],
): Promise<undefined> {
  const uuids = await store.uuids(app, range, KEPT_OUT_MAX, { filters });
  if (uuids === undefined)
    throw new SeismoError(
      'PARAMETER_INVALID',
      `block=true keeps at most ${KEPT_OUT_MAX} events out at a time; more match. Erase a shorter range at a time.`,
      { field: 'block' },
    );
  await ingest.keepOut(app, uuids);
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
  const rejected = ingest.countRejectedRows(app, (event, seq) => matchesAll(event, range, reaching, seq));
  const query = { app, range, timeZone: 'UTC', filters: reaching, exact: false };
  return rejected + (await store.counts(query, CONTROL)).total;
}
