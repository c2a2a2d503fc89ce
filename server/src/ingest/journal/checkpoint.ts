/** How far an import has come. Stored in the same transaction as its rows. */
export interface Checkpoint {
  readonly key: string;
  readonly value: unknown;
  /** Ids of the app that are forgotten, or known for a whole window from now on: high and low of each. */
  readonly forgets?: readonly number[];
  readonly keeps?: readonly number[];
  /** Keys of erasures that are finished (erased-ids.ts). */
  readonly erased?: readonly string[];
}
