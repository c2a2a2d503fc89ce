import { hash } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Archive, ArchivePosition, ArchiveRow } from '../../archive/archive.ts';
import { DAY_MS } from '../../model/duration.ts';
import type { StoredEvent } from '../../model/event.ts';
import type { MoveStatus } from '../../model/move.ts';
import { MovedApps } from '../../model/moved-apps.ts';
import { decodeRow, ROW_OFFSET, rowEnd, uuidToText } from '../../row/row.ts';
import type { CopyStore, SeqsOf, Span } from '../../store/copy-store.ts';
import type { ArchiveQueue } from '../journal/archive-queue.ts';
import { insertInChunks } from './insert-in-chunks.ts';

export interface BackfillOptions {
  readonly archive: Pick<Archive, 'insert' | 'execute' | 'range'>;
  readonly queue: Pick<ArchiveQueue, 'rejected' | 'keepRejected' | 'isMissingEvents' | 'foundComplete'>;
  /** The run of the server. */
  readonly journal: string;
  /**
   * Resolves with a sequence number when everything before it is in both places or rejected, and no order waits. What comes after reaches the
   * archive through the journal.
   */
  readonly settled: (signal: AbortSignal) => Promise<number>;
  readonly onBegin: (events: number) => void;
  readonly onEnd: (result: { readonly events: number; readonly copied: number }) => void;
  readonly onFailure: (error: unknown, isFinal: boolean) => void;
  readonly retryMinMs?: number;
}

export interface BackfillSource {
  /** For people, without the password. */
  readonly to: string;
  readonly copy: Pick<CopyStore, 'spans' | 'readSpan'>;
  /** From when it resolves until the function is called that it resolves with, no events are being erased. */
  readonly holdErasures: (signal: AbortSignal) => Promise<() => void>;
}

/** Compared at once: two lists of this many events. */
const RANGE_SEQS = 4_096;
const RANGE_MIN_SEQS = 16;
const RANGE_BYTES = 16 * 1024 * 1024;
const ATTEMPTS_MAX = 2;
const DECODED_AT_ONCE = 250;
const RETRY_MIN_MS = 500;
const RETRY_MAX_MS = 10_000;
const NOTHING: MoveStatus = { state: 'none', events: 0, done: 0, copied: 0, removed: 0, passes: 0 };

/** Trying again does not help. */
class BackfillFailed extends Error {}

interface HashedRow extends ArchiveRow {
  readonly event: StoredEvent;
  readonly hash: bigint;
}

/**
 * Copies the events that the store has and the archive lacks: those from before the setting `archive`, for example. Range by range of sequence
 * numbers, it compares each event, adds what is missing and compares again. So an interrupted attempt needs no memory of how far it was.
 *
 * Erasures wait while a range is read and copied: an erased event that is still in the store would be added again after the order that removes it.
 * What the archive alone has is left there: it may be what the store has lost.
 */
export class Backfill {
  readonly #options: BackfillOptions;
  #source: BackfillSource | undefined;
  #stopping = new AbortController();
  #running: Promise<void> | undefined;
  #status = NOTHING;

  constructor(options: BackfillOptions) {
    this.#options = options;
  }

  /** Begins if the archive may lack events. */
  begin(source: BackfillSource): void {
    this.#source = source;
    if (this.#options.queue.isMissingEvents) this.start();
  }

  /** Compares, and copies what is missing; if it is running already, it just goes on. */
  start(): MoveStatus {
    const source = this.#source;
    if (source === undefined || this.#running !== undefined) return this.#status;
    this.#stopping = new AbortController();
    this.#status = { ...NOTHING, state: 'copying', to: source.to };
    this.#running = this.#run(source, this.#stopping.signal).finally(() => {
      this.#running = undefined;
    });
    return this.#status;
  }

  status(): MoveStatus {
    return this.#status;
  }

  /** The next start goes on. */
  async stop(): Promise<void> {
    this.#stopping.abort(new Error('The copy to MongoDB was stopped.'));
    await this.#running;
  }

  async #run(source: BackfillSource, signal: AbortSignal): Promise<void> {
    for (let waitMs = this.#options.retryMinMs ?? RETRY_MIN_MS; ; waitMs = Math.min(RETRY_MAX_MS, waitMs * 2)) {
      try {
        const apps = await this.#fill(source, signal);
        await this.#options.queue.foundComplete();
        const { error: _, ...rest } = this.#status;
        this.#status = { ...rest, state: 'done', passes: 1, apps };
        // A new server with a new database has nothing to report.
        if (rest.events > 0) this.#options.onEnd({ events: rest.done, copied: rest.copied });
        return;
      } catch (error) {
        const { error: _, ...rest } = this.#status;
        if (signal.aborted) {
          this.#status = { ...rest, state: 'cancelled' };
          return;
        }
        const isFinal = error instanceof BackfillFailed;
        this.#options.onFailure(error, isFinal);
        const text = error instanceof Error ? error.message : String(error);
        this.#status = { ...rest, state: isFinal ? 'failed' : 'copying', error: text };
        if (isFinal) return;
        await pause(waitMs, undefined, { signal }).catch(() => {});
      }
    }
  }

  async #fill({ copy, holdErasures }: BackfillSource, signal: AbortSignal) {
    const endSeq = await this.#options.settled(signal);
    const spans = await copy.spans(RANGE_SEQS, signal);
    const events = spans.reduce((sum, span) => sum + span.events, 0);
    const isFirst = this.#status.events === 0;
    this.#status = { ...this.#status, events, done: 0 };
    if (isFirst && events > 0) this.#options.onBegin(events);
    const apps = new MovedApps();
    for (const span of spans)
      for (const range of rangesOf(this.#earlier(span, endSeq))) {
        const rows = await this.#range(copy, holdErasures, range, signal);
        for (const { event, hash } of rows) apps.add(event.app, Math.floor(event.timestamp / DAY_MS), 1, hash);
        const { error: _, ...rest } = this.#status;
        this.#status = { ...rest, done: rest.done + rows.length };
      }
    return apps.all();
  }

  /** The rest comes through the journal. */
  #earlier(span: Span, endSeq: number): Span {
    return span.journal === this.#options.journal ? { ...span, toSeq: Math.min(span.toSeq, endSeq) } : span;
  }

  /** @returns the events, which both have */
  async #range(
    copy: BackfillSource['copy'],
    holdErasures: BackfillSource['holdErasures'],
    range: SeqsOf,
    signal: AbortSignal,
  ): Promise<readonly HashedRow[]> {
    const { archive, queue } = this.#options;
    for (let attempt = 0; ; attempt++) {
      const release = await holdErasures(signal);
      try {
        const here = await hashedRows(await copy.readSpan(range, signal));
        const there = new Map(
          (await archive.range(range, signal)).map(({ seq, event }) => [seq, hashOf(event)] as const),
        );
        const rejected = new Set([...queue.rejected()].map(({ seq, row }) => `${journalOf(row)} ${seq}`));
        const wanted = here.filter(({ journal, seq }) => !rejected.has(`${journal} ${seq}`));
        const differing = wanted.filter(({ seq, hash }) => there.get(seq) !== hash);
        const first = differing[0];
        if (first === undefined) return wanted;
        if (attempt === ATTEMPTS_MAX) throw notTheSame(first);
        signal.throwIfAborted();
        // A document that cannot be read is there, too, although it was not found.
        const replaced = attempt > 0 ? differing : differing.filter(({ seq }) => there.has(seq));
        if (replaced.length > 0) await archive.execute({ kind: 'remove', positions: replaced.map(positionOf) }, signal);
        const refused = await insertInChunks(archive, differing);
        await queue.keepRejected(refused);
        this.#status = { ...this.#status, copied: this.#status.copied + differing.length - refused.length };
      } finally {
        release();
      }
    }
  }
}

/** Smaller ranges where events are large. */
function* rangesOf({ journal, fromSeq, toSeq, bytes }: Span): Generator<SeqsOf> {
  const parts = 2 ** Math.ceil(Math.log2(Math.max(1, bytes / RANGE_BYTES)));
  const width = Math.max(RANGE_MIN_SEQS, Math.floor(RANGE_SEQS / parts));
  for (let from = fromSeq; from < toSeq; from += width)
    yield { journal, fromSeq: from, toSeq: Math.min(toSeq, from + width) };
}

async function hashedRows(pieces: readonly Buffer[]): Promise<HashedRow[]> {
  const bytes = Buffer.concat(pieces);
  const rows: HashedRow[] = [];
  for (let start = 0; start < bytes.length; ) {
    const end = rowEnd(bytes, start);
    const event = decodeRow(bytes, start);
    const seq = Number(bytes.readBigInt64LE(start + ROW_OFFSET.seq));
    rows.push({ journal: journalOf(bytes, start), seq, bytes, start, end, event, hash: hashOf(event) });
    start = end;
    if (rows.length % DECODED_AT_ONCE === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  return rows;
}

const journalOf = (bytes: Buffer, start = 0): string => uuidToText(bytes, start + ROW_OFFSET.journal);
const positionOf = ({ journal, seq }: ArchivePosition): ArchivePosition => ({ journal, seq });

/** 64 bits of SHA-256. */
function hashOf(event: StoredEvent): bigint {
  const { uuid, app, id, timestamp, receivedAt, clientTimestamp, user, device, session, dataText } = event;
  const fields = [uuid, app, id, event.event, timestamp, receivedAt, clientTimestamp, user, device, session, dataText];
  return hash('sha256', JSON.stringify(fields), 'buffer').readBigUInt64LE(0);
}

const notTheSame = ({ event, journal, seq }: HashedRow): BackfillFailed =>
  new BackfillFailed(
    `${new Date(event.timestamp).toISOString().slice(0, 10)} of the app ${event.app} differs although it was copied again: MongoDB does not give back the event {j: UUID('${journal}'), s: ${seq}} as it was written. See whether something else changes the events there.`,
  );
