import { SeismoError } from '../../model/errors.ts';
import type { Committed } from '../../row/committed-rows.ts';
import type { Journal } from '../journal/journal.ts';
import type { Loader } from './loader.ts';

export interface FreshnessOptions {
  readonly journal: Journal;
  readonly loader: Loader;
  readonly now: () => number;
  /** How long a query waits for the store, ms. */
  readonly timeoutMs: number;
}

/** Whether the store has what was acknowledged, so that callers read their own writes. */
export class Freshness {
  readonly #options: FreshnessOptions;
  readonly #openedAtSeq: number;
  /** One more than the last sequence number on disk with an event of the app. */
  readonly #endOf = new Map<string, number>();

  constructor(options: FreshnessOptions) {
    this.#options = options;
    this.#openedAtSeq = options.journal.committedSeq;
  }

  committed({ apps, firstSeq, count }: Committed): void {
    for (const app of apps) this.#endOf.set(app, firstSeq + count);
  }

  /** Resolves when everything acknowledged for the app (absent: for any app) before the call is in the store. @throws STORE_BEHIND */
  async catchUp(app: string | undefined, signal?: AbortSignal): Promise<void> {
    const seq = this.#seqOf(app);
    if (this.#options.loader.loadedSeq < seq) await this.reached(seq, signal);
  }

  /** Until when (UTC ms) the store has everything accepted for the app (absent: for any app). */
  asOf(app: string | undefined): number {
    const { loader, journal, now } = this.#options;
    return loader.loadedSeq >= this.#seqOf(app) ? now() : (journal.oldestAt() ?? now());
  }

  /** Resolves when all sequence numbers below `seq` are in the store. @throws STORE_BEHIND */
  async reached(seq: number, signal?: AbortSignal): Promise<void> {
    const { loader, timeoutMs } = this.#options;
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(behind()), timeoutMs);
    try {
      await loader.reached(seq, signal ? AbortSignal.any([signal, late.signal]) : late.signal);
    } finally {
      clearTimeout(timer);
    }
  }

  #seqOf(app: string | undefined): number {
    return app === undefined ? this.#options.journal.committedSeq : (this.#endOf.get(app) ?? this.#openedAtSeq);
  }
}

const behind = (): SeismoError =>
  new SeismoError(
    'STORE_BEHIND',
    'The store has not caught up with the events of this app yet. Retry, or send `fresh=false`.',
  );
