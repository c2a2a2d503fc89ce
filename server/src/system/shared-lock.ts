/** Work that may run side by side, and now and then something that must have all of it for itself. */
export class SharedLock {
  #running = 0;
  #held: Promise<void> | undefined;
  #onIdle: (() => void) | undefined;

  /** Runs the work; while the lock is held, it waits first. */
  async shared<T>(work: () => Promise<T>): Promise<T> {
    while (this.#held !== undefined) await this.#held;
    this.#running++;
    try {
      return await work();
    } finally {
      this.#running--;
      if (this.#running === 0) this.#onIdle?.();
    }
  }

  /**
   * Resolves when no work is running; none begins until the function is called that it resolves with. Only one may hold it at a time.
   * Rejects with the signal's reason if that comes first.
   */
  async hold(signal: AbortSignal): Promise<() => void> {
    signal.throwIfAborted();
    let resume = (): void => {};
    this.#held = new Promise((resolve) => {
      resume = resolve;
    });
    const release = (): void => {
      this.#held = undefined;
      this.#onIdle = undefined;
      resume();
    };
    try {
      await new Promise<void>((resolve, reject) => {
        if (this.#running === 0) resolve();
        this.#onIdle = resolve;
        signal.addEventListener('abort', () => reject(signal.reason), { once: true });
      });
    } catch (error) {
      release();
      throw error;
    }
    return release;
  }
}
