import { setTimeout as pause } from 'node:timers/promises';
import { SeismoError } from '../model/errors.ts';
import { eventToJson, type StoredEvent } from '../model/event.ts';
import { comparisonsIn, dataOf, type MatchBudget, MatchTooCostly, matchesFilters } from '../model/filter-match.ts';
import type { Filter, JsonValue } from '../model/query.ts';
import type { Connection } from './connection.ts';
import { sseMessage } from './sse-message.ts';

/** An accepted event, encoded once for all subscriptions: as bytes, which their sockets share. */
export class LiveMessage {
  readonly seq: number;
  readonly #event: StoredEvent;
  readonly #id: string;
  #data: JsonValue | undefined;
  #bytes: Buffer | undefined;

  constructor(seq: number, id: string, event: StoredEvent) {
    this.seq = seq;
    this.#id = id;
    this.#event = event;
  }

  /**
   * @param areMany the filters have so many values that their cost counts, whatever they are
   * @returns undefined if evaluating it in memory would cost too much
   */
  matches(filters: readonly Filter[], budget: MatchBudget, areMany: boolean): boolean | undefined {
    if (filters.length === 0) return true;
    this.#data ??= dataOf(this.#event);
    const data = this.#data;
    const test = (): boolean => matchesFilters(this.#event, data, filters, budget);
    try {
      return areMany ? budget.spend(0, test) : test();
    } catch (error) {
      if (error instanceof MatchTooCostly) return undefined;
      throw error;
    }
  }

  get bytes(): Buffer {
    this.#bytes ??= Buffer.from(sseMessage(this.#id, undefined, eventToJson(this.#event)));
    return this.#bytes;
  }
}

/** What a subscription needs from create-live.ts. */
export interface SubscriptionSource {
  /** The sequence number after the last one sent. */
  readonly endSeq: number;
  readonly bufferMaxBytes: number;
  /** Whether this may be sent at once: all subscriptions together have a limit for each commit. */
  spend(bytes: number): boolean;
  /** For the regular expressions of all subscriptions. */
  readonly budget: MatchBudget;
  idOf(seq: number): string;
  /** Resolves when the store has what was sent for the app. */
  catchUp(app: string, signal: AbortSignal): Promise<void>;
  /** How many match in `[fromSeq, toSeq)`. Undefined: more than are sent afterwards. */
  count(app: string, filters: readonly Filter[], fromSeq: number, toSeq: number): Promise<number | undefined>;
  /** By sequence number, in pages. */
  read(app: string, filters: readonly Filter[], fromSeq: number, toSeq: number): AsyncIterable<readonly LiveMessage[]>;
  onFailure(error: unknown): void;
}

const RETRY_MS = 1_000;
/** The cost of filters that compare with more values than this counts as a whole: 50 connections with 2,000 each took 0.3 s for 2,000 events. */
const COMPARISONS_FREE = 20;

/**
 * A subscriber of an app's events. It receives them live as long as it keeps up. If it falls behind or reconnects, it reads from the
 * store until it has caught up. New events wait in a bounded queue in the meantime; if there are too many, it reads another round.
 */
export class Subscription {
  readonly #connection: Connection;
  readonly #filters: readonly Filter[];
  readonly #areMany: boolean;
  readonly #source: SubscriptionSource;
  /** Everything below this sequence number was sent or does not match. */
  #nextSeq: number;
  #isLive = true;
  /** What arrived since reading began. Undefined: too much, or none of it can be sent. */
  #queue: Buffer[] | undefined;
  #queuedBytes = 0;
  #queuedTo = 0;

  /** @param fromSeq the first sequence number to send; absent: from now on */
  constructor(
    connection: Connection,
    filters: readonly Filter[],
    source: SubscriptionSource,
    fromSeq: number | undefined,
  ) {
    this.#connection = connection;
    this.#filters = filters;
    this.#areMany = comparisonsIn(filters) > COMPARISONS_FREE;
    this.#source = source;
    this.#nextSeq = fromSeq ?? source.endSeq;
    if (this.#nextSeq < source.endSeq) this.fallBehind();
  }

  get app(): string {
    return this.#connection.app;
  }

  /** Where a new connection would continue. */
  get id(): string {
    // Newer events of other apps need not be examined again.
    if (this.#isLive) this.#nextSeq = this.#source.endSeq;
    return this.#source.idOf(this.#nextSeq - 1);
  }

  offer(message: LiveMessage): void {
    if (message.seq < this.#nextSeq) return;
    // While it reads from the store and can't queue anything, the store decides what matches.
    if (!this.#isLive && this.#queue === undefined) return;
    const isWanted = message.matches(this.#filters, this.#source.budget, this.#areMany);
    if (isWanted === undefined) {
      this.fallBehind();
      return;
    }
    if (this.#isLive) {
      if (isWanted && (this.#connection.isFull || !this.#source.spend(message.bytes.length))) {
        this.fallBehind();
        return;
      }
      if (isWanted) this.#connection.write(message.bytes);
      this.#nextSeq = message.seq + 1;
      return;
    }
    if (this.#queue === undefined) return;
    this.#queuedTo = message.seq + 1;
    if (!isWanted) return;
    this.#queue.push(message.bytes);
    this.#queuedBytes += message.bytes.length;
    if (this.#queuedBytes > this.#source.bufferMaxBytes) this.#queue = undefined;
  }

  /** From here on it reads from the store, because too much arrives at once. */
  fallBehind(): void {
    this.#queue = undefined;
    if (!this.#isLive) return;
    this.#isLive = false;
    this.#catchUp().catch((error: unknown) => {
      if (!this.#connection.isClosed) this.#source.onFailure(error);
      this.#connection.drop();
    });
  }

  /** The queued messages can no longer be sent. */
  forget(): void {
    this.#queue = undefined;
  }

  async #catchUp(): Promise<void> {
    while (!this.#connection.isClosed) {
      await this.#connection.drained();
      const toSeq = this.#source.endSeq;
      this.#queue = [];
      this.#queuedBytes = 0;
      this.#queuedTo = toSeq;
      await this.#untilStored();
      await this.#sendUpTo(toSeq);
      const queue = this.#queue as Buffer[] | undefined;
      if (queue === undefined || this.#connection.isClosed) continue;
      this.#queue = undefined;
      for (const bytes of queue) this.#connection.write(bytes);
      this.#nextSeq = this.#queuedTo;
      this.#isLive = true;
      return;
    }
  }

  /** While the store is unavailable, the subscriber waits. */
  async #untilStored(): Promise<void> {
    const { signal } = this.#connection.closed;
    while (!this.#connection.isClosed)
      try {
        await this.#source.catchUp(this.app, signal);
        return;
      } catch (error) {
        if (this.#connection.isClosed) return;
        if (!(error instanceof SeismoError) || error.entry.kind !== 'machine') throw error;
        await pause(RETRY_MS, undefined, { signal }).catch(() => {});
      }
  }

  async #sendUpTo(toSeq: number): Promise<void> {
    if (this.#connection.isClosed) return;
    const missed = await this.#source.count(this.app, this.#filters, this.#nextSeq, toSeq);
    if (missed === undefined) this.sendGap('More events came since then than are sent afterwards.', toSeq);
    else if (missed > 0)
      for await (const page of this.#source.read(this.app, this.#filters, this.#nextSeq, toSeq))
        for (const message of page) {
          if (this.#connection.isFull) await this.#connection.drained();
          if (this.#connection.isClosed) return;
          this.#connection.write(message.bytes);
          this.#nextSeq = message.seq + 1;
        }
    this.#nextSeq = Math.max(this.#nextSeq, toSeq);
  }

  /** Events in between are not sent, and the subscriber gets a notice. */
  sendGap(detail: string, toSeq: number): void {
    this.#connection.write(sseMessage(this.#source.idOf(toSeq - 1), 'gap', JSON.stringify({ detail })));
    this.#nextSeq = toSeq;
  }
}
