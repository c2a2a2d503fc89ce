import type { ArchivePosition } from '../../archive/archive.ts';
import { SeismoError } from '../../model/errors.ts';
import type { Committed } from '../../row/committed-rows.ts';
import { ROW_OFFSET, uuidToText } from '../../row/row.ts';
import type { KnownNames } from '../accept/known-names.ts';
import type { Accepted } from '../accept/posted-uuid.ts';
import type { Fingerprints } from '../deduplication/fingerprints.ts';
import { type IdWindow, PENDING_EVEN, PENDING_ODD } from '../deduplication/id-window.ts';
import type { DailyQuota } from '../post/daily-quota.ts';
import type { Checkpoint } from './checkpoint.ts';
import { GroupWriter } from './group.ts';
import { type AppFingerprints, encodeFingerprints, IdFingerprintsWriter } from './id-fingerprints.ts';
import type { Journal } from './journal.ts';

/** The rows of one request, as validate-event.ts wrote them one after another. */
export interface RequestRows {
  readonly app: string;
  readonly bytes: Buffer;
  /** Where each row begins. One more entry than rows: the last one is the end. */
  readonly starts: readonly number[];
  /** `imported`: not known to the store. Its id is not remembered. */
  readonly kinds: readonly (Accepted | 'imported')[];
}

export interface Joined {
  readonly accepted: number;
  /** The rows that were duplicates, ascending. */
  readonly duplicates: readonly number[];
  /** Resolves when all of them, and the originals of the duplicates, are on disk. */
  readonly done: Promise<void>;
}

interface CommitBatch {
  readonly group: GroupWriter;
  readonly fingerprints: IdFingerprintsWriter;
  readonly pending: typeof PENDING_EVEN | typeof PENDING_ODD;
  readonly apps: Set<string>;
  takenFromRejected: number[];
  /** Where these are in the archive. */
  formerPositions: ArchivePosition[];
  checkpoints: (Checkpoint & { readonly app: string })[];
  /** A request in it has a duplicate of an id in flight: they fail together, so that a request is stored completely or not at all. */
  dependsOnInFlight: boolean;
  done: Promise<void>;
  resolve: () => void;
  reject: (error: Error) => void;
}

export interface CommitterOptions {
  readonly journal: Journal;
  readonly ids: IdWindow;
  readonly fingerprints: Fingerprints;
  readonly names: KnownNames;
  readonly quota: DailyQuota;
  readonly now: () => number;
  /** The clock for the age of ids, ms (steady-clock.ts). */
  readonly idsNow: () => number;
  /** Ids from callers are on disk: high and low of each. It must not throw. */
  readonly onStored: (app: string, fingerprints: readonly number[]) => void;
  /** A transaction is on disk. It must not throw. */
  readonly onCommitted: (committed: Committed) => void;
}

/**
 * A transaction that takes longer than this is on a disk that hangs, or LMDB has given up: after a failed write of its first page, it silently
 * takes no more transactions. It is unknown whether it is stored, so its ids stay pending. Other transactions are rejected until it ends.
 */
const COMMIT_MAX_MS = 30_000;

/** Maximum gathered during one transaction. Beyond that, the disk is too slow. */
const GATHERED_MAX_BYTES = 64 * 1024 * 1024;

/**
 * Group commit: while one transaction is written, new rows gather for the next one. An id is pending until its
 * transaction is on disk: a duplicate waits for that transaction, and if it fails, its ids are removed.
 */
export class Committer {
  readonly #options: CommitterOptions;
  #gathering: CommitBatch;
  #inFlight: CommitBatch | undefined;
  #spare: CommitBatch;
  #scheduled = false;
  #isHung = false;

  constructor(options: CommitterOptions) {
    this.#options = options;
    this.#gathering = newBatch(PENDING_EVEN);
    this.#spare = newBatch(PENDING_ODD);
  }

  /**
   * Takes the rows with new ids, all in one transaction.
   * @throws JOURNAL_FULL, JOURNAL_UNAVAILABLE, SERVER_BUSY; then nothing was taken
   */
  join(rows: RequestRows, checkpoint?: Checkpoint): Joined {
    const { journal, ids, fingerprints } = this.#options;
    this.check();
    const batch = this.#gathering;
    const bytes = rows.starts.at(-1)! - rows.starts[0]!;
    const whyFull = journal.whyFull(batch.group.bytes + bytes);
    if (whyFull) throw whyFull;
    if (batch.group.bytes > GATHERED_MAX_BYTES)
      throw new SeismoError(
        'SERVER_BUSY',
        'Events arrive faster than the disk can write. Nothing of this request was stored.',
      );
    const duplicates: number[] = [];
    let joins = checkpoint !== undefined;
    let waitsForInFlight = false;
    const { app, starts, kinds } = rows;
    /** The first row that is neither copied nor a duplicate. */
    let from = 0;
    for (let i = 0; i < kinds.length; i++) {
      const kind = kinds[i]!;
      if (kind === 'made') continue;
      if (kind !== 'own') {
        fingerprints.of(app, rows.bytes, starts[i]! + ROW_OFFSET.uuid);
        const { high, low } = fingerprints;
        const known = ids.find(high, low);
        // Also for imports: a rejected row, or one that is kept out after an erasure, is not in the store.
        if (known === undefined) {
          if (kind === 'imported') continue;
          ids.add(app, high, low, batch.pending);
          batch.fingerprints.add(app, high, low);
          continue;
        }
        if (known === batch.pending) joins = true;
        else if (known !== 'stored') waitsForInFlight = true;
      }
      duplicates.push(i);
      batch.group.addRun(rows.bytes, starts, from, i);
      from = i + 1;
    }
    batch.group.addRun(rows.bytes, starts, from, kinds.length);
    if (duplicates.length < kinds.length) joins = true;
    if (checkpoint) batch.checkpoints.push({ ...checkpoint, app });
    const accepted = kinds.length - duplicates.length;
    if (accepted > 0) batch.apps.add(app);
    if (joins) this.#schedule();
    const waits: Promise<void>[] = [];
    if (joins) waits.push(batch.done);
    if (waitsForInFlight && this.#inFlight) {
      waits.push(this.#inFlight.done);
      if (joins) batch.dependsOnInFlight = true;
    }
    return {
      accepted,
      duplicates,
      done: waits.length === 1 ? waits[0]! : Promise.all(waits).then(() => {}),
    };
  }

  /** Queues rejected rows again, in a transaction that also removes them from where they were. */
  async requeue(rows: readonly { seq: number; row: Buffer; app: string }[]): Promise<void> {
    this.check();
    const batch = this.#gathering;
    for (const { seq, row, app } of rows) {
      batch.group.add(row, 0, row.length);
      batch.takenFromRejected.push(seq);
      batch.formerPositions.push({ journal: uuidToText(row, ROW_OFFSET.journal), seq });
      batch.apps.add(app);
    }
    if (rows.length === 0) return;
    this.#schedule();
    await batch.done;
  }

  /** @throws JOURNAL_UNAVAILABLE while a transaction hangs */
  check(): void {
    if (this.#isHung) throw unavailable();
  }

  /** Resolves when everything that has joined so far is on disk or rejected. */
  async settled(): Promise<void> {
    await Promise.allSettled([this.#inFlight?.done, this.#scheduled ? this.#gathering.done : undefined]);
  }

  /** Resolves when nothing is in progress, or nothing moves. @returns whether nothing is in progress */
  async idle(): Promise<boolean> {
    while (!this.#isHung && (this.#inFlight || this.#scheduled))
      await (this.#inFlight ?? this.#gathering).done.catch(() => {});
    return !this.#isHung;
  }

  #schedule(): void {
    if (this.#scheduled || this.#inFlight) {
      this.#scheduled = true;
      return;
    }
    this.#scheduled = true;
    // After this turn of the event loop, so that requests read in the same turn share the transaction.
    setImmediate(() => this.#start());
  }

  #start(): void {
    this.#scheduled = false;
    const batch = this.#gathering;
    this.#gathering = this.#spare;
    this.#spare = batch;
    this.#inFlight = batch;
    const late = setTimeout(() => this.#markHung(batch), COMMIT_MAX_MS);
    late.unref();
    this.#commit(batch).then((isStored) => {
      clearTimeout(late);
      this.#isHung = false;
      this.#inFlight = undefined;
      renew(batch);
      if (!isStored && this.#gathering.dependsOnInFlight) this.#failBatch(this.#gathering);
      if (this.#scheduled) this.#start();
    });
  }

  /** @returns whether it is on disk */
  async #commit(batch: CommitBatch): Promise<boolean> {
    const { journal, ids, names, quota, now, idsNow } = this.#options;
    const at = idsNow();
    const newNames = names.takePending();
    const kept = fingerprintsOf(batch, 'keeps');
    const forgotten = fingerprintsOf(batch, 'forgets');
    const fingerprints = [...batch.fingerprints.each(), ...kept];
    const used = quota.takePending();
    let firstSeq: number;
    try {
      firstSeq = await journal.append({
        value: batch.group.encode(journal.nextSeq, now(), journal.uuidBytes),
        count: batch.group.count,
        ...(fingerprints.length > 0 && { fingerprints: encodeFingerprints(journal.nextSeq, at, fingerprints) }),
        ...(forgotten.length > 0 && { forgotten: { at, apps: forgotten } }),
        erased: batch.checkpoints.flatMap(({ erased = [] }) => erased),
        names: newNames,
        takenFromRejected: batch.takenFromRejected,
        formerPositions: batch.formerPositions,
        checkpoints: [...batch.checkpoints, ...used],
      });
    } catch (error) {
      names.requeue(newNames);
      quota.requeue(used);
      this.#rejectBatch(batch, error);
      return false;
    }
    for (const { app, fingerprints } of batch.fingerprints.each()) {
      for (let i = 0; i < fingerprints.length; i += 2) ids.settle(fingerprints[i]!, fingerprints[i + 1]!, at);
      this.#options.onStored(app, fingerprints);
    }
    for (const { app, fingerprints } of kept)
      for (let i = 0; i < fingerprints.length; i += 2) ids.restore(app, fingerprints[i]!, fingerprints[i + 1]!, at);
    for (const { fingerprints } of forgotten) ids.removeAll(fingerprints);
    const { group, apps } = batch;
    this.#options.onCommitted({ firstSeq, count: group.count, apps, rows: () => group.rows() });
    batch.resolve();
    return true;
  }

  #markHung(batch: CommitBatch): void {
    this.#isHung = true;
    const seconds = COMMIT_MAX_MS / 1_000;
    batch.reject(
      new SeismoError(
        'JOURNAL_UNAVAILABLE',
        `The disk has not responded for ${seconds} s, so this request may or may not be stored. If its events have a \`uuid\`, you can safely send it again.`,
      ),
    );
    this.#failBatch(this.#gathering);
  }

  /** Everything gathered fails, together with the transaction it needs or waits for. */
  #failBatch(batch: CommitBatch): void {
    this.#scheduled = false;
    this.#rejectBatch(batch, unavailable());
    renew(batch);
  }

  #rejectBatch(batch: CommitBatch, error: unknown): void {
    const { ids } = this.#options;
    for (const { fingerprints } of batch.fingerprints.each()) ids.removeAll(fingerprints);
    batch.reject(error instanceof Error ? error : new Error(String(error)));
  }
}

const unavailable = (): SeismoError =>
  new SeismoError('JOURNAL_UNAVAILABLE', 'The journal could not be written. Nothing of this request was stored.');

function newBatch(pending: CommitBatch['pending']): CommitBatch {
  const batch: CommitBatch = {
    group: new GroupWriter(),
    fingerprints: new IdFingerprintsWriter(),
    pending,
    apps: new Set(),
    takenFromRejected: [],
    formerPositions: [],
    checkpoints: [],
    dependsOnInFlight: false,
    done: Promise.resolve(),
    resolve: () => {},
    reject: () => {},
  };
  renew(batch);
  return batch;
}

const fingerprintsOf = ({ checkpoints }: CommitBatch, what: 'forgets' | 'keeps'): AppFingerprints[] =>
  checkpoints.flatMap(({ app, [what]: fingerprints }) =>
    fingerprints && fingerprints.length > 0 ? [{ app, fingerprints }] : [],
  );

function renew(batch: CommitBatch): void {
  batch.group.reset();
  batch.fingerprints.reset();
  batch.apps.clear();
  batch.takenFromRejected = [];
  batch.formerPositions = [];
  batch.checkpoints = [];
  batch.dependsOnInFlight = false;
  batch.done = new Promise((resolve, reject) => {
    batch.resolve = resolve;
    batch.reject = reject;
  });
  // Requests that joined wait for it. A batch that no one waits for must not end the process.
  batch.done.catch(() => {});
}
