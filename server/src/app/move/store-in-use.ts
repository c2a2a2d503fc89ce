import type { Logger } from 'pino';
import type { Store } from '../../store/store.ts';
import type { OpenStore } from '../open-store.ts';

/** The store of the server, which everything can hold on to while the events move to another one: each call goes to the current one. */
export class StoreInUse {
  readonly store: Store;
  readonly #graceMs: number;
  readonly #logger: Logger;
  #opened: OpenStore;
  /** Stores that were in use before. */
  readonly #closing = new Set<() => Promise<void>>();

  /** @param graceMs how long a store that is no longer in use stays open for the questions that it is answering */
  constructor(first: OpenStore, graceMs: number, logger: Logger) {
    this.#opened = first;
    this.#graceMs = graceMs;
    this.#logger = logger;
    const current = (): Store => this.#opened.store;
    this.store = forwarding(current, { analysis: forwarding(() => current().analysis) });
  }

  current(): Store {
    return this.#opened.store;
  }

  switchTo(next: OpenStore): void {
    const old = this.#opened;
    this.#opened = next;
    const timer = setTimeout(
      () => close().catch((err: unknown) => this.#logger.warn({ err }, 'the store used before was not closed')),
      this.#graceMs,
    );
    timer.unref();
    let closed: Promise<void> | undefined;
    const close = async (): Promise<void> => {
      clearTimeout(timer);
      closed ??= old.close().finally(() => this.#closing.delete(close));
      await closed;
    };
    this.#closing.add(close);
  }

  /** Closes what was in use before, at once: it may be opened again. */
  async closeFormer(): Promise<void> {
    await Promise.all([...this.#closing].map(async (close) => await close()));
  }

  async close(): Promise<void> {
    await Promise.all([this.#opened.close(), this.closeFormer()]);
  }
}

function forwarding<T extends object>(current: () => T, fixed: Partial<T> = {}): T {
  return new Proxy({} as T, {
    get: (_, name) => Reflect.get(name in fixed ? fixed : current(), name),
  });
}
