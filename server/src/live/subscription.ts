import { setTimeout as pause } from 'node:timers/promises';
import { SeismoError } from '../model/errors.ts';
import { eventToJson, type StoredEvent } from '../model/event.ts';
import { dataOf, type MatchBudget, MatchTooCostly, matchesFilters } from '../model/filter-match.ts';
import type { Filter, JsonValue } from '../model/query.ts';
import type { Connection } from './connection.ts';
import { sseMessage } from './sse-message.ts';

/** An accepted event, encoded once for all subscriptions. */
export class LiveMessage {
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

  /** @returns undefined when finding out would cost too much in memory */
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
    this.#text ??= sseMessage(this.#id, undefined, eventToJson(this.#event));
    return this.#text;
  }
}

/** What a subscription needs from create-live.ts. */
export interface SubscriptionSource {
  /** The sequence number after the last one that was sent. */
  readonly endSeq: number;
  readonly bufferMaxBytes: number;
  /** For the regular expressions of all subscriptions. */
  readonly budget: MatchBudget;
  idOf(seq: number): string;
  /** Resolves when the store holds what was sent of the app. */
  catchUp(app: string, signal: AbortSignal): Promise<void>;
  /** How many match in `[fromSeq, toSeq)`; undefined: more than are sent afterwards. */
  count(app: string, filters: readonly Filter[], fromSeq: number, toSeq: number): Promise<number | undefined>;
  /** By sequence number, in pages. */
  read(app: string, filters: readonly Filter[], fromSeq: number, toSeq: number): AsyncIterable<readonly LiveMessage[]>;
  onFailure(error: unknown): void;
}

const RETRY_MS = 1_000;

/**
 * One subscriber of an app's events. It gets them live, as long as it keeps up; when it falls behind, or comes back, it reads from the
 * store until it has caught up. What comes meanwhile waits, bounded; when that is too much, another round is read.
 */
export class Subscription {
  readonly #connection: Connection;
  readonly #filters: readonly Filter[];
  readonly #source: SubscriptionSource;
  /** All sequence numbers below were sent, or do not match. */
  #nextSeq: number;
  #isLive = true;
  /** What came since the reading began; undefined: too much, or none of it may be sent. */
  #queue: string[] | undefined;
  #queuedBytes = 0;
  #queuedTo = 0;

  /** @param fromSeq the first sequence number to be sent; absent: from now on */
  constructor(
    connection: Connection,
    filters: readonly Filter[],
    source: SubscriptionSource,
    fromSeq: number | undefined,
  ) {
    this.#connection = connection;
    this.#filters = filters;
    this.#source = source;
    this.#nextSeq = fromSeq ?? source.endSeq;
    if (this.#nextSeq < source.endSeq) this.fallBehind();
  }

  get app(): string {
    return this.#connection.app;
  }

  /** Where a new connection would go on. */
  get id(): string {
    // What came since, of other apps, need not be looked at again.
    if (this.#isLive) this.#nextSeq = this.#source.endSeq;
    return this.#source.idOf(this.#nextSeq - 1);
  }

  offer(message: LiveMessage): void {
    if (message.seq < this.#nextSeq) return;
    // While it reads from the store and may queue nothing, the store finds out.
    if (!this.#isLive && this.#queue === undefined) return;
    const isWanted = message.matches(this.#filters, this.#source.budget);
    if (isWanted === undefined) {
      this.fallBehind();
      return;
    }
    if (this.#isLive) {
      if (isWanted && this.#connection.isFull) {
        this.fallBehind();
        return;
      }
      if (isWanted) this.#connection.write(message.text);
      this.#nextSeq = message.seq + 1;
      return;
    }
    if (this.#queue === undefined) return;
    this.#queuedTo = message.seq + 1;
    if (!isWanted) return;
    this.#queue.push(message.text);
    this.#queuedBytes += message.text.length;
    if (this.#queuedBytes > this.#source.bufferMaxBytes) this.#queue = undefined;
  }

  /** From here on it reads from the store: what comes now is too much at once. */
  fallBehind(): void {
    this.#queue = undefined;
    if (!this.#isLive) return;
    this.#isLive = false;
    this.#catchUp().catch((error: unknown) => {
      if (!this.#connection.isClosed) this.#source.onFailure(error);
      this.#connection.drop();
    });
  }

  /** What waits may no longer be sent. */
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
      const queue = this.#queue as string[] | undefined;
      if (queue === undefined || this.#connection.isClosed) continue;
      this.#queue = undefined;
      for (const text of queue) this.#connection.write(text);
      this.#nextSeq = this.#queuedTo;
      this.#isLive = true;
      return;
    }
  }

  /** As long as the store is away, the subscriber waits. */
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
          this.#connection.write(message.text);
          this.#nextSeq = message.seq + 1;
        }
    this.#nextSeq = Math.max(this.#nextSeq, toSeq);
  }

  /** What lies between is not sent: the subscriber must know. */
  sendGap(detail: string, toSeq: number): void {
    this.#connection.write(sseMessage(this.#source.idOf(toSeq - 1), 'gap', JSON.stringify({ detail })));
    this.#nextSeq = toSeq;
  }
}
