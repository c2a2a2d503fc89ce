import { type Answer, NO_ANSWER, verdictOf } from './answer.ts';
import type { Drop, Item, Queue } from './queue.ts';

export interface DeliveryOptions {
  readonly queue: Queue;
  readonly batchMaxEvents: number;
  readonly batchMaxBytes: number;
  /** How long an event waits for others. */
  readonly batchMaxWaitMs: number;
  readonly retryMinMs: number;
  readonly retryMaxMs: number;
  /** Posts events (JSON strings) as one batch. A rejected promise counts as no answer. */
  readonly send: (texts: readonly string[]) => Promise<Answer>;
  /** Monotonic ms, for waiting: the time of day may be set back. */
  readonly clock: () => number;
  /** From 0 up to 1. */
  readonly random: () => number;
  /** @returns a function that cancels it */
  readonly setTimer: (callback: () => void, ms: number) => () => void;
  /** The JSON of an item that is not held in memory. */
  readonly read?: ((item: Item) => string) | undefined;
  /** A batch was not taken and will be sent again. */
  readonly onRetry?: ((answer: Answer, waitMs: number) => void) | undefined;
}

export interface Delivery {
  readonly items: readonly Item[];
  /** Resolves when the event is queued: not at once only with `block` and a full queue. */
  add(item: Item): PromiseLike<void> | undefined;
  /** Sends the waiting events now; resolves when the server has all that was added before, or it was dropped. */
  flush(): Promise<void>;
  /** Sends everything at once, in parallel pieces, whatever is in flight: for a page that is being left. */
  handOver(): void;
  /** Stops; what remains is dropped, unless it is kept. */
  close(): void;
}

/** Consecutive tries of a batch that arrives damaged. */
const DAMAGED_MAX = 5;
/** However long the server says to wait, an hour is enough. */
const RETRY_AFTER_MAX_MS = 3_600_000;
/** After a batch was rejected for its size, batches grow again by this many events each time. */
const GROWTH_EVENTS = 10;

/** Takes events to the server: in order, in batches, one at a time, repeated until each is acknowledged. */
export function createDelivery(options: DeliveryOptions): Delivery {
  const { queue, batchMaxEvents, batchMaxBytes, batchMaxWaitMs, retryMinMs, retryMaxMs, clock } = options;
  const { items } = queue;
  const flushes: { readonly seq: number; readonly resolve: () => void }[] = [];
  let requests = 0;
  let failures = 0;
  let damaged = 0;
  let batchMax = batchMaxEvents;
  /** Since when events have been waiting for others. */
  let waitingSince: number | undefined;
  /** No request before this time. */
  let notBefore = 0;
  /** The server asked for the wait: a flush respects it too. */
  let toldBefore = 0;
  let timer: (() => void) | undefined;
  let timerAt = 0;
  let closed = false;

  /** Sends, or schedules the next request. */
  function pump(): void {
    for (let flush = flushes[0]; flush && !((items[0]?.seq ?? Infinity) <= flush.seq); flush = flushes[0]) {
      flushes.shift();
      flush.resolve();
    }
    if (closed || requests || !items[0]) return;
    const isFull = items.length >= batchMax || queue.bytes() >= batchMaxBytes;
    waitingSince ??= clock();
    const at = Math.max(flushes[0] || isFull ? 0 : waitingSince + batchMaxWaitMs, notBefore);
    const wait = Math.ceil(at - clock());
    if (wait <= 0) attempt();
    else if (!timer || at < timerAt) {
      timer?.();
      timerAt = at;
      timer = options.setTimer(() => {
        timer = undefined;
        pump();
      }, wait);
    }
  }

  /** @returns whether there was something to send */
  function attempt(): boolean {
    const batch = queue.take(batchMax, batchMaxBytes);
    if (!batch[0]) {
      // They were too old.
      if (!requests) pump();
      return false;
    }
    waitingSince = undefined;
    requests++;
    options
      .send(batch.map((item) => item.text ?? options.read!(item)))
      .catch(() => NO_ANSWER)
      .then((answer) => {
        requests--;
        for (const item of batch) item.inAir = false;
        if (!closed) conclude(batch, answer);
        pump();
      });
    return true;
  }

  function conclude(batch: readonly Item[], answer: Answer): void {
    const { status, code, detail } = answer;
    const verdict = verdictOf(answer);
    const refusal: Drop = { reason: 'refused', code: code ?? `HTTP_${status}`, detail };
    if (verdict === 'taken') {
      failures = damaged = notBefore = 0;
      batchMax = Math.min(batchMaxEvents, batchMax + GROWTH_EVENTS);
      for (const { index, ...why } of answer.rejected ?? []) {
        const item = batch[index];
        if (item) queue.remove([item], { reason: 'refused', ...why });
      }
      // Those that are left.
      queue.remove(batch);
    } else if (verdict === 'split' && batch[1]) batchMax = batch.length >> 1;
    else if (verdict === 'retry' || (verdict === 'damaged' && ++damaged < DAMAGED_MAX)) {
      const told = Math.min(answer.retryAfterMs || 0, RETRY_AFTER_MAX_MS);
      const backoff = Math.min(retryMaxMs, retryMinMs * 2 ** Math.min(failures++, 30));
      if (verdict === 'retry') damaged = 0;
      // Half of it is random, so that clients that failed together do not come back together.
      const wait = (told > 0 ? told : backoff / 2) + (options.random() * (told > 0 ? retryMinMs : backoff)) / 2;
      notBefore = clock() + wait;
      toldBefore = told > 0 ? notBefore : 0;
      options.onRetry?.(answer, wait);
    } else {
      damaged = 0;
      queue.remove(batch, refusal);
    }
  }

  if (items[0]) pump();

  return {
    items,

    add(item) {
      if (closed) {
        queue.settle(item, { reason: 'closed' });
        return undefined;
      }
      const place = queue.add(item);
      pump();
      return place;
    },

    flush() {
      return new Promise((resolve) => {
        flushes.push({ seq: queue.next(), resolve });
        notBefore = toldBefore;
        pump();
      });
    },

    handOver() {
      while (attempt());
    },

    close() {
      closed = true;
      timer?.();
      queue.close();
      for (const { resolve } of flushes.splice(0)) resolve();
    },
  };
}
