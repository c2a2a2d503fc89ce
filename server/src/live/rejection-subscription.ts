import type { Connection } from './connection.ts';
import type { RejectionLog } from './rejection-log.ts';
import { sseMessage } from './sse-message.ts';

/** A subscriber of an app's rejections. It reads from the log as fast as its connection allows. What the log has dropped by then is lost. */
export class RejectionSubscription {
  readonly #connection: Connection;
  readonly #log: RejectionLog;
  readonly #idOf: (number: number) => string;
  #seen: number;
  #isWaiting = false;

  constructor(connection: Connection, log: RejectionLog, idOf: (number: number) => string, seen: number) {
    this.#connection = connection;
    this.#log = log;
    this.#idOf = idOf;
    this.#seen = seen;
  }

  get app(): string {
    return this.#connection.app;
  }

  get id(): string {
    return this.#idOf(this.#seen);
  }

  send(): void {
    if (this.#isWaiting) return;
    for (const { number, json } of this.#log.after(this.app, this.#seen)) {
      if (this.#connection.isClosed) return;
      if (this.#connection.isFull) {
        this.#isWaiting = true;
        void this.#connection.drained().then(() => {
          this.#isWaiting = false;
          this.send();
        });
        return;
      }
      this.#connection.write(sseMessage(this.#idOf(number), 'rejected', json));
      this.#seen = number;
    }
  }
}
