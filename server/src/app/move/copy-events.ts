import { DAY_MS } from '../../model/duration.ts';
import type { MovedApp } from '../../model/move.ts';
import { MovedApps } from '../../model/moved-apps.ts';
import type { AppDay, CopyStore, DaySum, EventSet, RangeSum, RowSum, Sum } from '../../store/copy-store.ts';
import { COPY_MAX_BYTES, COPY_MAX_EVENTS, CopyBatch, type Pass } from './copy-batch.ts';

/** What is compared at once within a day, where events are small: two lists of this many checksums. */
const RANGE_MAX_SEQS = 8_192;
const RANGE_MIN_SEQS = 16;
const RANGE_BYTES = 16 * 1024 * 1024;
/** How often the same events are copied again, before the difference is taken for one that copying does not mend. */
const ATTEMPTS_MAX = 2;

/** A day differs although its events were copied, and have not changed since. */
export class DayDiffers extends Error {
  constructor({ app, day }: AppDay, here: Sum | undefined, there: Sum | undefined) {
    const text = (sum: Sum | undefined): string => `${sum?.events ?? 0} events with checksum ${sum?.checksum ?? 0}`;
    super(
      `${new Date(day).toISOString().slice(0, 10)} of the app ${app} differs although it was copied again: ${text(here)} here, ${text(there)} there.`,
    );
    this.name = 'DayDiffers';
  }
}

export interface EventCopyOptions {
  readonly source: CopyStore;
  readonly target: CopyStore;
  /** @param events of which everything is in both places, or was just copied */
  readonly onProgress: (events: number) => void;
  readonly onCopied: (copied: number, removed: number) => void;
}

/**
 * Makes the target hold the same events as the source: days are compared by count and checksum, and what differs is looked into, removed and
 * copied. What an interrupted attempt left, what arrives meanwhile and what is erased meanwhile are all just differences, so it needs no memory
 * of how far it was.
 */
export class EventCopy {
  readonly #options: EventCopyOptions;
  /** Partitions that were the same, in the state that the source had then, and their days. */
  readonly #same = new Map<string, { readonly state: string; readonly days: readonly DaySum[] }>();
  /** How often a partition was copied in one state of the source. */
  readonly #attempts = new Map<string, { readonly state: string; readonly times: number }>();

  constructor(options: EventCopyOptions) {
    this.#options = options;
  }

  /** Compares everything and copies what differs. @throws DayDiffers, or why an engine failed */
  async all(signal: AbortSignal): Promise<Pass> {
    this.#same.clear();
    return await this.#partitions(await this.#known(), signal);
  }

  /** The same for partitions that have changed since they were the same. Zero copied and removed: nothing differs any more. */
  async changed(signal: AbortSignal): Promise<Pass & { readonly compared: number }> {
    const states = await this.#options.source.partitions();
    const known = await this.#known();
    const changed = known.filter((id) => this.#same.get(id)?.state !== stateOf(states, id));
    return { ...(await this.#partitions(changed, signal)), compared: changed.length };
  }

  /** What is the same in both places, by app. */
  apps(): MovedApp[] {
    const apps = new MovedApps();
    for (const { days } of this.#same.values())
      for (const { app, day, events, checksum } of days) apps.add(app, day, events, BigInt(checksum));
    return apps.all();
  }

  async #known(): Promise<string[]> {
    const { source, target } = this.#options;
    const [here, there] = await Promise.all([source.partitions(), target.partitions()]);
    return [...new Set([...here.keys(), ...there.keys()])].sort();
  }

  async #partitions(ids: readonly string[], signal: AbortSignal): Promise<Pass> {
    let copied = 0;
    let removed = 0;
    for (const id of ids) {
      const done = await this.#partition(id, signal);
      copied += done.copied;
      removed += done.removed;
    }
    return { copied, removed };
  }

  async #partition(id: string, signal: AbortSignal): Promise<Pass> {
    const { source, target, onProgress } = this.#options;
    // Before its days are read: what changes later makes another state.
    const state = stateOf(await source.partitions(), id);
    const [here, there] = await Promise.all([source.days(id, signal), target.days(id, signal)]);
    const theirs = new Map(there.map((day) => [keyOf(day), day]));
    const pairs = here.map((day) => ({ day, here: day as Sum | undefined, there: theirs.get(keyOf(day)) }));
    const ours = new Set(here.map(keyOf));
    for (const day of there) if (!ours.has(keyOf(day))) pairs.push({ day, here: undefined, there: day });
    const differing = pairs.filter(({ here, there }) => !isSame(here, there));
    const first = differing[0];
    onProgress(pairs.reduce((sum, { here, there }) => sum + (isSame(here, there) ? (here?.events ?? 0) : 0), 0));
    if (first === undefined) {
      this.#same.set(id, { state, days: here });
      return { copied: 0, removed: 0 };
    }
    const before = this.#attempts.get(id);
    const attempts = before?.state === state ? before.times : 0;
    if (attempts === ATTEMPTS_MAX) throw new DayDiffers(first.day, first.here, first.there);
    const batch = new CopyBatch({ ...this.#options, partition: id, signal });
    for (const { day, here, there } of differing) await this.#day(batch, day, here, there, signal);
    const done = await batch.end();
    // One that was interrupted does not count.
    this.#attempts.set(id, { state, times: attempts + 1 });
    return done;
  }

  async #day(
    batch: CopyBatch,
    { app, day }: AppDay,
    here: Sum | undefined,
    there: Sum | undefined,
    signal: AbortSignal,
  ): Promise<void> {
    const set: EventSet = { app, from: day, to: day + DAY_MS };
    if (here === undefined) {
      await batch.remove(set, there?.events ?? 0);
      return;
    }
    // One insert takes it, without looking into it.
    if (there === undefined && here.events <= COPY_MAX_EVENTS && here.bytes <= COPY_MAX_BYTES) {
      await batch.copy(set, here);
      return;
    }
    const width = widthOf(here);
    const { source, target } = this.#options;
    const none: readonly RangeSum[] = [];
    const [mine, theirs] = await Promise.all([
      source.ranges({ app, day }, width, signal),
      there === undefined ? none : target.ranges({ app, day }, width, signal),
    ]);
    const rangesThere = new Map(theirs.map((range) => [rangeKeyOf(range), range]));
    for (const range of mine) {
      const other = rangesThere.get(rangeKeyOf(range));
      rangesThere.delete(rangeKeyOf(range));
      const { journal, fromSeq, toSeq } = range;
      const part = { ...set, range: { journal, fromSeq, toSeq } };
      if (other === undefined) await batch.copy(part, range);
      else if (isSame(range, other)) batch.same(range.events);
      else await this.#range(batch, part, range, signal);
    }
    for (const { journal, fromSeq, toSeq, events } of rangesThere.values())
      await batch.remove({ ...set, range: { journal, fromSeq, toSeq } }, events);
  }

  async #range(batch: CopyBatch, set: EventSet, sum: Sum, signal: AbortSignal): Promise<void> {
    const { source, target } = this.#options;
    const [here, there] = await Promise.all([source.rows(set, signal), target.rows(set, signal)]);
    const wanted = new Map(here.map(({ seq, checksum }) => [seq, checksum]));
    const { wrong, right } = sorted(there, wanted);
    const missing = [...wanted.keys()].filter((seq) => !right.has(seq));
    batch.same(right.size);
    if (wrong.length > 0) await batch.remove({ ...set, seqs: wrong }, wrong.length);
    const share = missing.length / Math.max(1, here.length);
    if (missing.length > 0)
      await batch.copy({ ...set, seqs: missing }, { events: missing.length, bytes: sum.bytes * share });
  }
}

/** Events there that are not here, are another event, or are there twice; and those that are right. */
function sorted(
  there: readonly RowSum[],
  wanted: ReadonlyMap<number, string>,
): { readonly wrong: readonly number[]; readonly right: ReadonlySet<number> } {
  const wrong = new Set<number>();
  const right = new Set<number>();
  for (const { seq, checksum } of there)
    if (wanted.get(seq) !== checksum || right.has(seq)) wrong.add(seq);
    else right.add(seq);
  for (const seq of wrong) right.delete(seq);
  return { wrong: [...wrong], right };
}

const NO_STATE = '';
const stateOf = (states: ReadonlyMap<string, string>, id: string): string => states.get(id) ?? NO_STATE;
const keyOf = ({ app, day }: AppDay): string => `${day} ${app}`;
const rangeKeyOf = ({ journal, fromSeq }: RangeSum): string => `${journal} ${fromSeq}`;
const isSame = (here: Sum | undefined, there: Sum | undefined): boolean =>
  here?.events === there?.events && here?.checksum === there?.checksum;

/** As many sequence numbers as have some megabytes, a power of two: both sides cut the same ranges. */
function widthOf({ events, bytes }: Sum): number {
  const fitting = RANGE_BYTES / Math.max(1, bytes / Math.max(1, events));
  const width = 2 ** Math.floor(Math.log2(Math.max(1, fitting)));
  return Math.min(RANGE_MAX_SEQS, Math.max(RANGE_MIN_SEQS, width));
}
