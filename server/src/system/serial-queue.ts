/** Runs work one after another, in the order in which it came. A failure is its caller's alone: what comes after still runs. */
export class SerialQueue {
  #last: Promise<unknown> = Promise.resolve();

  run<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#last.then(work);
    this.#last = done.catch(() => {});
    return done;
  }

  /** Resolves when all that came so far has ended. */
  async settled(): Promise<void> {
    await this.#last;
  }
}
