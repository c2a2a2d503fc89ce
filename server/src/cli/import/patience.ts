import { retry } from '../retry.ts';

/** An engine that is down this long needs a person. */
const WAIT_MAX_MS = 10 * 60_000;
const WAIT_STEP_MS = 500;

/** Retries if the server says "later". A request never counts twice, because it names the row where it begins. */
export const patiently = <T>(onWait: (reason: string) => void, work: () => Promise<T>): Promise<T> =>
  retry(work, { waitsMs: steps(Date.now() + WAIT_MAX_MS), onWait });

function* steps(untilMs: number): Iterable<number> {
  while (Date.now() <= untilMs) yield WAIT_STEP_MS;
}
