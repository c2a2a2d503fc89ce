import { message } from './message.ts';
import type { Reader } from './reader.ts';
import type { RefusedLog } from './refused-log.ts';

/** One who is told what was refused. It reads from the log, as fast as it takes it; what the log has dropped meanwhile is gone. */
export class RefusedReader {
  readonly #reader: Reader;
  readonly #log: RefusedLog;
  readonly #idOf: (number: number) => string;
  #seen: number;
  #isWaiting = false;

  constructor(reader: Reader, log: RefusedLog, idOf: (number: number) => string, seen: number) {
    this.#reader = reader;
    this.#log = log;
    this.#idOf = idOf;
    this.#seen = seen;
  }

  get app(): string {
    return this.#reader.app;
  }

  get id(): string {
    return this.#idOf(this.#seen);
  }

  tell(): void {
    if (this.#isWaiting) return;
    for (const { number, json } of this.#log.after(this.app, this.#seen)) {
      if (this.#reader.isOver) return;
      if (this.#reader.isFull) {
        this.#isWaiting = true;
        void this.#reader.drained().then(() => {
          this.#isWaiting = false;
          this.tell();
        });
        return;
      }
      this.#reader.write(message(this.#idOf(number), 'rejected', json));
      this.#seen = number;
    }
  }
}
