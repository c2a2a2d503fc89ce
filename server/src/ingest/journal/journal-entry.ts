import type { Forgotten } from '../ids/forgotten-ids.ts';
import type { AppPrints } from './id-fingerprints.ts';

/** What one transaction brings. */
export interface Entry {
  /** As group.ts encodes it for the place `nextSeq`; left alone until the promise settles. */
  readonly value: Buffer;
  readonly count: number;
  /** As prints.ts encodes them for the same place. */
  readonly prints?: Buffer;
  readonly names: readonly string[];
  /** Places of events set aside that this entry holds again. */
  readonly takenFromAside?: readonly number[];
  /** How far imports have come. */
  readonly checkpoints?: readonly { readonly key: string; readonly value: unknown }[];
  readonly forgotten?: Forgotten;
  /** Keys of erasures that are done with. */
  readonly erased?: readonly string[];
}

/** A block's cut, written down before its first attempt. */
export interface Cut {
  readonly firstSeq: number;
  readonly endSeq: number;
}

export interface DamagedApart {
  /** How many events the group said to hold. */
  readonly events: number;
  readonly prints: readonly AppPrints[];
}

export interface AsideRow {
  readonly seq: number;
  readonly reason: string;
  readonly row: Buffer;
}
