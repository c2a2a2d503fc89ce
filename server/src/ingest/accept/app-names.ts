/** What one app may use: names of one kind, event ids or property names. */
export interface AppNamesOptions {
  readonly max: number;
  readonly now: () => number;
}

/** Posters that are not trusted bring new names only up to this part of the most allowed: the rest is for those who are. */
const PUBLIC_PART = 0.5;
/** New names that they may bring at once, as a new page does, and a minute. */
export const PUBLIC_AT_ONCE = 1_000;
export const PUBLIC_PER_MINUTE = 100;

/** Why a name is not taken: the app has too many; too many for one who is not trusted; too many new ones of late. */
export type NameRefusal = 'full' | 'publicFull' | 'tooFast';

/** The names of one kind that an app has used. */
export class AppNames {
  readonly #options: AppNamesOptions;
  #names = new Set<string>();
  #publicLeft = PUBLIC_AT_ONCE;
  #hasRefused = false;
  #at: number;
  /** Names used since a recount began. */
  #used: Set<string> | undefined;

  constructor(options: AppNamesOptions) {
    this.#options = options;
    this.#at = options.now();
  }

  /** Whether a name may have been refused: since the start, or before it by the limits. */
  get mayLack(): boolean {
    return this.#hasRefused || this.size >= this.publicMax;
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

  /** Whether the app has the name; then it is in use. */
  has(name: string): boolean {
    if (!this.#names.has(name)) return false;
    this.#used?.add(name);
    return true;
  }

  /** Adds a name that the app does not have. @returns why not, undefined when it was added */
  add(name: string, isTrusted: boolean): NameRefusal | undefined {
    const refusal = this.#add(name, isTrusted);
    if (refusal !== undefined) this.#hasRefused = true;
    return refusal;
  }

  #add(name: string, isTrusted: boolean): NameRefusal | undefined {
    if (this.size >= this.#options.max) return 'full';
    if (!isTrusted) {
      if (this.size >= this.publicMax) return 'publicFull';
      const now = this.#options.now();
      const more = (Math.max(0, now - this.#at) / 60_000) * PUBLIC_PER_MINUTE;
      this.#publicLeft = Math.min(PUBLIC_AT_ONCE, this.#publicLeft + more);
      this.#at = now;
      if (this.#publicLeft < 1) return 'tooFast';
      this.#publicLeft--;
    }
    this.#names.add(name);
    this.#used?.add(name);
    return undefined;
  }

  /** From now on it is noted which names are used. */
  beginRecount(): void {
    this.#used = new Set();
  }

  /**
   * Forgets the names that no stored event has and that were not used since the recount began.
   * @param stored undefined: nobody knows, and none is forgotten
   * @returns them
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
