import { SeismoError } from '../model/errors.ts';
import type { Allowance } from '../model/poster.ts';

/**
 * A key in debt for longer would be closed to all visitors of its page for as long, by whoever sends the most. So a debt is never more
 * than this, and what would make it more is not taken.
 */
const DEBT_SECONDS = 2;
const BURST_SECONDS = 1;
/** The most that is taken at once, in seconds of the rate. */
const AT_ONCE_SECONDS = BURST_SECONDS + DEBT_SECONDS;

/** A token bucket that holds a second and may owe two. */
class Bucket {
  readonly rate: number;
  readonly #now: () => number;
  #left: number;
  #at: number;

  constructor(rate: number, now: () => number) {
    this.rate = rate;
    this.#now = now;
    this.#left = rate * BURST_SECONDS;
    this.#at = now();
  }

  get atOnceMax(): number {
    return Math.floor(this.rate * AT_ONCE_SECONDS);
  }

  /** What can be taken before the debt is as large as it may be; 0 while in debt, unless `goesOn`. */
  available(goesOn = false): number {
    this.#refill();
    return this.#left <= 0 && !goesOn ? 0 : Math.max(0, this.#left + this.rate * DEBT_SECONDS);
  }

  take(amount: number): void {
    this.#left = Math.max(-this.rate * DEBT_SECONDS, this.#left - amount);
  }

  /** Whole seconds until so much can be taken. */
  secondsUntil(amount: number): number {
    this.#refill();
    const untilPaid = Math.floor(-this.#left / this.rate) + 1;
    const untilFits = Math.ceil((amount - this.#left) / this.rate - DEBT_SECONDS);
    return Math.max(1, untilPaid, untilFits);
  }

  #refill(): void {
    const now = this.#now();
    // A clock that is set back gives nothing.
    const elapsed = Math.max(0, now - this.#at) / 1000;
    this.#at = now;
    this.#left = Math.min(this.rate * BURST_SECONDS, this.#left + elapsed * this.rate);
  }
}

/** The rate of one key. */
export class KeyRate implements Allowance {
  readonly bytesPerSecond: number;
  readonly #events: Bucket;
  readonly #bytes: Bucket;

  constructor(rates: { readonly eventsPerSecond: number; readonly bytesPerSecond: number }, now: () => number) {
    this.bytesPerSecond = rates.bytesPerSecond;
    this.#events = new Bucket(rates.eventsPerSecond, now);
    this.#bytes = new Bucket(rates.bytesPerSecond, now);
  }

  checkOpen(): void {
    if (this.#events.available() <= 0 || this.#bytes.available() <= 0) throw this.limited();
  }

  takeBytes(bytes: number): void {
    const fits = this.#bytes.available() >= bytes;
    this.#bytes.take(bytes);
    if (!fits) throw refusal(bytes, 'bytes', this.#bytes);
  }

  takeEvents(events: number): void {
    if (this.#events.available() < events) throw refusal(events, 'events', this.#events);
    this.#events.take(events);
  }

  streamBytes(bytes: number): boolean {
    const fits = this.#bytes.available(true) >= bytes;
    this.#bytes.take(bytes);
    return fits;
  }

  streamEvents(events: number): number {
    const taken = Math.min(events, Math.floor(this.#events.available(true)));
    this.#events.take(taken);
    return taken;
  }

  limited(): SeismoError {
    return limited(Math.max(this.#events.secondsUntil(1), this.#bytes.secondsUntil(1)));
  }
}

function refusal(amount: number, unit: 'events' | 'bytes', bucket: Bucket): SeismoError {
  if (amount <= bucket.atOnceMax) return limited(bucket.secondsUntil(amount));
  return new SeismoError(
    'RATE_BATCH_TOO_LARGE',
    `The body has ${amount} ${unit}, and the key takes ${bucket.atOnceMax} at once (three seconds of its ${unit}PerSecond). Send smaller batches.`,
  );
}

const limited = (retryAfterSeconds: number): SeismoError =>
  new SeismoError('RATE_LIMITED', `The key posts faster than its rate; wait ${retryAfterSeconds} s.`, {
    retryAfterSeconds,
  });
