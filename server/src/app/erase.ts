import { Readable } from 'node:stream';
import { CLOCK_MARGIN_MS } from '../ingest/ids/erased-ids.ts';
import type { Ingest } from '../ingest/ingest.ts';
import type { ErasureProgress } from '../model/erasure.ts';
import { SeismoError } from '../model/errors.ts';
import type { StoredEvent } from '../model/event.ts';
import { matchesAll } from '../model/filter-match.ts';
import type { Filter, QueryControl, Range } from '../model/query.ts';
import type { EraseRun, Store } from '../store/store.ts';

type IngestPart = Pick<
  Ingest,
  'catchUp' | 'eraseRejectedRows' | 'countRejectedRows' | 'forgetting' | 'forgetErased' | 'keepOut'
>;
type StorePart = Pick<Store, 'erase' | 'counts' | 'reachingDevices' | 'uuids'>;

export interface EraseOptions {
  /** What is erased cannot be sent again for `idWindowDays`. Else its ids are forgotten, and it can. */
  readonly isKeptOut: boolean;
  /** Ids are known for so long, ms. */
  readonly idWindowMs: number;
  /** UTC ms. */
  readonly nowMs: number;
  /** Unless given, nobody follows it and nothing goes on with it after an interruption. */
  readonly run?: ErasureRun;
}

/** How many matching events were found where, before they went. */
export interface ErasureCounts {
  /** Among the rejected rows. */
  readonly rejectedRows?: number;
  /** Anonymous events that count for the users who are erased. */
  readonly devices?: number;
  readonly events?: number;
  /** Of the store, that hold the events. */
  readonly partitions?: number;
}

/** One erasure, of which an earlier attempt may have been interrupted at any point. */
export interface ErasureRun {
  readonly id: string;
  /** What earlier attempts counted; undefined when this is the first. */
  readonly counted: ErasureCounts | undefined;
  /** Resolves when the counts are on disk; nothing counted goes before. */
  readonly keep: (counts: ErasureCounts) => Promise<void>;
  readonly onProgress: (progress: ErasureProgress, failure?: string) => void;
  readonly signal: AbortSignal;
}

/** Each takes a place among the ids that are known. */
const KEPT_OUT_MAX = 1_000_000;

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
  const { isKeptOut, run } = options;
  let counts: ErasureCounts = run?.counted ?? {};
  const keep = async (more: ErasureCounts): Promise<void> => {
    counts = { ...counts, ...more };
    await run?.keep(counts);
  };
  let rejectedRows = 0;
  let reaching = filters;
  for (let round = 0; round < 2; round++) {
    await ingest.catchUp(app, run?.signal);
    reaching = await store.reachingDevices(app, filters, CONTROL);
    const matches = (event: StoredEvent, seq: number): boolean => matchesAll(event, range, reaching, seq);
    const found = run && counts.rejectedRows === undefined ? ingest.countRejectedRows(app, matches) : 0;
    if (found > 0) await keep({ rejectedRows: found });
    rejectedRows += await ingest.eraseRejectedRows(app, matches, isKeptOut);
  }
  // They go in one transaction: an earlier attempt erased all that it counted, or none.
  counts = { ...counts, rejectedRows: Math.max(rejectedRows, counts.rejectedRows ?? 0) };
  const names = reaching === filters ? (['events'] as const) : (['devices', 'events'] as const);
  const erasing = isKeptOut
    ? await keepOut(ingest, store, app, range, reaching)
    : await ingest.forgetting(app, await uuidsKnown(store, app, range, reaching, options));
  try {
    for (const [i, name] of names.entries()) {
      const wanted = name === 'devices' ? [...reaching, NAMES_NOBODY] : reaching;
      const erased = await store.erase(app, range, wanted, run && stepOf(run, { name, i, of: names.length }, keep));
      counts = { ...counts, [name]: erased };
    }
  } catch (error) {
    erasing?.failed();
    throw error;
  }
  await erasing?.done();
  // What an interrupted attempt noted is hidden as well now.
  if (run?.counted !== undefined) await ingest.forgetErased();
  return (counts.rejectedRows ?? 0) + (counts.devices ?? 0) + (counts.events ?? 0);
}

function stepOf(
  { id, counted, onProgress, signal }: ErasureRun,
  { name, i, of }: { readonly name: 'devices' | 'events'; readonly i: number; readonly of: number },
  keep: (counts: ErasureCounts) => Promise<void>,
): EraseRun {
  const before = counted?.[name];
  return {
    tag: `erasure-${id}-${name}`,
    ...(before !== undefined && { counted: before }),
    onCounted: async (matching, partitions) => await keep({ [name]: matching, partitions }),
    // Each step rewrites every part.
    onProgress: ({ partsDone, partsTotal }, failure) =>
      onProgress({ partsDone: i * partsTotal + partsDone, partsTotal: of * partsTotal }, failure),
    signal,
  };
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
