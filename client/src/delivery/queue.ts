/** One event on its way. Times are ms since 1970. */
export interface Item {
  /** JSON; undefined while it is held on disk alone. */
  text: string | undefined;
  readonly bytes: number;
  /** When it was tracked. */
  readonly at: number;
  /** Told once what became of it: nothing when the server has it. */
  readonly done?: ((drop?: Drop) => void) | undefined;
  /** Part of a request whose answer has not come. */
  inAir?: boolean;
  /** Its place in the order of tracking; undefined once it has left. */
  seq?: number | undefined;
}

/**
 * Why an event was given up: the queue was full, it waited longer than the server remembers ids, the server refused it,
 * it could not be written as JSON, or the client was closed.
 */
export interface Drop {
  readonly reason: 'queueFull' | 'tooOld' | 'refused' | 'invalid' | 'closed';
  /** The server's code of a refusal (docs/errors.md), or `HTTP_404` where it was not Seismo that answered. */
  readonly code?: string | undefined;
  readonly detail?: string | undefined;
}

export type WhenFull = 'dropOldest' | 'dropNewest' | 'block';

/** Where a queue is kept beyond the memory of the process. */
export interface Keeper {
  /** What an earlier process left, oldest first. */
  readonly left: readonly Item[];
  added(item: Item, items: readonly Item[]): void;
  removed(gone: readonly Item[], items: readonly Item[]): void;
  /** The text of an item that is not held in memory. */
  read?(item: Item): string;
}

export interface QueueOptions {
  readonly maxEvents: number;
  readonly maxBytes: number;
  readonly whenFull: WhenFull;
  readonly maxAgeMs: number;
  readonly now: () => number;
  readonly keeper?: Keeper | undefined;
  readonly onDrop: (item: Item, drop: Drop) => void;
}

export interface Queue {
  /** Resolves when the event has its place or was dropped: later than at once only with `block`. */
  add(item: Item): PromiseLike<void> | undefined;
  /** The oldest events that are not in the air; they are from now on. */
  take(maxEvents: number, maxBytes: number): Item[];
  /** Takes them out; with a reason they were dropped. */
  remove(gone: readonly Item[], drop?: Drop): void;
  /** Oldest first, those in the air too. */
  readonly items: readonly Item[];
  bytes(): number;
  /** The `seq` of the newest event, be it in the queue or waiting for its place. */
  last(): number;
  /** Takes nothing more in: drops what waits for its place and, unless it is kept, what is there. */
  close(): void;
}

/** Events that wait, bounded by count and bytes. */
export function createQueue({ maxEvents, maxBytes, whenFull, maxAgeMs, now, keeper, onDrop }: QueueOptions): Queue {
  const items: Item[] = [];
  /** Those for which `block` waits. */
  const waiting: { readonly item: Item; readonly admit: () => void }[] = [];
  let bytes = 0;
  let seq = 0;

  const fits = (item: Item): boolean => items.length < maxEvents && bytes + item.bytes <= maxBytes;

  function push(item: Item): void {
    item.seq ??= ++seq;
    bytes += item.bytes;
    items.push(item);
  }

  function settle(item: Item, drop: Drop | undefined): void {
    if (drop) onDrop(item, drop);
    item.done?.(drop);
  }

  function remove(leaving: readonly Item[], drop?: Drop): void {
    const gone = leaving.filter(({ seq }) => seq);
    if (!gone[0]) return;
    // In the usual case a batch is the head of the queue.
    const at = items.indexOf(gone[0]);
    if (items[at + gone.length - 1] === gone[gone.length - 1]) items.splice(at, gone.length);
    else for (const item of gone) items.splice(items.indexOf(item), 1);
    for (const item of gone) {
      bytes -= item.bytes;
      item.seq = undefined;
    }
    keeper?.removed(gone, items);
    for (const item of gone) settle(item, drop);
    for (let next = waiting[0]; next && fits(next.item); next = waiting[0]) {
      waiting.shift();
      push(next.item);
      keeper?.added(next.item, items);
      next.admit();
    }
  }

  for (const item of keeper?.left ?? []) push(item);

  return {
    items,
    remove,
    bytes: () => bytes,
    last: () => seq,

    close() {
      for (const { item, admit } of waiting.splice(0)) {
        settle(item, { reason: 'closed' });
        admit();
      }
      if (!keeper) remove([...items], { reason: 'closed' });
    },

    add(item) {
      if (whenFull === 'block' && item.bytes <= maxBytes && (waiting[0] || !fits(item)))
        return new Promise<void>((admit) => {
          item.seq = ++seq;
          waiting.push({ item, admit });
        });
      if (whenFull === 'dropOldest' && item.bytes <= maxBytes)
        while (!fits(item)) {
          const oldest = items.find(({ inAir }) => !inAir);
          if (!oldest) break;
          remove([oldest], { reason: 'queueFull' });
        }
      if (fits(item)) {
        push(item);
        keeper?.added(item, items);
      } else settle(item, { reason: 'queueFull' });
      return undefined;
    },

    take(most, mostBytes) {
      const batch: Item[] = [];
      const old: Item[] = [];
      let size = 0;
      for (const item of items) {
        if (item.inAir) continue;
        if (now() - item.at > maxAgeMs) {
          old.push(item);
          continue;
        }
        if (batch.length === most || (batch[0] && size + item.bytes > mostBytes)) break;
        batch.push(item);
        // And the comma.
        size += item.bytes + 1;
      }
      remove(old, { reason: 'tooOld' });
      for (const item of batch) item.inAir = true;
      return batch;
    },
  };
}
