import { Readable } from 'node:stream';
import type { ArchiveHold } from '../ingest/archiving/archiver.ts';
import { CLOCK_MARGIN_MS } from '../ingest/deduplication/erased-ids.ts';
import type { Ingest } from '../ingest/ingest.ts';
import type { ErasureProgress } from '../model/erasure.ts';
import { SeismoError } from '../model/errors.ts';
import type { StoredEvent } from '../model/event.ts';
import { matchesAll } from '../model/filter-match.ts';
import type { BeforeMoment, Filter, QueryControl, Range } from '../model/query.ts';
import { countsOf } from '../reports/counts.ts';
import type { EraseRun, Store } from '../store/store.ts';

type IngestPart = Pick<
  Ingest,
  'catchUp' | 'eraseRejectedRows' | 'countRejectedRows' | 'forgetting' | 'forgetErased' | 'keepOut' | 'holdArchive'
>;
type StorePart = Pick<Store, 'erase' | 'reachingDevices' | 'uuids'>;
type Step = 'devices' | 'events';

export interface EraseOptions {
  /** `true`: erased events can't be sent again for `idWindowDays`. `false`: their ids are forgotten, so they can. */
  readonly isKeptOut: boolean;
  /** How long ids are known, in ms. */
  readonly idWindowMs: number;
  /** UTC ms. */
  readonly nowMs: number;
  /** Absent: no one sees its progress, and it does not continue after an interruption. */
  readonly run?: ErasureRun;
  /** The runs of the server since a sequence number. Needed with an archive. */
  readonly runsSince?: (seq: number) => readonly string[];
}

/** How many matching events were found, and where, before they were erased. */
export interface ErasureCounts {
  /** Among the rejected rows. */
  readonly rejectedRows?: number;
  /** Anonymous events that count for the erased users. */
  readonly devices?: number;
  readonly events?: number;
  /** Partitions of the store with matching events. */
  readonly partitions?: number;
  /** With an archive: only events before this moment are erased, in both places. */
  readonly before?: BeforeMoment['before'];
}

/** One erasure. An earlier attempt may have been interrupted at any point. */
export interface ErasureRun {
  readonly id: string;
  /** What earlier attempts counted. Undefined for the first attempt. */
  readonly counted: ErasureCounts | undefined;
  /** Resolves when the counts are on disk. Nothing that was counted is erased before. */
  readonly keep: (counts: ErasureCounts) => Promise<void>;
  readonly onProgress: (progress: ErasureProgress, failure?: string) => void;
  readonly signal: AbortSignal;
}

/** Each event uses a slot among the known ids. */
const KEPT_OUT_MAX = 1_000_000;

/** Finding devices and counting are queries of about a second. */
const CONTROL: QueryControl = { maxSeconds: 60, maxBytes: 1_500_000_000, maxRows: 1_000_000 };
const NAMES_NOBODY: Filter = {
  field: { kind: 'column', name: 'user' },
  operator: 'exists',
  matches: [{ boolean: false }],
};

/**
 * Erases from the journal, the rejected rows and the store. What is on its way to the store is loaded first: erasing would miss
 * it, and a block whose answer was lost must be settled before its rows are erased. Otherwise rows that were erased and merged
 * away would seem to be missing from that block, and would return when it is sent again. It erases rejected rows twice, because
 * one may have been queued again in the meantime and rejected again.
 *
 * For users named by the filters, the events that count for them through their devices are erased too, and first: after an interruption
 * they can still be found through the events that tie the devices to the users.
 *
 * The ids of erased events are forgotten once the events are hidden, so that they can be sent again, unless they are to be kept out.
 *
 * With an archive, the erasure gets its place among the events: both erase what came before, and keep what came after. The archive
 * gets it as an order in the journal, before the engine hides anything, so that it is executed whatever happens then.
 * @throws STORE_BEHIND, STORE_UNAVAILABLE; then nothing, or only rejected rows, were erased: try again
 */
export async function eraseEverywhere(
  ingest: IngestPart,
  store: StorePart,
  app: string,
  range: Range,
  filters: readonly Filter[],
  options: EraseOptions,
): Promise<number> {
  const { run } = options;
  const hold = run?.counted?.before === undefined ? await ingest.holdArchive() : undefined;
  try {
    return await eraseBefore(hold, ingest, store, app, range, filters, options);
  } finally {
    hold?.release();
  }
}

async function eraseBefore(
  hold: ArchiveHold | undefined,
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
  // They are erased in one transaction: an earlier attempt erased either all it counted or nothing.
  counts = { ...counts, rejectedRows: Math.max(rejectedRows, counts.rejectedRows ?? 0) };
  const names = reaching === filters ? (['events'] as const) : (['devices', 'events'] as const);
  const before = momentOf(hold, options);
  const wanted = before === undefined ? reaching : [...reaching, { before }];
  const erasing = isKeptOut
    ? await keepOut(ingest, store, app, range, wanted)
    : await ingest.forgetting(app, await uuidsKnown(store, app, range, wanted, options));
  try {
    if (hold !== undefined) {
      await hold.note({ kind: 'erase', app, range, filters: reaching });
      hold.release();
    }
    if (before !== undefined) await keep({ before });
    for (const [i, name] of names.entries()) {
      const those = name === 'devices' ? [...wanted, NAMES_NOBODY] : wanted;
      const erased = await store.erase(app, range, those, run && stepOf(run, { name, i, of: names.length }, keep));
      counts = { ...counts, [name]: erased };
    }
  } catch (error) {
    erasing?.failed();
    throw error;
  }
  await erasing?.done();
  // What an interrupted attempt noted is now hidden too.
  if (run?.counted !== undefined) await ingest.forgetErased();
  return (counts.rejectedRows ?? 0) + (counts.devices ?? 0) + (counts.events ?? 0);
}

/** Before which moment events are erased. Runs of the server since an interrupted attempt have later events only. */
function momentOf(
  hold: ArchiveHold | undefined,
  { run, runsSince = () => [] }: EraseOptions,
): BeforeMoment['before'] | undefined {
  if (hold !== undefined) return { journals: [hold.journal], seq: hold.seq };
  const before = run?.counted?.before;
  return before && { ...before, journals: [...new Set([...before.journals, ...runsSince(before.seq)])] };
}

function stepOf(
  { id, counted, onProgress, signal }: ErasureRun,
  { name, i, of }: { readonly name: Step; readonly i: number; readonly of: number },
  keep: (counts: ErasureCounts) => Promise<void>,
): EraseRun {
  const before = counted?.[name];
  return {
    tag: tagOf(id, name),
    ...(before !== undefined && { counted: before }),
    onCounted: async (matching, partitions) => await keep({ [name]: matching, partitions }),
    // Each step rewrites every part.
    onProgress: ({ partsDone, partsTotal }, failure) =>
      onProgress({ partsDone: i * partsTotal + partsDone, partsTotal: of * partsTotal }, failure),
    signal,
  };
}

const tagOf = (id: string, name: Step): string => `erasure-${id}-${name}`;

/**
 * Stops what an attempt of the erasure began in the store. What it had hidden stays hidden, and the ids of those events are
 * forgotten with the next erasure. @returns how many events were erased: of those counted, all that are not there any more
 */
export async function stopErasing(
  store: Pick<Store, 'stopErasing' | 'reachingDevices' | 'analysis'>,
  app: string,
  range: Range,
  filters: readonly Filter[],
  { id, counted = {}, signal }: Pick<ErasureRun, 'id' | 'counted' | 'signal'>,
): Promise<number> {
  for (const name of ['devices', 'events'] as const) await store.stopErasing(tagOf(id, name));
  signal.throwIfAborted();
  const reaching = await store.reachingDevices(app, filters, CONTROL);
  const goneOf = async (matching: number | undefined, wanted: readonly Filter[]): Promise<number> => {
    if (matching === undefined) return 0;
    const { total } = await countsOf(
      store.analysis,
      { app, range, timeZone: 'UTC', filters: wanted, exact: false },
      CONTROL,
    );
    // Those that arrived since it was counted are among them.
    return Math.max(0, matching - total);
  };
  const devices = await goneOf(counted.devices, [...reaching, NAMES_NOBODY]);
  return (counted.rejectedRows ?? 0) + devices + (await goneOf(counted.events, reaching));
}

/** Ids are only known for a window, so those of older events need not be forgotten. */
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
      `\`block=true\` can keep out at most ${KEPT_OUT_MAX} events at a time, and more match. Erase a shorter range at a time.`,
      { field: 'block' },
    );
  await ingest.keepOut(app, uuids);
}

/** How many events the erasure would erase now. */
export async function countErasable(
  ingest: IngestPart,
  store: StorePart & Pick<Store, 'analysis'>,
  app: string,
  range: Range,
  filters: readonly Filter[],
): Promise<number> {
  await ingest.catchUp(app);
  const reaching = await store.reachingDevices(app, filters, CONTROL);
  const rejected = ingest.countRejectedRows(app, (event, seq) => matchesAll(event, range, reaching, seq));
  const query = { app, range, timeZone: 'UTC', filters: reaching, exact: false };
  return rejected + (await countsOf(store.analysis, query, CONTROL)).total;
}
