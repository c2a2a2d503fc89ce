import { decodeChecked, encodeChecked } from './checked-value.ts';
import type { JournalFile, JournalWrite } from './journal-file.ts';

/** What the file of the id window must contain to belong to this journal (id-window-file.ts). */
export class WindowToken {
  readonly #file: JournalFile;
  readonly #write: JournalWrite;

  constructor(file: JournalFile, write: JournalWrite) {
    this.#file = file;
    this.#write = write;
  }

  get(): string | undefined {
    const token = decodeChecked('window', this.#file.root.get('window'));
    return typeof token === 'string' ? token : undefined;
  }

  async set(token: string): Promise<void> {
    await this.#write('the window of ids is not kept', 0, () => {
      this.#file.root.put('window', encodeChecked('window', token));
    });
  }
}
