/** Which sequence numbers of a journal are accounted for, as far as its file is readable. */
export class SequenceCoverage {
  #loaded: number | undefined;
  #loadedAtLeast: number | undefined;
  /** First sequence number → one more than the last. */
  readonly #intact = new Map<number, number>();
  readonly #broken = new Set<number>();
  #first = Number.POSITIVE_INFINITY;
  #lastIntact = 0;
  #end = 1;
  /** Every group in the journal is known by its first sequence number, including unreadable ones. */
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

  /** Every sequence number below was assigned, whatever became of it. */
  upTo(seq: number): void {
    if (Number.isSafeInteger(seq)) this.#end = Math.max(this.#end, seq);
  }

  /** Every sequence number below is or was in the store. If the file does not show it, groups do, because they are loaded in order. */
  get loadedEnd(): number {
    if (this.#loaded !== undefined) return this.#loaded;
    if (this.areAllKnown) return Math.min(this.#first, this.#end);
    // A number that is too low costs ids, whose events may be counted twice. One that is too high costs events.
    return this.#loadedAtLeast ?? (Number.isFinite(this.#first) ? this.#first : 1);
  }

  /** Whether the event with this sequence number is in the store, or in a readable group. */
  isKept(firstSeq: number): boolean {
    return firstSeq < this.loadedEnd || this.#intact.has(firstSeq);
  }

  has(firstSeq: number): boolean {
    return this.#intact.has(firstSeq) || this.#broken.has(firstSeq);
  }

  sum(): SequenceSummary {
    // Those before are in the store, and wait for the archive alone.
    const { loadedEnd: storedEnd } = this;
    const waiting = [...this.#intact].filter(([first]) => first >= storedEnd);
    const intact = waiting.reduce((sum, [first, end]) => sum + end - first, 0);
    const missing = this.areAllKnown ? this.#inBroken() : this.#inGaps();
    // Only the last group itself could tell how many events it had.
    const isKnown = this.areAllKnown && [...this.#broken].every((first) => first < this.#lastIntact);
    const loadedEnd = Math.min(this.loadedEnd, this.#end);
    return { events: intact, missingEvents: missing, isMissingKnown: isKnown, loadedEnd, endSeq: this.#end };
  }

  #inBroken(): number {
    const firsts = [...this.#intact.keys(), ...this.#broken].sort((a, b) => a - b);
    return firsts.reduce(
      (sum, first, at) =>
        this.#broken.has(first) && first >= this.loadedEnd ? sum + (firsts[at + 1] ?? this.#end) - first : sum,
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
  /** Events in intact groups. */
  readonly events: number;
  /** Events that are known to be in no readable group and not loaded. */
  readonly missingEvents: number;
  /** Whether there are no others of that kind. */
  readonly isMissingKnown: boolean;
  /** Every sequence number below is or was in the store. */
  readonly loadedEnd: number;
  /** One more than the last known sequence number. */
  readonly endSeq: number;
}
