import type { ArchivePosition } from '../../archive/archive.ts';
import type { Forgotten } from '../deduplication/forgotten-ids.ts';
import type { AppFingerprints } from './id-fingerprints.ts';

/** What one transaction writes. */
export interface Entry {
  /** As group.ts encodes it for the sequence number `nextSeq`. It must not change until the promise settles. */
  readonly value: Buffer;
  readonly count: number;
  /** As id-fingerprints.ts encodes them for the same sequence number. */
  readonly fingerprints?: Buffer;
  readonly names: readonly string[];
  /** Sequence numbers of rejected rows that this entry contains again. */
  readonly takenFromRejected?: readonly number[];
  /** Where these rows are in the archive, which gets them again with this entry. */
  readonly formerPositions?: readonly ArchivePosition[];
  /** How far imports have come. */
  readonly checkpoints?: readonly { readonly key: string; readonly value: unknown }[];
  readonly forgotten?: Forgotten;
  /** Keys of erasures that are finished. */
  readonly erased?: readonly string[];
}

/** The events of a block, written down before its first attempt. */
export interface BlockRange {
  readonly firstSeq: number;
  readonly endSeq: number;
}

/** The block range of the journal, once its block was attempted. */
export interface AttemptedRange extends BlockRange {
  /** The engine rejected rows, and parts of the block were sent by themselves. */
  readonly isSplit?: true;
}

export interface DamagedGroup {
  /** The number of events that the group claimed to have. */
  readonly events: number;
  readonly fingerprints: readonly AppFingerprints[];
}

export interface RejectedRow {
  readonly seq: number;
  readonly reason: string;
  readonly row: Buffer;
}
