import { setTimeout as pause } from 'node:timers/promises';
import { DAY_MS } from '../../model/duration.ts';
import type { Connection } from './connection.ts';
import {
  addColumns,
  areEverywhere,
  computeColumns,
  dropColumns,
  everywhere,
  type Hot,
  sampleOf,
  stopComputing,
  storedColumns,
  writeNote,
} from './hot-columns.ts';
import { HOT_COLUMNS, type HotColumn, type HotColumnsOf, NO_HOT_COLUMNS } from './property-sql.ts';

export interface HotLogger {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

/** A property asked for so often is worth columns of its own. */
const ASKS = 3;
/** A column's name holds the key in hexadecimal, and names of files are bounded. */
const KEY_MAX_BYTES = 60;
/** Keys whose queries are counted; beyond it counting starts again. */
const ASKED_MAX = 10_000;
/** Columns that no question has read for so long are given back. */
const UNUSED_MS = 30 * DAY_MS;
const TIDY_EVERY_MS = 60 * 60_000;
/** Of a property that no event of the app has, the next look is so much later. */
const MISSING_MS = 60 * 60_000;
const IN_USE_AGAIN_MS = 50;
/**
 * Columns are computed when no question has run for so long, and no longer than until one comes: beside it, they would make it take half as
 * long again. After so long they are computed all the same.
 */
const QUIET_MS = 2_000;
const QUIET_WAIT_MAX_MS = 10 * 60_000;

export interface HotOptions {
  readonly max: number;
  readonly logger?: HotLogger | undefined;
  /** UTC ms */
  readonly now?: () => number;
  readonly quietMs?: number;
}

/**
 * Properties that are asked for often become columns of their own, in the background, without anybody declaring them: a
 * 30-day breakdown over 20 million events then takes half the time, since a map is not taken apart for each row. The
 * columns are computed from the maps (MATERIALIZED), so inserts and rows stay as they are. Questions read them once every part
 * has them: from a part without, they would take three to nine times as long as from the maps.
 *
 * The table is that of all apps, so the columns are shared among them: when none is free, the app that has most gives one up to an
 * app that has two fewer.
 */
export class HotProperties {
  readonly #connection: Connection;
  readonly #max: number;
  readonly #logger: HotLogger | undefined;
  readonly #now: () => number;
  readonly #quietMs: number;
  #questions = 0;
  #lastQuestionMs = 0;
  /** Ends when a question comes, where columns are being computed that give way to it. */
  #computing: AbortController | undefined;
  /** Those whose columns are being made are not `ready`. */
  readonly #hot = new Map<string, Hot>();
  readonly #ready = new Set<string>();
  /** By app and key. */
  readonly #asks = new Map<string, number>();
  readonly #missing = new Map<string, number>();
  readonly #usedAt = new Map<string, number>();
  /** How many questions that run read the columns. */
  readonly #reading = new Map<string, number>();
  readonly #stopped = new AbortController();
  #making: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;

  constructor(connection: Connection, { max, logger, now = Date.now, quietMs = QUIET_MS }: HotOptions) {
    this.#connection = connection;
    this.#max = max;
    this.#logger = logger;
    this.#now = now;
    this.#quietMs = quietMs;
  }

  /** Reads which there are, and goes on with what an earlier server had begun. */
  async load(): Promise<void> {
    for (const { key, columns, note } of await storedColumns(this.#connection)) {
      const areComplete = HOT_COLUMNS.every((column) => column === 'typed' || columns.includes(column));
      if (note === undefined || !areComplete) {
        // Of an older version, or begun and not all there.
        this.#inTurn(() => dropColumns(this.#connection, key, columns));
        continue;
      }
      const hot = { key, columns, ...note };
      this.#hot.set(key, hot);
      this.#usedAt.set(key, note.usedAt);
      if (await areEverywhere(this.#connection, key, columns)) this.#ready.add(key);
      else this.#inTurn(() => this.#resume(hot));
    }
    if (this.#max === 0) return;
    clearInterval(this.#timer);
    this.#timer = setInterval(() => this.tidy(), TIDY_EVERY_MS);
    this.#timer.unref();
  }

  /**
   * Runs a question of an app. Each property that it asks for is counted once, and the columns that it reads are kept until it ends.
   * @param question gets which columns properties have; it may ask at any time, and always hears the same
   */
  async reading<T>(app: string, question: (hotColumnsOf: HotColumnsOf) => Promise<T>): Promise<T> {
    if (this.#max === 0) return await question(NO_HOT_COLUMNS);
    const found = new Map<string, readonly HotColumn[] | undefined>();
    this.#questions++;
    this.#computing?.abort();
    try {
      return await question((key) => {
        if (!found.has(key)) found.set(key, this.#startReading(app, key));
        return found.get(key);
      });
    } finally {
      for (const [key, columns] of found) if (columns) this.#reading.set(key, this.#reading.get(key)! - 1);
      this.#questions--;
      this.#lastQuestionMs = performance.now();
    }
  }

  /** Gives back what was not read for long, and notes down what was. */
  tidy(): void {
    for (const hot of this.#hot.values()) {
      const usedAt = this.#usedAt.get(hot.key) ?? hot.usedAt;
      if (usedAt < this.#now() - UNUSED_MS) this.#inTurn(() => this.#giveBack(hot));
      else if (!this.#ready.has(hot.key)) this.#inTurn(() => this.#resume(hot));
      else if (usedAt > hot.usedAt + DAY_MS) this.#inTurn(() => this.#note({ ...hot, usedAt }));
    }
  }

  /** No more columns are made; the connection is about to close. */
  stop(): void {
    this.#stopped.abort(new Error('The store is closing.'));
    clearInterval(this.#timer);
  }

  /** Resolves when no columns are being made. */
  async settled(): Promise<void> {
    for (let last: Promise<void> | undefined; last !== this.#making; ) {
      last = this.#making;
      await last;
    }
  }

  #startReading(app: string, key: string): readonly HotColumn[] | undefined {
    this.#countAsk(app, key);
    if (!this.#ready.has(key)) return undefined;
    this.#reading.set(key, (this.#reading.get(key) ?? 0) + 1);
    return this.#hot.get(key)!.columns;
  }

  #countAsk(app: string, key: string): void {
    if (this.#hot.has(key)) {
      this.#usedAt.set(key, this.#now());
      return;
    }
    const id = `${app} ${key}`;
    if (Buffer.byteLength(key) > KEY_MAX_BYTES || this.#now() < (this.#missing.get(id) ?? 0)) return;
    const asks = (this.#asks.get(id) ?? 0) + 1;
    if (this.#asks.size >= ASKED_MAX) this.#asks.clear();
    if (asks < ASKS) {
      this.#asks.set(id, asks);
      return;
    }
    this.#asks.delete(id);
    this.#inTurn(() => this.#make(app, key));
  }

  /** One change after the other: each of them passes over every part. */
  #inTurn(work: () => Promise<void>): void {
    this.#making = this.#making
      .then(() => (this.#stopped.signal.aborted ? undefined : work()))
      .catch((error: unknown) => {
        // Questions go on from the maps.
        if (!this.#stopped.signal.aborted)
          this.#logger?.warn({ err: error }, 'columns of a property asked for often were not changed');
      });
  }

  async #make(app: string, key: string): Promise<void> {
    if (this.#hot.has(key)) return;
    const { exists, isFew } = await sampleOf(this.#connection, app, key);
    if (!exists || !(await this.#makeRoom(app))) {
      if (this.#missing.size >= ASKED_MAX) this.#missing.clear();
      this.#missing.set(`${app} ${key}`, this.#now() + MISSING_MS);
      return;
    }
    await this.#quiet(performance.now() + QUIET_WAIT_MAX_MS);
    const note = { app, usedAt: this.#now() };
    const hot = { key, columns: await addColumns(this.#connection, key, isFew, note), ...note };
    this.#hot.set(key, hot);
    this.#usedAt.set(key, hot.usedAt);
    await this.#compute(hot);
    this.#logger?.info({ property: key, app }, 'a property asked for often has columns of its own');
  }

  /** What was begun and is not everywhere: the engine, or the server, ended meanwhile. */
  async #resume(hot: Hot): Promise<void> {
    if (!this.#ready.has(hot.key) && this.#hot.has(hot.key)) await this.#compute(hot);
  }

  /** Has the engine compute the columns where they are missing; stops it when a question comes, and goes on when none has run for a while. */
  async #compute({ key, columns }: Hot): Promise<void> {
    const latest = performance.now() + QUIET_WAIT_MAX_MS;
    for (;;) {
      await this.#quiet(latest);
      const computing = new AbortController();
      if (performance.now() < latest) this.#computing = computing;
      try {
        await computeColumns(this.#connection, key, columns);
        await everywhere(this.#connection, key, columns, AbortSignal.any([this.#stopped.signal, computing.signal]));
        this.#ready.add(key);
        return;
      } catch (error) {
        if (this.#stopped.signal.aborted || !computing.signal.aborted) throw error;
        await stopComputing(this.#connection, key);
      } finally {
        this.#computing = undefined;
      }
    }
  }

  /** Resolves when no question has run for a while, at the latest at that time. */
  async #quiet(latest: number): Promise<void> {
    for (let now = performance.now(); now < latest; now = performance.now()) {
      const left = this.#lastQuestionMs + this.#quietMs - now;
      if (this.#questions === 0 && left <= 0) return;
      await pause(Math.max(left, IN_USE_AGAIN_MS), undefined, { signal: this.#stopped.signal, ref: false });
    }
  }

  /** @returns whether there is a place for one more of the app's */
  async #makeRoom(app: string): Promise<boolean> {
    if (this.#hot.size < this.#max) return true;
    const byApp = new Map<string, Hot[]>();
    for (const hot of this.#hot.values()) byApp.set(hot.app, [...(byApp.get(hot.app) ?? []), hot]);
    const most = [...byApp.values()].reduce((found, each) => (each.length > found.length ? each : found), []);
    if (most.length < (byApp.get(app)?.length ?? 0) + 2) return false;
    const usedAtOf = ({ key }: Hot): number => this.#usedAt.get(key) ?? 0;
    await this.#giveBack(most.reduce((least, each) => (usedAtOf(each) < usedAtOf(least) ? each : least)));
    return true;
  }

  async #giveBack({ key, columns, app }: Hot): Promise<void> {
    this.#ready.delete(key);
    // From now on questions read the maps; those that run have the columns still.
    while ((this.#reading.get(key) ?? 0) > 0)
      await pause(IN_USE_AGAIN_MS, undefined, { signal: this.#stopped.signal, ref: false });
    await dropColumns(this.#connection, key, columns);
    this.#hot.delete(key);
    this.#reading.delete(key);
    this.#logger?.info({ property: key, app }, 'the columns of a property were given back');
  }

  async #note(hot: Hot): Promise<void> {
    await writeNote(this.#connection, hot.key, hot);
    if (this.#hot.has(hot.key)) this.#hot.set(hot.key, hot);
  }
}
