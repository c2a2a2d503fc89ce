/** What was found and done when the journal's file was damaged. */
export interface Salvage {
  /** UTC ms. */
  readonly at: number;
  /** What was found, as text. */
  readonly found: string;
  /** Where the damaged file is kept. */
  readonly keptAt: string;
  /** Events that were not in the store yet. */
  readonly events: {
    readonly saved: number;
    /** null: unknown. */
    readonly lost: number | null;
    /** Events with known sequence numbers that are neither known to be in the store nor saved: all that are lost, if that is known. */
    readonly unaccounted: number;
    /** The last known sequence number. There may have been more. */
    readonly knownUpTo: number;
  };
  /** The transactions that brought them. Here and below, null means unknown. */
  readonly groups: { readonly saved: number; readonly lost: number | null };
  readonly setAside: { readonly saved: number; readonly lost: number | null };
  /** Transactions whose ids are still remembered, or no longer: their events may be accepted again. */
  readonly ids: { readonly saved: number; readonly lost: number | null };
}
