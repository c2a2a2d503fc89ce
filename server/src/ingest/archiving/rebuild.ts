import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Archive, ArchivedEvent, ArchivePosition } from '../../archive/archive.ts';
import { ROW_OFFSET, ROW_VERSION, uuidToText, writeUuid } from '../../row/row.ts';
import { InsertRejected, type Store } from '../../store/store.ts';
import type { Fingerprints } from '../deduplication/fingerprints.ts';
import type { Checkpoint } from '../journal/checkpoint.ts';
import type { Journal } from '../journal/journal.ts';
import { type RestoredRow, type RestoreRules, restoredRows } from './restored-rows.ts';

export interface RebuildOptions extends RestoreRules {
  readonly archive: Archive;
  readonly store: Pick<Store, 'insert' | 'settleInserts' | 'storedRanges'>;
  readonly journal: Journal;
  readonly fingerprints: Fingerprints;
  /** Resolves when everything that earlier runs accepted is in both places, and no order waits. */
  readonly settled: (signal: AbortSignal) => Promise<void>;
  /** Writes the ids and names of a batch, and how far it has come, in one transaction. */
  readonly keep: (parts: readonly { readonly app: string; readonly checkpoint: Checkpoint }[]) => Promise<void>;
  /** Events received since then (UTC ms) are recognized when they are sent again. */
  readonly idsSince: () => number;
  /** Events of these apps are in the store. */
  readonly onRestored: (apps: ReadonlySet<string>) => void;
  readonly onFailure: (error: unknown) => void;
  /** MongoDB has so many events (an estimate), and `done` were read by an earlier run of the server. */
  readonly onBegin: (progress: { readonly events: number; readonly done: number }) => void;
  readonly onEnd: (result: { readonly events: number; readonly rejected: number }) => void;
  readonly retryMinMs?: number;
}

export interface RebuildStats {
  readonly state: 'running' | 'done';
  /** Events read so far, and an estimate of all: absent until MongoDB has counted them. */
  readonly done: number;
  readonly events?: number;
  /** Events that the engine rejected. */
  readonly rejected: number;
  readonly lastFailure?: string;
}

/** In the journal: how far it has come. No app has this name. */
export const REBUILD_KEY = ':rebuild';
interface Kept {
  readonly after?: ArchivePosition | undefined;
  readonly done: number;
  readonly rejected: number;
}

const RETRY_MIN_MS = 500;
const RETRY_MAX_MS = 10_000;
/** Encoded in one turn of the event loop. */
const ENCODED_AT_ONCE = 250;

/** Whether one was begun and has not ended. */
export const isRebuilding = (journal: Journal): boolean => keptIn(journal) !== undefined;

function keptIn(journal: Journal): Kept | undefined {
  const value = journal.checkpoint(REBUILD_KEY);
  return typeof value === 'object' && value !== null && 'done' in value ? (value as Kept) : undefined;
}

export const BEGIN: Checkpoint = { key: REBUILD_KEY, value: { done: 0, rejected: 0 } };

/**
 * Fills the engine from the archive. Each event keeps its journal and sequence number, so that what the engine already has of a batch
 * is left out, after an interruption too. What this run accepts comes from the journal alone.
 */
export class Rebuild {
  readonly #options: RebuildOptions;
  readonly #stopping = new AbortController();
  readonly #settledJournals = new Set<string>();
  #done: Promise<void> = Promise.resolve();
  #kept: Kept;
  #events: number | undefined;
  #isRunning = true;
  #lastFailure: string | undefined;

  constructor(options: RebuildOptions) {
    this.#options = options;
    this.#kept = keptIn(options.journal) ?? { done: 0, rejected: 0 };
  }

  start(): void {
    this.#done = this.#run();
  }

  get isRunning(): boolean {
    return this.#isRunning;
  }

  stats(): RebuildStats {
    return {
      state: this.#isRunning ? 'running' : 'done',
      done: this.#kept.done,
      ...(this.#events !== undefined && { events: Math.max(this.#events, this.#kept.done) }),
      rejected: this.#kept.rejected,
      ...(this.#lastFailure !== undefined && { lastFailure: this.#lastFailure }),
    };
  }

  /** The next start continues. */
  async stop(): Promise<void> {
    this.#stopping.abort(new Error('The server is stopping.'));
    await this.#done;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    for (let waitMs = this.#options.retryMinMs ?? RETRY_MIN_MS; ; waitMs = Math.min(RETRY_MAX_MS, waitMs * 2)) {
      try {
        await this.#options.archive.own(true);
        await this.#count();
        await this.#options.settled(signal);
        await this.#fill(signal);
        await this.#options.keep([{ app: '', checkpoint: { key: REBUILD_KEY, value: 0 } }]);
        this.#isRunning = false;
        this.#lastFailure = undefined;
        const { done, rejected } = this.#kept;
        if (done > 0) this.#options.onEnd({ events: done, rejected });
        return;
      } catch (error) {
        if (signal.aborted) return;
        this.#lastFailure = error instanceof Error ? error.message : String(error);
        this.#options.onFailure(error);
        await pause(waitMs, undefined, { signal }).catch(() => {});
        if (signal.aborted) return;
      }
    }
  }

  async #count(): Promise<void> {
    const isFirst = this.#events === undefined;
    const events = await this.#options.archive.count();
    this.#events = events;
    // A new server with a new database has nothing to report.
    if (isFirst && events > 0) this.#options.onBegin({ events, done: this.#kept.done });
  }

  async #fill(signal: AbortSignal): Promise<void> {
    const { archive, journal } = this.#options;
    for await (const { events, last } of archive.read(this.#kept.after, signal)) {
      const aside = this.#setAside();
      const earlier = events.filter(
        (each) => each.journal !== journal.uuid && !aside.has(`${each.journal} ${each.seq}`),
      );
      let rejected = 0;
      for (const part of partsOf(earlier)) rejected += await this.#restore(part);
      this.#kept = {
        after: last,
        done: this.#kept.done + earlier.length,
        rejected: this.#kept.rejected + rejected,
      };
      await this.#options.keep(this.#ids(earlier));
      this.#options.onRestored(new Set(earlier.map(({ event }) => event.app)));
    }
  }

  /** Rows that the engine rejected: `seismo retry` sends them again under other sequence numbers. */
  #setAside(): ReadonlySet<string> {
    const { rejectedRows } = this.#options.journal;
    if (rejectedRows.count() === 0) return new Set();
    return new Set([...rejectedRows.all()].map(({ seq, row }) => `${uuidToText(row, ROW_OFFSET.journal)} ${seq}`));
  }

  /** @param events of one journal, ascending @returns how many the engine rejected */
  async #restore(events: readonly ArchivedEvent[]): Promise<number> {
    const [first, last] = [events[0], events.at(-1)];
    if (first === undefined || last === undefined) return 0;
    const { store } = this.#options;
    const { journal } = first;
    // Of an earlier attempt, which ended with its server.
    if (!this.#settledJournals.has(journal)) await store.settleInserts(journal);
    this.#settledJournals.add(journal);
    const stored = await store.storedRanges(journal, first.seq, last.seq + 1);
    const missing = events.filter(({ seq }) => !stored.some(({ from, to }) => seq >= from && seq < to));
    const rows: RestoredRow[] = [];
    for (let at = 0; at < missing.length; at += ENCODED_AT_ONCE) {
      rows.push(...restoredRows(missing.slice(at, at + ENCODED_AT_ONCE), this.#options));
      await new Promise((resolve) => setImmediate(resolve));
    }
    return await this.#insert(journal, rows);
  }

  /** Halves what the engine rejects until single events remain. They stay in the archive alone. */
  async #insert(journal: string, rows: readonly RestoredRow[]): Promise<number> {
    const [first, last] = [rows[0], rows.at(-1)];
    if (first === undefined || last === undefined) return 0;
    const range = { journal, firstSeq: first.seq, endSeq: last.seq + 1 };
    const payload = rows.map(({ row }) => row);
    try {
      await this.#options.store.insert({
        ...range,
        rows: rows.length,
        token: randomUUID(),
        rowVersion: ROW_VERSION,
        payload,
      });
      return 0;
    } catch (error) {
      if (!(error instanceof InsertRejected)) throw error;
      if (rows.length === 1) return 1;
      const middle = Math.ceil(rows.length / 2);
      return (await this.#insert(journal, rows.slice(0, middle))) + (await this.#insert(journal, rows.slice(middle)));
    }
  }

  /** The ids of the window, by app; the last one brings how far it has come. */
  #ids(events: readonly ArchivedEvent[]): { app: string; checkpoint: Checkpoint }[] {
    const { fingerprints, idsSince } = this.#options;
    const since = idsSince();
    const byApp = new Map<string, number[]>();
    const uuid = Buffer.alloc(16);
    for (const { event } of events) {
      if (event.receivedAt < since) continue;
      writeUuid(event.uuid, uuid, 0);
      fingerprints.of(event.app, uuid, 0);
      const ids = byApp.get(event.app);
      if (ids) ids.push(fingerprints.high, fingerprints.low);
      else byApp.set(event.app, [fingerprints.high, fingerprints.low]);
    }
    const checkpoint = { key: REBUILD_KEY, value: this.#kept };
    return [
      ...[...byApp].map(([app, keeps]) => ({ app, checkpoint: { ...checkpoint, keeps } })),
      { app: '', checkpoint },
    ];
  }
}

/** Consecutive events of one journal. */
function* partsOf(events: readonly ArchivedEvent[]): Generator<ArchivedEvent[]> {
  let part: ArchivedEvent[] = [];
  for (const event of events) {
    if (part.length > 0 && part[0]!.journal !== event.journal) {
      yield part;
      part = [];
    }
    part.push(event);
  }
  if (part.length > 0) yield part;
}
