import type { IdWindow } from './deduplication/id-window.ts';
import type { Imports } from './imports/imports.ts';
import type { Journal } from './journal/journal.ts';

export interface UpkeepOptions {
  readonly journal: Journal;
  readonly ids: IdWindow;
  /** The clock by which ids grow old, ms. */
  readonly idsNow: () => number;
  readonly logger: { warn(fields: object, message: string): void };
}

const EVERY_MS = 60_000;
/** Transactions whose fingerprints are forgotten at a time. */
const FORGET_TRANSACTIONS = 5_000;

/** What happens beside requests. A failure is logged, and the next minute makes up for it; stopping waits for what runs. */
export class Upkeep {
  readonly #options: UpkeepOptions;
  readonly #running = new Set<Promise<void>>();
  #timer: NodeJS.Timeout | undefined;
  #isStopping = false;

  constructor(options: UpkeepOptions) {
    this.#options = options;
  }

  /** Now and every minute. @param resumeErased goes on with forgetting the ids of erased events */
  start(imports: Imports, resumeErased: () => Promise<void>): void {
    const all = (): void => {
      this.run(this.#maintain(imports));
      this.run(resumeErased());
    };
    all();
    this.#timer = setInterval(all, EVERY_MS);
    this.#timer.unref();
  }

  run(work: Promise<void>): void {
    const owned = work
      .catch((error: unknown) =>
        this.#options.logger.warn({ err: error }, 'the journal was not tidied; it will be tried again'),
      )
      .finally(() => this.#running.delete(owned));
    this.#running.add(owned);
  }

  /** Takes the fingerprints of ids that made room for others out of the journal. */
  strip(evicted: ReturnType<IdWindow['makeRoom']>): void {
    for (const { app, fromMs, toMs } of evicted) this.run(this.#options.journal.fingerprints.strip(app, fromMs, toMs));
  }

  /** Begins nothing more. */
  stop(): void {
    this.#isStopping = true;
    clearInterval(this.#timer);
  }

  async settled(): Promise<void> {
    await Promise.all(this.#running);
  }

  async #maintain(imports: Imports): Promise<void> {
    const { journal, ids, idsNow } = this.#options;
    imports.forgetIdle();
    journal.writeProgress();
    const before = ids.expire(idsNow());
    while (!this.#isStopping && (await journal.fingerprints.dropBefore(before, FORGET_TRANSACTIONS)));
  }
}
