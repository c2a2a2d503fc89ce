import { setTimeout as pause } from 'node:timers/promises';
import { DAY_MS } from '../../model/duration.ts';
import type { Connection } from './connection.ts';
import {
  addColumns,
  areEverywhere,
  columnOf,
  computeColumns,
  dropColumns,
  everywhere,
  type Hot,
  type HotColumn,
  isNumberOf,
  isOtherOf,
  sampleOf,
  storedColumns,
  typedOf,
  writeNote,
} from './hot-columns.ts';

export interface HotLogger {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

/** A property asked for so often is worth columns of its own. */
const ASKS = 3;
/** A column's name holds the key in hexadecimal, and names of files are bounded. */
const KEY_MAX_BYTES = 60;
/** Keys whose asks are counted; then counting begins anew. */
const ASKED_MAX = 10_000;
/** Columns that no question has read for so long are given back. */
const UNUSED_MS = 30 * DAY_MS;
const TIDY_EVERY_MS = 60 * 60_000;
/** Of a property that no event of the app has, the next look is so much later. */
const MISSING_MS = 60 * 60_000;
const IN_USE_AGAIN_MS = 50;
/** Columns are made when no question has run for so long, so that those asked one after the other are not slowed; or after so long. */
const QUIET_MS = 2_000;
const QUIET_WAIT_MAX_MS = 10 * 60_000;

/** As the builders of questions spell the app, and a property: a map, and its key as a parameter. */
const APP = /\bapp = \{(\w+):String\}/;
const PROPERTY = /\b(texts|numbers|others)\[\{(\w+):String\}\]/g;
/** The whole of an expression with its key as a parameter. */
const shapeOf = (expression: (key: string) => string): RegExp =>
  new RegExp(
    expression('{KEY:String}')
      .replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
      .replace('KEY', '(\\w+)')
      .replaceAll('KEY', '\\1'),
    'g',
  );
const TYPED = shapeOf(typedOf);
const IS_NUMBER = shapeOf(isNumberOf);
const IS_OTHER = shapeOf(isOtherOf);

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
      if (note === undefined || !columns.includes('others')) {
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

  /** A connection whose questions read hot properties from their columns. For questions straight over the table of events. */
  over(connection: Connection): Connection {
    if (this.#max === 0) return connection;
    return {
      ...connection,
      query: async (sql, params, options) => {
        const { rewritten, read } = this.#rewrite(sql, params ?? {});
        for (const key of read) this.#reading.set(key, (this.#reading.get(key) ?? 0) + 1);
        this.#questions++;
        try {
          return await connection.query(rewritten, params, options);
        } finally {
          for (const key of read) this.#reading.set(key, this.#reading.get(key)! - 1);
          this.#questions--;
          this.#lastQuestionMs = performance.now();
        }
      },
    };
  }

  /** Whether the property's typed values are a column of their own. */
  hasTyped(key: string): boolean {
    return this.#has(key, 'typed');
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

  #has(key: string, column: HotColumn): boolean {
    return this.#max > 0 && this.#ready.has(key) && this.#hot.get(key)!.columns.includes(column);
  }

  #rewrite(sql: string, params: Readonly<Record<string, unknown>>): { rewritten: string; read: ReadonlySet<string> } {
    const app = params[APP.exec(sql)?.[1] ?? ''];
    const asked = new Set<string>();
    for (const [, , name] of sql.matchAll(PROPERTY)) {
      const key = params[name!];
      if (typeof key === 'string') asked.add(key);
    }
    if (asked.size === 0) return { rewritten: sql, read: asked };
    const whole = (text: string, shape: RegExp, column: HotColumn, as: (key: string) => string): string =>
      text.replace(shape, (all, name: string) => {
        const key = params[name];
        return typeof key === 'string' && this.#has(key, column) ? as(key) : all;
      });
    const typed = whole(sql, TYPED, 'typed', (key) => columnOf('typed', key));
    const numbers = whole(
      typed,
      IS_NUMBER,
      'sort',
      (key) => `(${columnOf('numbers', key)} != 0 OR ${columnOf('sort', key)} = 2)`,
    );
    const others = whole(numbers, IS_OTHER, 'sort', (key) => `(${columnOf('sort', key)} = 1)`);
    const rewritten = others.replace(PROPERTY, (all, map: 'texts' | 'numbers' | 'others', name: string) => {
      const key = params[name];
      return typeof key === 'string' && this.#has(key, map) ? columnOf(map, key) : all;
    });
    const read = new Set([...asked].filter((key) => this.#ready.has(key)));
    if (typeof app === 'string') for (const key of asked) this.#ask(app, key);
    return { rewritten, read };
  }

  #ask(app: string, key: string): void {
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
    await this.#quiet();
    const note = { app, usedAt: this.#now() };
    const hot = { key, columns: await addColumns(this.#connection, key, isFew, note), ...note };
    this.#hot.set(key, hot);
    this.#usedAt.set(key, hot.usedAt);
    await this.#await(hot);
    this.#logger?.info({ property: key, app }, 'a property asked for often has columns of its own');
  }

  /** What was begun and is not everywhere: the engine, or the server, ended meanwhile. */
  async #resume(hot: Hot): Promise<void> {
    if (this.#ready.has(hot.key) || !this.#hot.has(hot.key)) return;
    if (!(await areEverywhere(this.#connection, hot.key, hot.columns)))
      await computeColumns(this.#connection, hot.key, hot.columns);
    await this.#await(hot);
  }

  async #quiet(): Promise<void> {
    const latest = performance.now() + QUIET_WAIT_MAX_MS;
    for (let now = performance.now(); now < latest; now = performance.now()) {
      const left = this.#lastQuestionMs + this.#quietMs - now;
      if (this.#questions === 0 && left <= 0) return;
      await pause(Math.max(left, IN_USE_AGAIN_MS), undefined, { signal: this.#stopped.signal, ref: false });
    }
  }

  async #await({ key, columns }: Hot): Promise<void> {
    await everywhere(this.#connection, key, columns, this.#stopped.signal);
    this.#ready.add(key);
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
