import type { Forgotten } from '../ids/forgotten-ids.ts';
import type { AppFingerprints } from './id-fingerprints.ts';

/** What one transaction brings. */
export interface Entry {
  /** As group.ts encodes it for the sequence number `nextSeq`; left alone until the promise settles. */
  readonly value: Buffer;
  readonly count: number;
  /** As id-fingerprints.ts encodes them for the same sequence number. */
  readonly fingerprints?: Buffer;
  readonly names: readonly string[];
  /** Sequence numbers of rejected rows that this entry holds again. */
  readonly takenFromRejected?: readonly number[];
  /** How far imports have come. */
  readonly checkpoints?: readonly { readonly key: string; readonly value: unknown }[];
  readonly forgotten?: Forgotten;
  /** Keys of erasures that are done with. */
  readonly erased?: readonly string[];
}

/** Which events a block holds, written down before its first attempt. */
export interface BlockRange {
  readonly firstSeq: number;
  readonly endSeq: number;
}

export interface DamagedGroup {
  /** How many events the group said to hold. */
  readonly events: number;
  readonly fingerprints: readonly AppFingerprints[];
}

export interface RejectedRow {
  readonly seq: number;
  readonly reason: string;
  readonly row: Buffer;
}
