import { SeismoError } from '../model/errors.ts';
import type { Standing } from './known-callers.ts';
import { FailureLimiter } from './limiter.ts';

/** Attempts to sign in, limited by their failures. */
export class SignInAttempts {
  readonly #limiter: FailureLimiter;

  constructor(now: () => number) {
    this.#limiter = new FailureLimiter(now);
  }

  /**
   * Runs an attempt. A result of undefined is a failure.
   * @throws AUTH_FAILED, AUTH_TOO_MANY, AUTH_BUSY
   */
  async run<T>({ limits }: Standing, work: () => Promise<T | undefined>): Promise<T> {
    const wait = this.#limiter.secondsToWait(limits);
    if (wait > 0)
      throw new SeismoError('AUTH_TOO_MANY', `Too many failed sign-ins. Try again in ${wait} s.`, {
        retryAfterSeconds: wait,
      });
    if (!this.#limiter.hasRoom(limits)) throw new SeismoError('AUTH_BUSY', 'Too many sign-ins at once.');
    this.#limiter.begin(limits);
    try {
      const result = await work();
      if (result !== undefined) return result;
    } finally {
      this.#limiter.end(limits);
    }
    this.#limiter.failed(limits);
    throw new SeismoError('AUTH_FAILED', 'Wrong username or password, or this account is not allowed to sign in.');
  }

  /**
   * After a success. The failures of an address and of a name stay: someone's own account must not buy more guesses, and guesses of
   * others at this name still count.
   */
  forgive({ limits, isKnown }: Standing): void {
    if (isKnown) for (const { key } of limits) this.#limiter.forget(key);
  }
}
