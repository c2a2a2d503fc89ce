import { fromBufferKey } from 'ordered-binary';
import { decodeChecked, isIntactChecked } from '../journal/checked-value.ts';
import { countOf, isIntact, timeOf } from '../journal/group.ts';
import {
  areFingerprintsIntact,
  fingerprintsCountOf,
  fingerprintsTimeOf,
  hasFingerprintsShape,
} from '../journal/id-fingerprints.ts';
import { scanLeaves } from './lmdb-scan.ts';

/** What the pages of a journal contain if its trees can't be followed. Some of it may be outdated. */
export interface Scanned {
  /** Groups that do not overlap, by their first sequence number. */
  readonly groups: ReadonlyMap<number, Written>;
  readonly ids: ReadonlyMap<number, Written>;
  /** How far imports had come at least. */
  readonly imports: ReadonlyMap<string, Buffer>;
  /** Everything below this sequence number was loaded. */
  readonly loadedAtLeast: number | undefined;
}

export interface Written {
  readonly count: number;
  readonly at: number;
}

/** Rejected rows and names are left out: it is unknown whether they are still wanted, or they are not needed. */
export function scanJournal(path: string, pageSize: number): Scanned {
  const groups = new Map<number, Written>();
  const ids = new Map<number, Written>();
  const imports = new Map<string, { done: number; value: Buffer }>();
  let loadedAtLeast: number | undefined;
  for (const { key, value } of scanLeaves(path, pageSize)) {
    const known = keyOf(key);
    if (typeof known === 'number') {
      const kind = kindOf(known, value);
      if (kind === 'group') putNewer(groups, known, { count: countOf(value), at: timeOf(value) });
      else if (kind === 'ids')
        putNewer(ids, known, { count: fingerprintsCountOf(value), at: fingerprintsTimeOf(value) });
    } else if (known !== undefined && isIntactChecked(known, value)) {
      const number = decodeChecked(known, value);
      if (typeof number !== 'number') continue;
      if (known === 'nextSeq') loadedAtLeast = Math.max(number, loadedAtLeast ?? 0);
      // A name's value is 1, so it is taken for an import of a single row.
      else if (known.includes(' ') && number > 1 && number > (imports.get(known)?.done ?? 0))
        imports.set(known, { done: number, value });
    }
  }
  return {
    groups: apartFromEachOther(groups),
    ids,
    imports: new Map([...imports].map(([key, { value }]) => [key, value])),
    loadedAtLeast,
  };
}

/** The values of some of what was found, each once. */
export function* valuesOf(
  path: string,
  pageSize: number,
  kind: 'group' | 'ids',
  wanted: ReadonlyMap<number, Written>,
): Generator<{ readonly key: number; readonly value: Buffer }> {
  const given = new Set<number>();
  for (const { key: bytes, value } of scanLeaves(path, pageSize)) {
    const key = keyOf(bytes);
    if (typeof key !== 'number' || given.has(key) || !wanted.has(key) || kindOf(key, value) !== kind) continue;
    if (wanted.get(key)!.at !== (kind === 'group' ? timeOf(value) : fingerprintsTimeOf(value))) continue;
    given.add(key);
    yield { key, value };
  }
}

function kindOf(key: number, value: Buffer): 'group' | 'ids' | undefined {
  if (isIntact(key, value)) return countOf(value) > 0 ? 'group' : undefined;
  return areFingerprintsIntact(key, value) && hasFingerprintsShape(value) ? 'ids' : undefined;
}

function keyOf(bytes: Buffer): number | string | undefined {
  let key: unknown;
  try {
    key = fromBufferKey(bytes);
  } catch {
    // Bytes that are not a key.
    return undefined;
  }
  if (typeof key === 'string') return key;
  return typeof key === 'number' && Number.isSafeInteger(key) && key >= 0 ? key : undefined;
}

/** A later run of the server may have assigned a sequence number again, after a failed transaction. */
function putNewer(map: Map<number, Written>, key: number, written: Written): void {
  if (written.at >= (map.get(key)?.at ?? 0)) map.set(key, written);
}

/** Of two that overlap, the later one was stored. */
function apartFromEachOther(groups: ReadonlyMap<number, Written>): Map<number, Written> {
  const kept: [number, Written][] = [];
  for (const each of [...groups].sort(([a], [b]) => a - b)) {
    const [first, { at }] = each;
    let isLater = true;
    for (let last = kept.at(-1); isLater && last !== undefined && last[0] + last[1].count > first; last = kept.at(-1)) {
      isLater = at >= last[1].at;
      if (isLater) kept.pop();
    }
    if (isLater) kept.push(each);
  }
  return new Map(kept);
}
