/** One event on its way. Times are ms since 1970. */
export interface Item {
  /** JSON; undefined while it is held only on disk. */
  text: string | undefined;
  readonly bytes: number;
  /** When it was tracked. */
  readonly at: number;
  /** Called once with the outcome: without an argument when the server has the event. */
  readonly done?: ((drop?: Drop) => void) | undefined;
  /** Part of a request that is not answered yet. */
  inAir?: boolean;
  /** Its position in the order of tracking; undefined once it has left. */
  seq?: number | undefined;
}

/**
 * Why an event was dropped: the queue was full, it waited longer than the server remembers ids, the server rejected it,
 * it could not be written as JSON, or the client was closed.
 */
export interface Drop {
  readonly reason: 'queueFull' | 'tooOld' | 'refused' | 'invalid' | 'closed';
  /** The server's error code (docs/errors.md), or `HTTP_404` where the answer was not Seismo's. */
  readonly code?: string | undefined;
  readonly detail?: string | undefined;
}

/** Where a queue is kept beyond the memory of the process. */
export interface Keeper {
  /** What an earlier process left, oldest first. */
  readonly left: readonly Item[];
  added(item: Item, items: readonly Item[]): void;
  removed(gone: readonly Item[], items: readonly Item[]): void;
  /** Whether it outlives this process. */
  keeps(item: Item): boolean;
  /** The JSON of an item that is not held in memory. */
  read?(item: Item): string;
}

export interface QueueOptions {
  readonly queueMaxEvents: number;
  readonly queueMaxBytes: number;
  readonly maxAgeMs: number;
  readonly now: () => number;
  readonly keeper?: Keeper | undefined;
  readonly onDrop: (item: Item, drop: Drop) => void;
}

export interface Queue {
  /** Queues the event, dropping the oldest if need be, or drops it. Resolves when that is done. */
  add(item: Item): PromiseLike<void> | undefined;
  /** The oldest events that are not in flight; from now on they are. */
  take(maxEvents: number, maxBytes: number): Item[];
  /** Removes them; with a reason when they were dropped. */
  remove(gone: readonly Item[], drop?: Drop): void;
  /** Oldest first, those in flight too. */
  readonly items: readonly Item[];
  bytes(): number;
  fits(item: Item): boolean;
  settle(item: Item, drop?: Drop): void;
  /** The next event's `seq`. */
  next(): number;
  /** Accepts no more events: drops what is there, unless it is kept. */
  close(): void;
}

/** Waiting events, bounded by count and bytes. */
export function createQueue(options: QueueOptions): Queue {
  const { queueMaxEvents, queueMaxBytes, maxAgeMs, now, keeper, onDrop } = options;
  const items: Item[] = [];
  let bytes = 0;
  let seq = 0;

  function push(item: Item): void {
    item.seq ??= ++seq;
    bytes += item.bytes;
    items.push(item);
  }

  const queue: Queue = {
    items,
    bytes: () => bytes,
    fits: (item) => items.length < queueMaxEvents && bytes + item.bytes <= queueMaxBytes,
    next: () => ++seq,

    settle(item, drop) {
      if (drop) onDrop(item, drop);
      item.done?.(drop);
    },

    add(item) {
      if (item.bytes > queueMaxBytes) queue.settle(item, { reason: 'queueFull' });
      else {
        push(item);
        keeper?.added(item, items);
        // First add, then drop: what the host tracks because of a drop finds no room to make this go on for ever.
        while (items.length > queueMaxEvents || bytes > queueMaxBytes)
          queue.remove([items.find(({ inAir }) => !inAir)!], { reason: 'queueFull' });
      }
      return undefined;
    },

    take(maxEvents, maxBytes) {
      const batch: Item[] = [];
      const old: Item[] = [];
      let size = 0;
      for (const item of items) {
        if (item.inAir) continue;
        if (now() - item.at > maxAgeMs) {
          old.push(item);
          continue;
        }
        if (batch.length === maxEvents || (batch[0] && size + item.bytes > maxBytes)) break;
        batch.push(item);
        // And the comma.
        size += item.bytes + 1;
      }
      queue.remove(old, { reason: 'tooOld' });
      for (const item of batch) item.inAir = true;
      return batch;
    },

    remove(leaving, drop) {
      const gone = leaving.filter(({ seq }) => seq);
      if (!gone[0]) return;
      if (drop) for (const item of gone) item.text ??= keeper?.read?.(item);
      // Usually a batch is the head of the queue.
      const at = items.indexOf(gone[0]);
      if (items[at + gone.length - 1] === gone[gone.length - 1]) items.splice(at, gone.length);
      else for (const item of gone) items.splice(items.indexOf(item), 1);
      for (const item of gone) {
        bytes -= item.bytes;
        item.seq = undefined;
      }
      keeper?.removed(gone, items);
      for (const item of gone) queue.settle(item, drop);
    },

    close() {
      queue.remove(
        items.filter((item) => !keeper?.keeps(item)),
        { reason: 'closed' },
      );
    },
  };

  for (const item of keeper?.left ?? []) push(item);
  return queue;
}
