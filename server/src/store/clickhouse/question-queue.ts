import { SeismoError } from '../../model/errors.ts';
import type { Caller } from '../../model/query.ts';
import type { Connection, QueryOptions } from './connection.ts';

export interface QueueLimits {
  /** Statements that run at once, for all callers. */
  readonly runningMax: number;
  /** For one caller: less than all, so that another caller's question finds a session. */
  readonly callerRunningMax: number;
}

/** The embedded engine has three sessions for questions of any length, and one more for short ones. */
const LONG: QueueLimits = { runningMax: 3, callerRunningMax: 2 };
const SHORT: QueueLimits = { runningMax: 4, callerRunningMax: 2 };
/** The tiles of the largest dashboard, all asked at once. */
const CALLER_WAITING_MAX = 50;
const WAITING_MAX = 1_000;
/** As long as a question may take by default: an error is better than a longer wait. */
const WAIT_MAX_MS = 30_000;

interface Waiting {
  readonly caller: Caller;
  readonly start: () => void;
}

/**
 * Shares the engine among callers: when a session is free, the caller with the fewest running statements is next, and among equals the one
 * who has waited longest since their last turn. So a caller with a hundred heavy questions waits for them, and nobody else does.
 */
export class QuestionQueue {
  readonly #limits: QueueLimits;
  readonly #waitMaxMs: number;
  readonly #running = new Map<string, number>();
  /** By caller, those served longest ago first. */
  readonly #waiting = new Map<string, Waiting[]>();
  #runningTotal = 0;
  #waitingTotal = 0;

  constructor(limits: QueueLimits, waitMaxMs = WAIT_MAX_MS) {
    this.#limits = limits;
    this.#waitMaxMs = waitMaxMs;
  }

  /**
   * Resolves when it is the caller's turn, with a function that ends the turn.
   * @throws QUERY_TOO_MANY, QUERY_WAITED_TOO_LONG, SERVER_BUSY, or the reason of the signal
   */
  async turn(caller: Caller, signal: AbortSignal | undefined): Promise<() => void> {
    signal?.throwIfAborted();
    if (!this.#waiting.has(caller.name) && this.#mayRun(caller)) this.#begin(caller);
    else await this.#wait(caller, signal);
    let isOver = false;
    return () => {
      if (isOver) return;
      isOver = true;
      this.#end(caller);
    };
  }

  #wait(caller: Caller, signal: AbortSignal | undefined): Promise<void> {
    const own = this.#waiting.get(caller.name) ?? [];
    if (own.length >= CALLER_WAITING_MAX)
      throw new SeismoError(
        'QUERY_TOO_MANY',
        `${CALLER_WAITING_MAX} queries of this user or key are already waiting. Try again when some are done.`,
      );
    if (this.#waitingTotal >= WAITING_MAX) throw new SeismoError('SERVER_BUSY', 'Too many queries are waiting.');
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', onAbort);
      };
      const waiting: Waiting = {
        caller,
        start: () => {
          leave();
          resolve();
        },
      };
      const giveUp = (error: unknown): void => {
        leave();
        this.#remove(waiting);
        reject(error);
      };
      const onAbort = (): void => giveUp(signal?.reason);
      const timer = setTimeout(
        () =>
          giveUp(
            new SeismoError(
              'QUERY_WAITED_TOO_LONG',
              `The query waited ${this.#waitMaxMs / 1_000} s behind others and was not started.`,
            ),
          ),
        this.#waitMaxMs,
      );
      signal?.addEventListener('abort', onAbort, { once: true });
      this.#waiting.set(caller.name, [...own, waiting]);
      this.#waitingTotal++;
    });
  }

  #mayRun({ name, runningMax }: Caller): boolean {
    const most = Math.min(runningMax ?? Number.POSITIVE_INFINITY, this.#limits.callerRunningMax);
    return this.#runningTotal < this.#limits.runningMax && (this.#running.get(name) ?? 0) < most;
  }

  #begin({ name }: Caller): void {
    this.#runningTotal++;
    this.#running.set(name, (this.#running.get(name) ?? 0) + 1);
  }

  #end({ name }: Caller): void {
    this.#runningTotal--;
    const left = this.#running.get(name)! - 1;
    if (left > 0) this.#running.set(name, left);
    else this.#running.delete(name);
    for (let next = this.#next(); next !== undefined; next = this.#next()) {
      this.#remove(next);
      // Behind all others, for the next turn.
      const rest = this.#waiting.get(next.caller.name);
      if (rest !== undefined) {
        this.#waiting.delete(next.caller.name);
        this.#waiting.set(next.caller.name, rest);
      }
      this.#begin(next.caller);
      next.start();
    }
  }

  #next(): Waiting | undefined {
    let found: Waiting | undefined;
    let fewest = Number.POSITIVE_INFINITY;
    for (const [name, [first]] of this.#waiting) {
      const running = this.#running.get(name) ?? 0;
      if (first === undefined || running >= fewest || !this.#mayRun(first.caller)) continue;
      found = first;
      fewest = running;
    }
    return found;
  }

  #remove(waiting: Waiting): void {
    const { name } = waiting.caller;
    const own = this.#waiting.get(name) ?? [];
    const rest = own.filter((each) => each !== waiting);
    this.#waitingTotal -= own.length - rest.length;
    if (rest.length > 0) this.#waiting.set(name, rest);
    else this.#waiting.delete(name);
  }
}

/** A connection whose statements wait for their caller's turn. Those without a caller are the server's own and do not wait. */
export function fairly(connection: Connection): Connection {
  const long = new QuestionQueue(LONG);
  const short = new QuestionQueue(SHORT);
  async function begin(asked: QueryOptions | undefined): Promise<{ asked: QueryOptions; end(): void }> {
    if (asked?.caller === undefined) return { asked: asked ?? {}, end() {} };
    const queue = asked.settings?.['priority'] === 1 ? short : long;
    const giveBack = await queue.turn(asked.caller, asked.signal);
    // An abandoned statement occupies its session until the engine has stopped it.
    let stopped: Promise<void> | undefined;
    const onStopping = (stopping: Promise<void>): void => {
      stopped = stopping;
    };
    return {
      asked: { ...asked, onStopping },
      end() {
        if (stopped === undefined) giveBack();
        else void stopped.finally(giveBack);
      },
    };
  }
  async function once<T>(given: QueryOptions | undefined, work: (asked: QueryOptions) => Promise<T>): Promise<T> {
    const { asked, end } = await begin(given);
    try {
      return await work(asked);
    } finally {
      end();
    }
  }
  async function* each<T>(
    given: QueryOptions | undefined,
    work: (asked: QueryOptions) => AsyncIterable<T>,
  ): AsyncGenerator<T> {
    const { asked, end } = await begin(given);
    try {
      yield* work(asked);
    } finally {
      end();
    }
  }
  return {
    ...connection,
    query: (sql, params, given) => once(given, (asked) => connection.query(sql, params, asked)),
    table: (sql, params, given) => once(given, (asked) => connection.table(sql, params, asked)),
    stream: (sql, params, given) => each(given, (asked) => connection.stream(sql, params, asked)),
    bytes: (sql, params, given) => each(given, (asked) => connection.bytes(sql, params, asked)),
  };
}
