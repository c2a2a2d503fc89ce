/** A run of the server, and the first sequence number that it gave. */
export interface Run {
  readonly journal: string;
  readonly firstSeq: number;
}

const ID = /^(\d{1,16})-([0-9a-f]{32})$/;
const hexOf = (journal: string): string => journal.replaceAll('-', '');

/**
 * The ids of messages: a sequence number, and which run of the server gave it. Sequence numbers grow from run to run; only when the
 * data directory was brought back from a backup do they start over, and then the run is an unknown one.
 */
export class EventIds {
  readonly #runs: readonly Run[];
  readonly #known: ReadonlySet<string>;
  readonly #hex: string;

  /** @param runs in their order, the last is this one */
  constructor(runs: readonly Run[]) {
    this.#runs = runs;
    this.#known = new Set(runs.map(({ journal }) => hexOf(journal)));
    this.#hex = hexOf(runs.at(-1)!.journal);
  }

  idOf(seq: number): string {
    return `${seq}-${this.#hex}`;
  }

  /** The sequence number; undefined when this server did not give it. */
  seqOf(id: string): number | undefined {
    const [, seq, hex] = ID.exec(id) ?? [];
    return seq !== undefined && hex !== undefined && this.#known.has(hex) ? Number(seq) : undefined;
  }

  isOfThisRun(id: string): boolean {
    return id.endsWith(`-${this.#hex}`);
  }

  /** The runs that gave the sequence numbers `[fromSeq, toSeq)`. */
  runsOf(fromSeq: number, toSeq: number): readonly string[] {
    return this.#runs
      .filter(({ firstSeq }, i) => {
        const endSeq = this.#runs[i + 1]?.firstSeq ?? Number.POSITIVE_INFINITY;
        return firstSeq < Math.min(endSeq, toSeq) && endSeq > fromSeq;
      })
      .map(({ journal }) => journal);
  }
}
