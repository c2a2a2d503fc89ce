import { IDENTIFY } from '../model/event.ts';
import { appAt, type Committed, isIdAt, timestampAt } from '../row/committed-rows.ts';
import type { AnalysisResult } from './answer.ts';

/** An answer that is cached or being computed. */
export interface CacheEntry {
  readonly key: string;
  readonly app: string;
  /** It depends on no event at or after this time, UTC ms. */
  readonly validBeforeMs: number;
  readonly result: AnalysisResult | undefined;
  readonly bytes: number;
}

/** The approximate size of JSON as objects in memory. */
const BYTES_A_CHARACTER = 6;
/** The largest share of one answer. */
const SHARE = 8;
/** Beyond this many events at once, they are not checked one by one: everything cached for their apps is dropped. */
const LOOKED_AT_MAX = 2_000;

/**
 * Caches answers about past periods until an event of such a period arrives. The loader reports events before they
 * are acknowledged, so a cached answer is never older than what its reader knows of. Only correct where nobody else writes to the store.
 */
export class AnswerCache {
  #maxBytes: number;
  /** The least recently used first. */
  readonly #entries = new Map<string, CacheEntry>();
  /** Cached answers and those being computed, by app: arriving events are compared only with these. */
  readonly #ofApp = new Map<string, Set<CacheEntry>>();
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get(key: string): AnalysisResult | undefined {
    const found = this.#entries.get(key);
    if (found === undefined) return undefined;
    this.#entries.delete(key);
    this.#entries.set(key, found);
    return found.result;
  }

  /**
   * Computes an answer, and caches it unless what it depends on has changed meanwhile.
   * @param make must see everything that was acknowledged before the call
   */
  async keep(
    key: string,
    app: string,
    validBeforeMs: number,
    make: () => Promise<AnalysisResult>,
  ): Promise<AnalysisResult> {
    const making: CacheEntry = { key, app, validBeforeMs, result: undefined, bytes: 0 };
    this.#watch(making);
    let result: AnalysisResult;
    let isGood: boolean;
    try {
      result = await make();
    } finally {
      isGood = this.#unwatch(making);
    }
    if (isGood) this.#put({ ...making, result: result, bytes: sizeOf(result, key) });
    return result;
  }

  /** Events are on disk. */
  committed(committed: Committed): void {
    if (this.#ofApp.size === 0) return;
    const { apps, count } = committed;
    for (const app of apps) {
      const watched = this.#ofApp.get(app);
      if (watched === undefined) continue;
      const since = count > LOOKED_AT_MAX ? Number.NEGATIVE_INFINITY : earliest(committed, app);
      for (const each of watched) if (since < each.validBeforeMs) this.#drop(each);
    }
  }

  /** Events of the app were erased. */
  forget(app: string): void {
    for (const each of this.#ofApp.get(app) ?? []) this.#drop(each);
  }

  /** Others may write to the store from now on: nothing is cached any more. */
  stop(): void {
    this.#maxBytes = 0;
    for (const app of [...this.#ofApp.keys()]) this.forget(app);
  }

  #put(kept: CacheEntry): void {
    if (kept.bytes > this.#maxBytes / SHARE) return;
    const before = this.#entries.get(kept.key);
    if (before) this.#drop(before);
    this.#entries.set(kept.key, kept);
    this.#watch(kept);
    this.#bytes += kept.bytes;
    for (const oldest of this.#entries.values()) {
      if (this.#bytes <= this.#maxBytes) return;
      this.#drop(oldest);
    }
  }

  #drop(kept: CacheEntry): void {
    this.#unwatch(kept);
    if (this.#entries.get(kept.key) !== kept) return;
    this.#entries.delete(kept.key);
    this.#bytes -= kept.bytes;
  }

  #watch(kept: CacheEntry): void {
    this.#ofApp.set(kept.app, (this.#ofApp.get(kept.app) ?? new Set()).add(kept));
  }

  /** @returns whether it was still being watched */
  #unwatch(kept: CacheEntry): boolean {
    const watched = this.#ofApp.get(kept.app);
    const was = watched?.delete(kept) ?? false;
    if (watched?.size === 0) this.#ofApp.delete(kept.app);
    return was;
  }
}

/** The time from which on answers about the app may have changed, UTC ms. */
function earliest({ apps, rows }: Committed, app: string): number {
  let since = Number.POSITIVE_INFINITY;
  for (const row of rows()) {
    if (apps.size > 1 && appAt(row) !== app) continue;
    // Ties a device to a user, which changes answers about any time.
    if (isIdAt(row, IDENTIFY)) return Number.NEGATIVE_INFINITY;
    since = Math.min(since, timestampAt(row));
  }
  return since;
}

const sizeOf = ({ answer }: AnalysisResult, key: string): number =>
  (JSON.stringify(answer).length + key.length) * BYTES_A_CHARACTER;
