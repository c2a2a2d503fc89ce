import type { Answer } from '../../src/delivery/answer.ts';
import { createDelivery, type Delivery, type DeliveryOptions } from '../../src/delivery/delivery.ts';
import { createQueue, type Drop, type Item, type QueueOptions } from '../../src/delivery/queue.ts';
import { type WhenFull, withPolicy } from '../../src/delivery/when-full.ts';
import { aClock, type FakeClock } from './fake-clock.ts';

export const taken = (texts: readonly string[]): Answer => ({ status: 200, accepted: texts.length, rejected: [] });

export interface Setup {
  readonly delivery: Delivery;
  readonly clock: FakeClock;
  /** Texts of each request. */
  readonly sent: (readonly string[])[];
  /** When each request was sent, ms from the start. */
  readonly sentAt: number[];
  readonly dropped: [string | undefined, Drop][];
  readonly waits: number[];
  add(...texts: string[]): void;
}

/** A delivery whose server answers as told; `random` is one half, so that a wait is three quarters of the back-off. */
export function aDelivery(
  answer: (texts: readonly string[], index: number) => Answer | Promise<Answer> = taken,
  options: Partial<DeliveryOptions & QueueOptions> & { readonly whenFull?: WhenFull } = {},
): Setup {
  const clock = aClock();
  const start = clock.now();
  const sent: (readonly string[])[] = [];
  const sentAt: number[] = [];
  const dropped: [string | undefined, Drop][] = [];
  const waits: number[] = [];
  const queueMaxBytes = options.queueMaxBytes ?? 1_000_000;
  const queue = createQueue({
    queueMaxEvents: 1_000,
    maxAgeMs: 6 * 86_400_000,
    now: clock.now,
    onDrop: (item, drop) => dropped.push([item.text, drop]),
    ...options,
    queueMaxBytes,
  });
  const delivery = createDelivery({
    queue: withPolicy(queue, options.whenFull ?? 'dropOldest', queueMaxBytes),
    batchMaxEvents: 10,
    batchMaxBytes: 1_000,
    batchMaxWaitMs: 1_000,
    retryMinMs: 1_000,
    retryMaxMs: 60_000,
    clock: clock.now,
    random: () => 0.5,
    setTimer: clock.setTimer,
    onRetry: (_, waitMs) => waits.push(waitMs),
    async send(texts) {
      sent.push(texts);
      sentAt.push(clock.now() - start);
      return await answer(texts, sent.length - 1);
    },
    ...options,
  });
  const add = (...texts: string[]): void => {
    for (const text of texts) delivery.add(anItem(text, clock.now()));
  };
  return { delivery, clock, sent, sentAt, dropped, waits, add };
}

export const anItem = (text: string, at: number): Item => ({ text, bytes: text.length, at });
