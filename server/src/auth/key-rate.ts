import { SeismoError } from '../model/errors.ts';
import type { Allowance } from '../model/poster.ts';
import { TokenBucket } from '../system/token-bucket.ts';

/**
 * A key in debt is closed to all visitors of its page, even if only one of them sent too much. So the debt is limited, and what would
 * exceed the limit is not taken.
 */
const DEBT_SECONDS = 2;
const BURST_SECONDS = 1;
/** Maximum taken at once, in seconds of the rate. */
const AT_ONCE_SECONDS = BURST_SECONDS + DEBT_SECONDS;

/** What a key can still send: a token bucket that holds one second and can be two seconds in debt. */
class KeyBudget {
  readonly rate: number;
  readonly #bucket: TokenBucket;

  constructor(rate: number, nowMs: () => number) {
    this.rate = rate;
    this.#bucket = new TokenBucket({
      capacity: rate * BURST_SECONDS,
      refill: { amount: rate, everyMs: 1_000 },
      debtMax: rate * DEBT_SECONDS,
      nowMs,
    });
  }

  get atOnceMax(): number {
    return Math.floor(this.rate * AT_ONCE_SECONDS);
  }

  /** What can be taken before the debt reaches its limit; 0 while in debt, unless `goesOn`. */
  available(goesOn = false): number {
    const left = this.#bucket.left();
    return left <= 0 && !goesOn ? 0 : Math.max(0, left + this.rate * DEBT_SECONDS);
  }

  take(amount: number): void {
    this.#bucket.take(amount);
  }

  /** Whole seconds until this much can be taken. */
  secondsUntil(amount: number): number {
    const left = this.#bucket.left();
    const untilPaid = Math.floor(-left / this.rate) + 1;
    const untilFits = Math.ceil((amount - left) / this.rate - DEBT_SECONDS);
    return Math.max(1, untilPaid, untilFits);
  }
}

/** The rate of one key. */
export class KeyRate implements Allowance {
  readonly bytesPerSecond: number;
  readonly #events: KeyBudget;
  readonly #bytes: KeyBudget;

  constructor(rates: { readonly eventsPerSecond: number; readonly bytesPerSecond: number }, now: () => number) {
    this.bytesPerSecond = rates.bytesPerSecond;
    this.#events = new KeyBudget(rates.eventsPerSecond, now);
    this.#bytes = new KeyBudget(rates.bytesPerSecond, now);
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

function refusal(amount: number, unit: 'events' | 'bytes', bucket: KeyBudget): SeismoError {
  if (amount <= bucket.atOnceMax) return limited(bucket.secondsUntil(amount));
  return new SeismoError(
    'RATE_BATCH_TOO_LARGE',
    `The body has ${amount} ${unit}; the key allows at most ${bucket.atOnceMax} at once (three times its \`${unit}PerSecond\`). Send smaller batches.`,
  );
}

const limited = (retryAfterSeconds: number): SeismoError =>
  new SeismoError('RATE_LIMITED', `The key is over its rate. Wait ${retryAfterSeconds} s.`, {
    retryAfterSeconds,
  });
