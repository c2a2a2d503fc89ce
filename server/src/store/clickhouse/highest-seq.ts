import type { Connection } from './connection.ts';
import { EVENTS } from './sql.ts';

/** The highest sequence number of any row, where only this process writes rows: event sequences are packed into as few bits as it needs. */
export class HighestSeq {
  readonly #opened: () => Connection;
  readonly #isSoleWriter: boolean;
  #known = 0;
  #stored: Promise<number> | undefined;

  constructor(opened: () => Connection, isSoleWriter: boolean) {
    this.#opened = opened;
    this.#isSoleWriter = isSoleWriter;
  }

  /** Rows below this sequence number are about to be inserted. */
  inserting(endSeq: number): void {
    this.#known = Math.max(this.#known, endSeq - 1);
  }

  /** @returns a sequence number that no row exceeds; undefined where others write too */
  async get(): Promise<number | undefined> {
    if (!this.#isSoleWriter) return undefined;
    this.#stored ??= this.#ask();
    try {
      return Math.max(await this.#stored, this.#known);
    } catch (error) {
      this.#stored = undefined;
      throw error;
    }
  }

  /** Once per start: rows may be from an older journal, whose numbers went higher. */
  async #ask(): Promise<number> {
    const [row] = await this.#opened().query<{ highest: string }>(`SELECT max(seq) AS highest FROM ${EVENTS}`);
    return Number(row?.highest ?? 0);
  }
}
