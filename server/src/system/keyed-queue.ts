/** Runs the work of one key in order, and that of different keys at the same time. */
export class KeyedQueue {
  readonly #last = new Map<string, Promise<unknown>>();

  /** A failure only concerns its caller: the next work still runs. */
  async run<T>(key: string, work: () => Promise<T>): Promise<T> {
    const done = (this.#last.get(key) ?? Promise.resolve()).then(work);
    const end = done.catch(() => {});
    this.#last.set(key, end);
    try {
      return await done;
    } finally {
      if (this.#last.get(key) === end) this.#last.delete(key);
    }
  }

  /** Resolves when everything queued so far has ended. */
  async settled(): Promise<void> {
    await Promise.all(this.#last.values());
  }
}
