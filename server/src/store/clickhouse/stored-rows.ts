import type { Connection } from './connection.ts';
import { EVENTS } from './sql.ts';

/** How many rows there are at most, where only this process writes rows: a store that holds few needs no counting for a question. */
export class StoredRows {
  readonly #opened: () => Connection;
  readonly #isSoleWriter: boolean;
  #inserted = 0;
  #stored: Promise<number> | undefined;

  constructor(opened: () => Connection, isSoleWriter: boolean) {
    this.#opened = opened;
    this.#isSoleWriter = isSoleWriter;
  }

  /** So many rows are about to be inserted; a block that is sent twice counts twice. */
  inserting(rows: number): void {
    this.#inserted += rows;
  }

  /** @returns a number of rows that the store does not exceed; undefined where others write too */
  async most(): Promise<number | undefined> {
    if (!this.#isSoleWriter) return undefined;
    this.#stored ??= this.#ask();
    try {
      return (await this.#stored) + this.#inserted;
    } catch (error) {
      this.#stored = undefined;
      throw error;
    }
  }

  /** Once per start, from the parts. */
  async #ask(): Promise<number> {
    const [row] = await this.#opened().query<{ n: string }>(`SELECT count() AS n FROM ${EVENTS}`);
    return Number(row?.n ?? 0);
  }
}
