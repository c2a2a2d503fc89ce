import { SeismoError } from '../../model/errors.ts';
import type { RejectedEvent } from '../../row/committed-rows.ts';
import type { EventBatch } from '../post/batch.ts';
import { REJECTED_LISTED_MAX } from './limits.ts';

/** For each further piece of a body in which line after line is rejected. */
const SAMPLE = 10;

type OnRejected = (app: string, rejected: readonly RejectedEvent[]) => void;

/** Counts what was rejected, by code, and reports it to live subscriptions. */
export class Rejections {
  readonly counts = new Map<string, number>();
  readonly #onRejected: OnRejected | undefined;

  constructor(onRejected: OnRejected | undefined) {
    this.#onRejected = onRejected;
  }

  /**
   * The rejections of a batch, each once.
   * @param before rejections of the same request in earlier batches: if there are many, only a few of these are shown
   */
  add(app: string, batch: EventBatch, before = 0): void {
    const { rejected, rejectedTotal, lastError } = batch;
    if (rejectedTotal === 0) return;
    this.#onRejected?.(app, before < REJECTED_LISTED_MAX ? batch.rejectedEvents : batch.rejectedEvents.slice(-SAMPLE));
    for (const { code } of rejected) this.#count(code, 1);
    // Beyond the listed ones, the last reason counts for the rest.
    if (lastError) this.#count(lastError.code, rejectedTotal - rejected.length);
  }

  /** Reports what is wrong with a body as a whole. The error still goes to the caller. */
  reportBody<T>(app: string, body: Buffer, work: () => T): T {
    try {
      return work();
    } catch (error) {
      if (error instanceof SeismoError) {
        const { code, detail, field } = error;
        this.#onRejected?.(app, [{ code, detail, field, index: undefined, value: body }]);
      }
      throw error;
    }
  }

  #count(code: string, more: number): void {
    if (more > 0) this.counts.set(code, (this.counts.get(code) ?? 0) + more);
  }
}
