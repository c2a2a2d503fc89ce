import { TokenBucket } from '../../system/token-bucket.ts';

/** The limits of one app for one kind of names: event ids or property names. */
export interface AppNamesOptions {
  readonly max: number;
  readonly now: () => number;
}

/** Untrusted posters can only add names up to this share of the maximum. The rest is for trusted ones. */
const PUBLIC_PART = 0.5;
/** New names they can add at once, as a new page does, and per minute. */
export const PUBLIC_AT_ONCE = 1_000;
export const PUBLIC_PER_MINUTE = 100;

/** Why a name is rejected: the app has too many; too many for an untrusted poster; too many new ones recently. */
export type NameRejection = 'full' | 'publicFull' | 'tooFast';

/** The names of one kind that an app has used. */
export class AppNames {
  readonly #options: AppNamesOptions;
  #names = new Set<string>();
  readonly #publicBucket: TokenBucket;
  #hasRejected = false;
  /** Names used since a recount began. */
  #used: Set<string> | undefined;

  constructor(options: AppNamesOptions) {
    this.#options = options;
    const refill = { amount: PUBLIC_PER_MINUTE, everyMs: 60_000 };
    this.#publicBucket = new TokenBucket({ capacity: PUBLIC_AT_ONCE, refill, nowMs: options.now });
  }

  /** Whether a name may have been rejected: since the start, or before it because of the limits. */
  get mayLack(): boolean {
    return this.#hasRejected || this.size >= this.publicMax;
  }

  get size(): number {
    return this.#names.size;
  }

  get publicMax(): number {
    return Math.floor(this.#options.max * PUBLIC_PART);
  }

  restore(name: string): void {
    this.#names.add(name);
  }

  /** Whether the app has the name. If so, it counts as used. */
  has(name: string): boolean {
    if (!this.#names.has(name)) return false;
    this.#used?.add(name);
    return true;
  }

  /** Adds a name that the app does not have. @returns why it was rejected, or undefined if it was added */
  add(name: string, isTrusted: boolean): NameRejection | undefined {
    const rejection = this.#add(name, isTrusted);
    if (rejection !== undefined) this.#hasRejected = true;
    return rejection;
  }

  #add(name: string, isTrusted: boolean): NameRejection | undefined {
    if (this.size >= this.#options.max) return 'full';
    if (!isTrusted) {
      if (this.size >= this.publicMax) return 'publicFull';
      if (this.#publicBucket.left() < 1) return 'tooFast';
      this.#publicBucket.take(1);
    }
    this.#names.add(name);
    this.#used?.add(name);
    return undefined;
  }

  /** From now on, notes which names are used. */
  beginRecount(): void {
    this.#used = new Set();
  }

  /**
   * Forgets the names that no stored event has and that were not used since the recount began.
   * @param stored undefined: unknown, so nothing is forgotten
   * @returns the forgotten names
   */
  endRecount(stored: ReadonlySet<string> | undefined): string[] {
    const used = this.#used;
    this.#used = undefined;
    if (stored === undefined || used === undefined) return [];
    const gone = [...this.#names].filter((name) => !stored.has(name) && !used.has(name));
    for (const name of gone) this.#names.delete(name);
    return gone;
  }
}
