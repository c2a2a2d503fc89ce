/** Which sequence numbers of a journal are accounted for, as far as its file can be read. */
export class SequenceCoverage {
  #loaded: number | undefined;
  #loadedAtLeast: number | undefined;
  /** First sequence number → one more than the last. */
  readonly #intact = new Map<number, number>();
  readonly #broken = new Set<number>();
  #first = Number.POSITIVE_INFINITY;
  #lastIntact = 0;
  #end = 1;
  /** Every group that the journal holds is known by its first sequence number, also those that cannot be read. */
  areAllKnown = true;

  /** Everything below was loaded; no later group was. */
  loadedUpTo(seq: number): void {
    this.#loaded = seq;
    this.upTo(seq);
  }

  /** Everything below was loaded, perhaps more. */
  loadedAtLeastUpTo(seq: number): void {
    this.#loadedAtLeast = Math.max(seq, this.#loadedAtLeast ?? 0);
    this.upTo(seq);
  }

  group(firstSeq: number, count: number): void {
    this.#intact.set(firstSeq, firstSeq + count);
    this.#first = Math.min(this.#first, firstSeq);
    this.#lastIntact = Math.max(this.#lastIntact, firstSeq);
    this.upTo(firstSeq + count);
  }

  brokenGroup(firstSeq: number): void {
    this.#broken.add(firstSeq);
    this.#first = Math.min(this.#first, firstSeq);
    this.upTo(firstSeq + 1);
  }

  /** Every sequence number below was given, whatever became of it. */
  upTo(seq: number): void {
    if (Number.isSafeInteger(seq)) this.#end = Math.max(this.#end, seq);
  }

  /** Every sequence number below is in the store, or was. Where the file does not say, groups do: they are loaded in their order. */
  get loadedEnd(): number {
    if (this.#loaded !== undefined) return this.#loaded;
    if (this.areAllKnown) return Math.min(this.#first, this.#end);
    // Too low a sequence number costs ids, whose events may then be taken twice; too high a one costs events.
    return this.#loadedAtLeast ?? (Number.isFinite(this.#first) ? this.#first : 1);
  }

  /** Whether what was accepted at this sequence number is in the store, or in a group that can be read. */
  isKept(firstSeq: number): boolean {
    return firstSeq < this.loadedEnd || this.#intact.has(firstSeq);
  }

  has(firstSeq: number): boolean {
    return this.#intact.has(firstSeq) || this.#broken.has(firstSeq);
  }

  sum(): SequenceSummary {
    const intact = [...this.#intact].reduce((sum, [first, end]) => sum + end - first, 0);
    const missing = this.areAllKnown ? this.#inBroken() : this.#inGaps();
    // Of the last group, only itself could tell how many it held.
    const isKnown = this.areAllKnown && [...this.#broken].every((first) => first < this.#lastIntact);
    const loadedEnd = Math.min(this.loadedEnd, this.#end);
    return { events: intact, missingEvents: missing, isMissingKnown: isKnown, loadedEnd, endSeq: this.#end };
  }

  #inBroken(): number {
    const firsts = [...this.#intact.keys(), ...this.#broken].sort((a, b) => a - b);
    return firsts.reduce(
      (sum, first, at) => (this.#broken.has(first) ? sum + (firsts[at + 1] ?? this.#end) - first : sum),
      0,
    );
  }

  #inGaps(): number {
    let missing = 0;
    let reached = this.loadedEnd;
    for (const [first, end] of [...this.#intact].sort(([a], [b]) => a - b)) {
      missing += Math.max(0, first - reached);
      reached = Math.max(reached, end);
    }
    return missing + Math.max(0, this.#end - reached);
  }
}

export interface SequenceSummary {
  /** Events in groups that are as they were written. */
  readonly events: number;
  /** Events known to be in no group that can be read, and not loaded. */
  readonly missingEvents: number;
  /** Whether there are no others of that kind. */
  readonly isMissingKnown: boolean;
  /** Every sequence number below is in the store, or was. */
  readonly loadedEnd: number;
  /** One more than the last sequence number that is known of. */
  readonly endSeq: number;
}
