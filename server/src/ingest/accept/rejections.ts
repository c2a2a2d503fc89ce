import { SeismoError } from '../../model/errors.ts';
import type { Refused } from '../../row/committed-rows.ts';
import type { Batch } from '../post/batch.ts';
import { REJECTED_LISTED_MAX } from './limits.ts';

/** Of each further piece of a body that is refused line by line. */
const SAMPLE = 10;

/** Counts what was refused, by code, and tells those who look on. */
export class Refusals {
  readonly counts = new Map<string, number>();
  readonly #onRefused: ((app: string, refused: readonly Refused[]) => void) | undefined;

  constructor(onRefused: ((app: string, refused: readonly Refused[]) => void) | undefined) {
    this.#onRefused = onRefused;
  }

  /**
   * The refusals of a batch, once.
   * @param before refusals of the same request in batches before this one: once they are many, a few of the others are shown
   */
  add(app: string, batch: Batch, before = 0): void {
    const { rejected, rejectedTotal, refusal } = batch;
    if (rejectedTotal === 0) return;
    this.#onRefused?.(app, before < REJECTED_LISTED_MAX ? batch.refused : batch.refused.slice(-SAMPLE));
    for (const { code } of rejected) this.#count(code, 1);
    // Beyond the listed ones the last reason stands for the rest.
    if (refusal) this.#count(refusal.code, rejectedTotal - rejected.length);
  }

  /** Tells what is wrong with a body as a whole, and goes on. */
  told<T>(app: string, body: Buffer, work: () => T): T {
    try {
      return work();
    } catch (error) {
      if (error instanceof SeismoError) {
        const { code, detail, field } = error;
        this.#onRefused?.(app, [{ code, detail, field, index: undefined, value: body }]);
      }
      throw error;
    }
  }

  #count(code: string, more: number): void {
    if (more > 0) this.counts.set(code, (this.counts.get(code) ?? 0) + more);
  }
}
