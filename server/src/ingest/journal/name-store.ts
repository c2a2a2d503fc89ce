import { encodeChecked } from './checked-value.ts';
import type { JournalFile, JournalWrite } from './journal-file.ts';

/** Event ids and property names in the journal's file, as known-names.ts spells them. */
export class NameStore {
  readonly #file: JournalFile;
  readonly #write: JournalWrite;

  constructor(file: JournalFile, write: JournalWrite) {
    this.#file = file;
    this.#write = write;
  }

  *all(): Generator<string> {
    for (const key of this.#file.names.getKeys({})) yield key;
  }

  /** Call it within a transaction. */
  put(names: readonly string[]): void {
    for (const name of names) this.#file.names.put(name, encodeChecked(name, 1));
  }

  async drop(names: readonly string[]): Promise<void> {
    if (names.length === 0) return;
    await this.#write('names are not forgotten', 0, () => {
      for (const name of names) this.#file.names.remove(name);
    });
  }
}
