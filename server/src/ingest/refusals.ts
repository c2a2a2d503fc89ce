import type { Refused } from '../committed.ts';
import { SeismoError } from '../errors.ts';
import type { Batch } from './batch.ts';

/** Counts what was refused, by code, and tells those who look on. */
export class Refusals {
  readonly counts = new Map<string, number>();
  readonly #onRefused: ((app: string, refused: readonly Refused[]) => void) | undefined;

  constructor(onRefused: ((app: string, refused: readonly Refused[]) => void) | undefined) {
    this.#onRefused = onRefused;
  }

  /** The refusals of a batch, once. */
  add(app: string, batch: Batch): void {
    const { rejected, rejectedTotal, refusal } = batch;
    if (rejectedTotal === 0) return;
    this.#onRefused?.(app, batch.refused);
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
