import { setTimeout as pause } from 'node:timers/promises';
import { CommandFailure } from '../failure.ts';

/** An engine that is away so long needs a person. */
const WAIT_MAX_MS = 10 * 60_000;
const WAIT_STEP_MS = 500;

/** A server that says "later" is asked again; a piece is never counted twice, since it names the place where it begins. */
export async function patiently<T>(onWait: (reason: string) => void, work: () => Promise<T>): Promise<T> {
  for (const until = Date.now() + WAIT_MAX_MS; ; ) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof CommandFailure) || error.refusal?.retry !== true || Date.now() > until) throw error;
      onWait(error.message);
      await pause(WAIT_STEP_MS);
    }
  }
}
