import type { Item, Queue } from './queue.ts';

export type WhenFull = 'dropOldest' | 'dropNewest' | 'block';

/** The same queue, which when full drops new events or lets them wait until there is room. */
export function withPolicy(queue: Queue, whenFull: WhenFull, queueMaxBytes: number): Queue {
  if (whenFull === 'dropNewest')
    return {
      ...queue,
      add(item) {
        if (queue.fits(item)) return queue.add(item);
        queue.settle(item, { reason: 'queueFull' });
        return undefined;
      },
    };
  return whenFull === 'block' ? withWaiting(queue, queueMaxBytes) : queue;
}

function withWaiting(queue: Queue, queueMaxBytes: number): Queue {
  const waiting: { readonly item: Item; readonly admit: () => void }[] = [];

  function admitAll(): void {
    for (let next = waiting[0]; next && queue.fits(next.item); next = waiting[0]) {
      waiting.shift();
      queue.add(next.item);
      next.admit();
    }
  }

  return {
    ...queue,

    take(maxEvents, maxBytes) {
      const batch = queue.take(maxEvents, maxBytes);
      // The queue dropped those that were too old.
      admitAll();
      return batch;
    },

    add(item) {
      if (item.bytes > queueMaxBytes || (!waiting[0] && queue.fits(item))) return queue.add(item);
      // The event's position in the order is here, and a flush waits for it.
      item.seq = queue.next();
      return new Promise<void>((admit) => waiting.push({ item, admit }));
    },

    remove(gone, drop) {
      queue.remove(gone, drop);
      admitAll();
    },

    close() {
      for (const { item, admit } of waiting.splice(0)) {
        queue.settle(item, { reason: 'closed' });
        admit();
      }
      queue.close();
    },
  };
}
