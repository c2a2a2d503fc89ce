import { isIPv6 } from 'node:net';

const WINDOW_MS = 60_000;
/** Number of keys remembered. An attacker with more addresses than this pushes out the oldest. */
const ENTRIES_MAX = 50_000;

/** The key under which an attempt counts, and how many failures per minute it can have. */
export interface FailureLimit {
  readonly key: string;
  readonly max: number;
}

/** Counts failures by key over a sliding minute, in bounded memory. */
export class FailureLimiter {
  readonly #failures = new Map<string, number[]>();
  /** Attempts that have not ended yet; there are few, because few can run. */
  readonly #running = new Map<string, number>();
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** @returns seconds to wait; 0 if none */
  secondsToWait(limits: readonly FailureLimit[]): number {
    const since = this.#now() - WINDOW_MS;
    let wait = 0;
    for (const { key, max } of limits) {
      const recent = this.#recent(key);
      if (recent.length >= max) wait = Math.max(wait, Math.ceil((recent.at(-max)! - since) / 1000));
    }
    return wait;
  }

  failed(limits: readonly FailureLimit[]): void {
    for (const { key, max } of limits) {
      const recent = this.#recent(key).slice(1 - max);
      recent.push(this.#now());
      // Deleted and set again, to keep the map in the order of the last failure.
      this.#failures.delete(key);
      this.#failures.set(key, recent);
    }
    while (this.#failures.size > ENTRIES_MAX) this.#failures.delete(this.#failures.keys().next().value!);
  }

  /** Whether all running attempts could fail within the limit: parallel guesses must not get more than sequential ones. */
  hasRoom(limits: readonly FailureLimit[]): boolean {
    return limits.every(({ key, max }) => this.#recent(key).length + (this.#running.get(key) ?? 0) < max);
  }

  /** Those of the last minute. Times in the future come from a clock that has been set back since. */
  #recent(key: string): number[] {
    const now = this.#now();
    return (this.#failures.get(key) ?? []).filter((at) => at > now - WINDOW_MS && at <= now);
  }

  begin(limits: readonly FailureLimit[]): void {
    for (const { key } of limits) this.#running.set(key, (this.#running.get(key) ?? 0) + 1);
  }

  end(limits: readonly FailureLimit[]): void {
    for (const { key } of limits) {
      const left = (this.#running.get(key) ?? 0) - 1;
      if (left > 0) this.#running.set(key, left);
      else this.#running.delete(key);
    }
  }

  forget(key: string): void {
    this.#failures.delete(key);
  }

  get size(): number {
    return this.#failures.size;
  }
}

/** An address as it is limited: for IPv6 the first 64 bits, which one customer gets. */
export function addressKey(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped) return mapped;
  if (!isIPv6(address)) return address;
  const [head = '', tail] = address.split('%')[0]!.split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const groups =
    tail === undefined ? left : [...left, ...Array<string>(8 - left.length - right.length).fill('0'), ...right];
  return `${groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')}::/64`;
}
