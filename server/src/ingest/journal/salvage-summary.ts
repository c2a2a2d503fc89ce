/** What was found and done when the journal's file was damaged. */
export interface Salvage {
  /** UTC ms. */
  readonly at: number;
  /** What was found, in words. */
  readonly found: string;
  /** Where the damaged file is kept. */
  readonly keptAt: string;
  /** Events on their way to the store. */
  readonly events: {
    readonly saved: number;
    /** null: nobody knows. */
    readonly lost: number | null;
    /** Events at sequence numbers that are known of, and are neither known to be in the store nor saved: all that are lost, when that is known. */
    readonly unaccounted: number;
    /** The last sequence number that is known of; there may have been more. */
    readonly knownUpTo: number;
  };
  /** The transactions that brought them; here and below, null is "nobody knows". */
  readonly groups: { readonly saved: number; readonly lost: number | null };
  readonly setAside: { readonly saved: number; readonly lost: number | null };
  /** Transactions whose ids are still remembered, or no more: what they brought may be accepted again. */
  readonly ids: { readonly saved: number; readonly lost: number | null };
}
