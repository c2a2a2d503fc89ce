import { setTimeout as pause } from 'node:timers/promises';
import { NoAnswer } from './client.ts';
import { CommandFailure } from './failure.ts';

export interface RetryOptions {
  /** How long to wait before each further attempt. When none is left, the failure is thrown. */
  readonly waitsMs: Iterable<number>;
  /** Tries again if nobody answers, too. */
  readonly withoutAnswer?: boolean;
  readonly onWait?: (reason: string) => void;
}

/** Retries if the server says "later". Only for requests that count once, however often they are sent. */
export async function retry<T>(work: () => Promise<T>, options: RetryOptions): Promise<T> {
  const { waitsMs, withoutAnswer = false, onWait = () => {} } = options;
  const waits = waitsMs[Symbol.iterator]();
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof CommandFailure)) throw error;
      const mayRetry = error.serverError?.retry === true || (withoutAnswer && error instanceof NoAnswer);
      const wait = mayRetry ? waits.next() : undefined;
      if (wait === undefined || wait.done) throw error;
      onWait(error.message);
      await pause(wait.value);
    }
  }
}
