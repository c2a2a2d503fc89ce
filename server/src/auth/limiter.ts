import { isIPv6 } from 'node:net';

const WINDOW_MS = 60_000;
const FAILURES_MAX = 10;
/** Names and addresses remembered; an attacker with more addresses than this pushes out the oldest. */
const ENTRIES_MAX = 50_000;

/** Counts failures by name and by address over a sliding minute, in bounded memory. */
export class FailureLimiter {
  readonly #failures = new Map<string, number[]>();
  /** Attempts whose end is not known yet; bounded by how many may run. */
  readonly #underWay = new Map<string, number>();
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** @returns seconds to wait, 0 when none */
  secondsToWait(keys: readonly string[]): number {
    const since = this.#now() - WINDOW_MS;
    let wait = 0;
    for (const key of keys) {
      const recent = this.#recent(key);
      if (recent.length >= FAILURES_MAX) wait = Math.max(wait, Math.ceil((recent[0]! - since) / 1000));
    }
    return wait;
  }

  failed(keys: readonly string[]): void {
    for (const key of keys) {
      const recent = this.#recent(key).slice(1 - FAILURES_MAX);
      recent.push(this.#now());
      // Deleted and set again, so that the map is in order of the last failure.
      this.#failures.delete(key);
      this.#failures.set(key, recent);
    }
    while (this.#failures.size > ENTRIES_MAX) this.#failures.delete(this.#failures.keys().next().value!);
  }

  /** Whether all attempts under way could fail and leave the limit kept: guessing at once must not get more than one by one. */
  hasRoom(keys: readonly string[]): boolean {
    return keys.every((key) => this.#recent(key).length + (this.#underWay.get(key) ?? 0) < FAILURES_MAX);
  }

  /** Those of the last minute; what seems to lie ahead was counted by a clock that has been set back since. */
  #recent(key: string): number[] {
    const now = this.#now();
    return (this.#failures.get(key) ?? []).filter((at) => at > now - WINDOW_MS && at <= now);
  }

  begin(keys: readonly string[]): void {
    for (const key of keys) this.#underWay.set(key, (this.#underWay.get(key) ?? 0) + 1);
  }

  end(keys: readonly string[]): void {
    for (const key of keys) {
      const left = (this.#underWay.get(key) ?? 0) - 1;
      if (left > 0) this.#underWay.set(key, left);
      else this.#underWay.delete(key);
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
