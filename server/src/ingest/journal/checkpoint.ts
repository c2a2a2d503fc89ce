/** How far an import has come; stored in the same transaction as its rows. */
export interface Checkpoint {
  readonly key: string;
  readonly value: unknown;
  /** Ids of the app that are to be known no more, or from now on for a whole window: high and low of each. */
  readonly forgets?: readonly number[];
  readonly keeps?: readonly number[];
  /** Keys of erasures that are done with (erased-ids.ts). */
  readonly erased?: readonly string[];
}
