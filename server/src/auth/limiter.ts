import { isIPv6 } from 'node:net';

const WINDOW_MS = 60_000;
/** Keys remembered; an attacker with more addresses than this pushes out the oldest. */
const ENTRIES_MAX = 50_000;

/** What an attempt is counted under, and how many failures a minute it may have. */
export interface FailureLimit {
  readonly key: string;
  readonly max: number;
}

/** Counts failures by key over a sliding minute, in bounded memory. */
export class FailureLimiter {
  readonly #failures = new Map<string, number[]>();
  /** Attempts whose end is not known yet; bounded by how many may run. */
  readonly #running = new Map<string, number>();
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** @returns seconds to wait, 0 when none */
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
      // Deleted and set again, so that the map is in order of the last failure.
      this.#failures.delete(key);
      this.#failures.set(key, recent);
    }
    while (this.#failures.size > ENTRIES_MAX) this.#failures.delete(this.#failures.keys().next().value!);
  }

  /** Whether all running attempts could fail within the limit: guessing in parallel must not get more than one by one. */
  hasRoom(limits: readonly FailureLimit[]): boolean {
    return limits.every(({ key, max }) => this.#recent(key).length + (this.#running.get(key) ?? 0) < max);
  }

  /** Those of the last minute; what seems to lie ahead was counted by a clock that has been set back since. */
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

/** An address as it is limited: IPv6 by its first 64 bits, which is what one customer gets. */
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
