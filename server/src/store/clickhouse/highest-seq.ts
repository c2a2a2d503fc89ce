import type { Connection } from './connection.ts';
import { EVENTS } from './sql.ts';

/** The highest place of any row, where this process alone writes rows: trails are packed into as few bits as that takes. */
export class HighestSeq {
  readonly #opened: () => Connection;
  readonly #isSoleWriter: boolean;
  #known = 0;
  #stored: Promise<number> | undefined;

  constructor(opened: () => Connection, isSoleWriter: boolean) {
    this.#opened = opened;
    this.#isSoleWriter = isSoleWriter;
  }

  /** Rows below this place are about to be inserted. */
  inserting(endSeq: number): void {
    this.#known = Math.max(this.#known, endSeq - 1);
  }

  /** @returns a place that no row is above; undefined where others write too */
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

  /** Once a start: rows may be of an older journal, whose places went higher. */
  async #ask(): Promise<number> {
    const [row] = await this.#opened().query<{ highest: string }>(`SELECT max(seq) AS highest FROM ${EVENTS}`);
    return Number(row?.highest ?? 0);
  }
}
