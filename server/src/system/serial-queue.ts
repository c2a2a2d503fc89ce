/** Runs work one after another, in order. A failure only concerns its caller: the next work still runs. */
export class SerialQueue {
  #last: Promise<unknown> = Promise.resolve();

  run<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#last.then(work);
    this.#last = done.catch(() => {});
    return done;
  }

  /** Resolves when everything queued so far has ended. */
  async settled(): Promise<void> {
    await this.#last;
  }
}
