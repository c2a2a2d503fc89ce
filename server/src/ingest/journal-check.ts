import { fromBufferKey } from 'ordered-binary';
import { decodeAside } from './aside.ts';
import { countOf, isIntact } from './group.ts';
import type { JournalFile } from './journal-file.ts';
import { LmdbPages, NotReadable, type Tree, treeOf } from './lmdb-pages.ts';
import { arePrintsIntact, printsCountOf } from './prints.ts';
import { isSealed, unsealed } from './sealed.ts';

/** Parts of the journal's file that are trees of their own. */
export type PartName = Exclude<keyof JournalFile, 'root'>;
const PARTS: readonly PartName[] = ['groups', 'ids', 'aside', 'damaged', 'names', 'imports'];

/** Takes what is as it was written. Keys of `names` and `imports` are texts, all others places. */
export interface Taker {
  value(part: PartName, key: number | string, value: Buffer): void;
}

export interface Found {
  /** In words; empty when all is well. */
  readonly faults: readonly string[];
  readonly transactions: number;
  readonly parts: ReadonlyMap<PartName, { readonly found: number; readonly lost: number }>;
  /** Events in groups that are as they were written. */
  readonly events: number;
  /** Places that lie between what was loaded last and the last one known, and are in no group that can be read. */
  readonly missingEvents: number;
  /** One more than the last place that is known of. */
  readonly endSeq: number;
}

/** Looks at every page and every value of a journal's file. LMDB is not used, and cannot be hurt by what is found. */
export function checkJournal(path: string, taker?: Taker): Found {
  const faults: string[] = [];
  const parts = new Map<PartName, { found: number; lost: number }>();
  const places = new Places();
  let transactions = 0;
  try {
    const pages = new LmdbPages(path);
    try {
      transactions = pages.transaction;
      const trees = readRoot(pages, faults, places);
      for (const part of PARTS) {
        const tree = trees.get(part);
        if (tree !== undefined) parts.set(part, readPart(pages, part, tree, faults, places, taker));
      }
      pages.checkFree();
      if (pages.faultCount > pages.faults.length) faults.push(`… and ${pages.faultCount - pages.faults.length} more`);
      faults.unshift(...pages.faults);
    } finally {
      pages.close();
    }
  } catch (error) {
    if (!(error instanceof NotReadable)) throw error;
    faults.push(error.message);
  }
  return { faults, transactions, parts, ...places.sum() };
}

function readRoot(pages: LmdbPages, faults: string[], places: Places): Map<PartName, Tree> {
  const trees = new Map<PartName, Tree>();
  for (const { key, value, isTree } of pages.entries('the root', pages.main)) {
    const name = nameOf(key);
    const part = PARTS.find((each) => each === name);
    if (isTree && part !== undefined && value.length >= 48) trees.set(part, treeOf(value));
    else if (isTree || !isSealed(name, value)) faults.push(`"${name}" is not what was written`);
    else if (name === 'nextSeq') places.loadedUpTo(Number(unsealed(name, value)));
  }
  return trees;
}

function readPart(
  pages: LmdbPages,
  part: PartName,
  tree: Tree,
  faults: string[],
  places: Places,
  taker: Taker | undefined,
): { found: number; lost: number } {
  let found = 0;
  let broken = 0;
  for (const { key, value } of pages.entries(part, tree)) {
    const known = keyOf(part, key);
    if (known === undefined || !isIntactPart(part, known, value)) {
      if (++broken === 1) faults.push(`a value of ${part} is not what was written`);
      continue;
    }
    found++;
    if (typeof known === 'number' && part === 'groups') places.group(known, countOf(value));
    if (typeof known === 'number' && part === 'ids') places.upTo(known + printsCountOf(value));
    taker?.value(part, known, value);
  }
  return { found, lost: Math.max(broken, tree.entries - found) };
}

function isIntactPart(part: PartName, key: number | string, value: Buffer): boolean {
  if (typeof key === 'string') return isSealed(key, value);
  switch (part) {
    case 'groups':
      return isIntact(key, value) && countOf(value) > 0;
    case 'ids':
      return arePrintsIntact(key, value);
    case 'aside':
      return decodeAside(key, value) !== undefined;
    default:
      return part === 'damaged';
  }
}

/** LMDB's names of trees end with a NUL. */
const nameOf = (key: Buffer): string => key.toString('latin1').replace(/\0$/, '');

function keyOf(part: PartName, bytes: Buffer): number | string | undefined {
  let key: unknown;
  try {
    key = fromBufferKey(bytes);
  } catch {
    // Bytes that are no key: as lost as a broken value.
    return undefined;
  }
  if (part === 'names' || part === 'imports') return typeof key === 'string' ? key : undefined;
  return typeof key === 'number' && Number.isSafeInteger(key) && key >= 0 ? key : undefined;
}

/** Which places are accounted for. Groups come in ascending order. */
class Places {
  #end = 1;
  #events = 0;
  #missing = 0;

  /** Everything below was loaded. */
  loadedUpTo(seq: number): void {
    if (Number.isSafeInteger(seq)) this.#end = Math.max(this.#end, seq);
  }

  group(firstSeq: number, count: number): void {
    this.#missing += Math.max(0, firstSeq - this.#end);
    this.#events += count;
    this.#end = Math.max(this.#end, firstSeq + count);
  }

  /** Ids are kept longer than groups: they tell of groups that are gone. */
  upTo(seq: number): void {
    if (seq <= this.#end) return;
    this.#missing += seq - this.#end;
    this.#end = seq;
  }

  sum(): { events: number; missingEvents: number; endSeq: number } {
    return { events: this.#events, missingEvents: this.#missing, endSeq: this.#end };
  }
}
