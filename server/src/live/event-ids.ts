/** A run of the server, and the first sequence number that it assigned. */
export interface Run {
  readonly journal: string;
  readonly firstSeq: number;
}

const ID = /^(\d{1,16})-([0-9a-f]{32})$/;
const hexOf = (journal: string): string => journal.replaceAll('-', '');

/**
 * The ids of messages: a sequence number, and the run of the server that assigned it. Sequence numbers grow from run to run. They only
 * start again if the data directory was restored from a backup, and then the run is unknown.
 */
export class EventIds {
  readonly #runs: readonly Run[];
  readonly #known: ReadonlySet<string>;
  readonly #hex: string;

  /** @param runs in order; the last one is this run */
  constructor(runs: readonly Run[]) {
    this.#runs = runs;
    this.#known = new Set(runs.map(({ journal }) => hexOf(journal)));
    this.#hex = hexOf(runs.at(-1)!.journal);
  }

  idOf(seq: number): string {
    return `${seq}-${this.#hex}`;
  }

  /** The sequence number, or undefined if this server did not assign it. */
  seqOf(id: string): number | undefined {
    const [, seq, hex] = ID.exec(id) ?? [];
    return seq !== undefined && hex !== undefined && this.#known.has(hex) ? Number(seq) : undefined;
  }

  isOfThisRun(id: string): boolean {
    return id.endsWith(`-${this.#hex}`);
  }

  /** The runs that assigned the sequence numbers `[fromSeq, toSeq)`. */
  runsOf(fromSeq: number, toSeq: number): readonly string[] {
    return this.#runs
      .filter(({ firstSeq }, i) => {
        const endSeq = this.#runs[i + 1]?.firstSeq ?? Number.POSITIVE_INFINITY;
        return firstSeq < Math.min(endSeq, toSeq) && endSeq > fromSeq;
      })
      .map(({ journal }) => journal);
  }
}
