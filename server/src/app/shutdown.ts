/** Closes what has been opened, in reverse order. */
export class Shutdown {
  readonly #closers: (() => Promise<void>)[] = [];

  /** Call it as soon as something is open. */
  onClose(close: () => Promise<void>): void {
    this.#closers.push(close);
  }

  /** Closes everything, even if some of it fails. @throws the first failure */
  async run(): Promise<void> {
    const failures: unknown[] = [];
    for (const close of this.#closers.splice(0).reverse())
      await close().catch((error: unknown) => failures.push(error));
    if (failures.length > 0) throw failures[0];
  }
}
