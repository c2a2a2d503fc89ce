import { setTimeout as pause } from 'node:timers/promises';
import { SeismoError } from '../model/errors.ts';
import { eventToJson, type StoredEvent } from '../model/event.ts';
import { dataOf, type MatchBudget, MatchTooCostly, matchesFilters } from '../model/filter-match.ts';
import type { Filter, JsonValue } from '../model/query.ts';
import { message } from './message.ts';
import type { Reader } from './reader.ts';

/** An event that was accepted, made ready once for all who follow. */
export class Told {
  readonly seq: number;
  readonly #event: StoredEvent;
  readonly #id: string;
  #data: JsonValue | undefined;
  #text: string | undefined;

  constructor(seq: number, id: string, event: StoredEvent) {
    this.seq = seq;
    this.#id = id;
    this.#event = event;
  }

  /** @returns undefined when finding out would cost too much here */
  matches(filters: readonly Filter[], budget: MatchBudget): boolean | undefined {
    if (filters.length === 0) return true;
    this.#data ??= dataOf(this.#event);
    try {
      return matchesFilters(this.#event, this.#data, filters, budget);
    } catch (error) {
      if (error instanceof MatchTooCostly) return undefined;
      throw error;
    }
  }

  get text(): string {
    this.#text ??= message(this.#id, undefined, eventToJson(this.#event));
    return this.#text;
  }
}

/** What a follower asks of the hub. */
export interface Source {
  /** The place after the last one that was told. */
  readonly endSeq: number;
  readonly bufferMaxBytes: number;
  /** For the regular expressions of all who follow. */
  readonly budget: MatchBudget;
  idOf(seq: number): string;
  /** Resolves when the store holds what was told of the app. */
  catchUp(app: string, signal: AbortSignal): Promise<void>;
  /** How many match in `[fromSeq, toSeq)`; undefined: more than are told afterwards. */
  count(app: string, filters: readonly Filter[], fromSeq: number, toSeq: number): Promise<number | undefined>;
  /** In order of their places, in pages. */
  read(app: string, filters: readonly Filter[], fromSeq: number, toSeq: number): AsyncIterable<readonly Told[]>;
  onFailure(error: unknown): void;
}

const RETRY_MS = 1_000;

/**
 * One who follows. It is told live, as long as it takes what it is told; when it falls behind, or comes back, it reads from the
 * store until it has caught up. What comes meanwhile waits, bounded; when that is too much, another round is read.
 */
export class Follower {
  readonly #reader: Reader;
  readonly #filters: readonly Filter[];
  readonly #source: Source;
  /** All places below were told, or do not match. */
  #nextSeq: number;
  #isLive = true;
  /** What came since the reading began; undefined: too much, or none of it may be told. */
  #queue: string[] | undefined;
  #queuedBytes = 0;
  #queuedTo = 0;

  /** @param fromSeq the first place to be told; absent: from now on */
  constructor(reader: Reader, filters: readonly Filter[], source: Source, fromSeq: number | undefined) {
    this.#reader = reader;
    this.#filters = filters;
    this.#source = source;
    this.#nextSeq = fromSeq ?? source.endSeq;
    if (this.#nextSeq < source.endSeq) this.fallBehind();
  }

  get app(): string {
    return this.#reader.app;
  }

  /** Where the reader would go on. */
  get id(): string {
    // What was told since, of other apps, needs not be looked at again.
    if (this.#isLive) this.#nextSeq = this.#source.endSeq;
    return this.#source.idOf(this.#nextSeq - 1);
  }

  offer(told: Told): void {
    if (told.seq < this.#nextSeq) return;
    // While it reads from the store and may queue nothing, the store finds out.
    if (!this.#isLive && this.#queue === undefined) return;
    const isWanted = told.matches(this.#filters, this.#source.budget);
    if (isWanted === undefined) {
      this.fallBehind();
      return;
    }
    if (this.#isLive) {
      if (isWanted && this.#reader.isFull) {
        this.fallBehind();
        return;
      }
      if (isWanted) this.#reader.write(told.text);
      this.#nextSeq = told.seq + 1;
      return;
    }
    if (this.#queue === undefined) return;
    this.#queuedTo = told.seq + 1;
    if (!isWanted) return;
    this.#queue.push(told.text);
    this.#queuedBytes += told.text.length;
    if (this.#queuedBytes > this.#source.bufferMaxBytes) this.#queue = undefined;
  }

  /** From here on it reads from the store: what comes now is too much at once. */
  fallBehind(): void {
    this.#queue = undefined;
    if (!this.#isLive) return;
    this.#isLive = false;
    this.#catchUp().catch((error: unknown) => {
      if (!this.#reader.isOver) this.#source.onFailure(error);
      this.#reader.drop();
    });
  }

  /** What waits may not be told any more. */
  forget(): void {
    this.#queue = undefined;
  }

  async #catchUp(): Promise<void> {
    while (!this.#reader.isOver) {
      await this.#reader.drained();
      const toSeq = this.#source.endSeq;
      this.#queue = [];
      this.#queuedBytes = 0;
      this.#queuedTo = toSeq;
      await this.#untilStored();
      await this.#tellUpTo(toSeq);
      const queue = this.#queue as string[] | undefined;
      if (queue === undefined || this.#reader.isOver) continue;
      this.#queue = undefined;
      for (const text of queue) this.#reader.write(text);
      this.#nextSeq = this.#queuedTo;
      this.#isLive = true;
      return;
    }
  }

  /** As long as the store is away, the reader waits. */
  async #untilStored(): Promise<void> {
    const { signal } = this.#reader.over;
    while (!this.#reader.isOver)
      try {
        await this.#source.catchUp(this.app, signal);
        return;
      } catch (error) {
        if (this.#reader.isOver) return;
        if (!(error instanceof SeismoError) || error.entry.kind !== 'machine') throw error;
        await pause(RETRY_MS, undefined, { signal }).catch(() => {});
      }
  }

  async #tellUpTo(toSeq: number): Promise<void> {
    if (this.#reader.isOver) return;
    const missed = await this.#source.count(this.app, this.#filters, this.#nextSeq, toSeq);
    if (missed === undefined) this.tellGap('More came since then than is told afterwards.', toSeq);
    else if (missed > 0)
      for await (const page of this.#source.read(this.app, this.#filters, this.#nextSeq, toSeq))
        for (const told of page) {
          if (this.#reader.isFull) await this.#reader.drained();
          if (this.#reader.isOver) return;
          this.#reader.write(told.text);
          this.#nextSeq = told.seq + 1;
        }
    this.#nextSeq = Math.max(this.#nextSeq, toSeq);
  }

  /** What lies between is not told: the reader must know. */
  tellGap(detail: string, toSeq: number): void {
    this.#reader.write(message(this.#source.idOf(toSeq - 1), 'gap', JSON.stringify({ detail })));
    this.#nextSeq = toSeq;
  }
}
