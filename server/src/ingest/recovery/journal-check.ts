import { dirname } from 'node:path';
import { fromBufferKey } from 'ordered-binary';
import { decodeChecked, isIntactChecked } from '../journal/checked-value.ts';
import { countOf, isIntact } from '../journal/group.ts';
import {
  areFingerprintsIntact,
  areForgottenFingerprintsIntact,
  fingerprintsCountOf,
} from '../journal/id-fingerprints.ts';
import type { JournalFile } from '../journal/journal-file.ts';
import { type PlacesNote, readPlacesNote } from '../journal/progress-file.ts';
import { decodeRejectedRow } from '../journal/rejected-row.ts';
import { type Scanned, scanJournal, valuesOf } from './journal-scan.ts';
import { LmdbPages, NotReadable, type Tree, treeOf } from './lmdb-pages.ts';
import { Places, type PlacesSum } from './sequence-coverage.ts';

/** Parts of the journal's file that are trees of their own. */
export type PartName = Exclude<keyof JournalFile, 'root'>;
const PARTS: readonly PartName[] = ['groups', 'ids', 'aside', 'damaged', 'names', 'imports', 'forgotten', 'erasing'];

/** Takes what is as it was written. Keys of `names`, `imports` and `erasing` are texts, all others places. */
export interface Taker {
  value(part: PartName, key: number | string, value: Buffer): void;
}

export interface Found extends PlacesSum {
  /** In words; empty when all is well. */
  readonly faults: readonly string[];
  readonly transactions: number;
  /** What was lost of a part is known only when the part itself is. */
  readonly parts: ReadonlyMap<PartName, PartFound>;
}

export interface PartFound {
  readonly found: number;
  readonly lost: number | undefined;
}

/** Looks at every page and every value of a journal's file. LMDB is not used, and cannot be hurt by what is found. */
export function checkJournal(path: string, taker?: Taker): Found {
  const note = readPlacesNote(dirname(path));
  const look = new Look(path, taker);
  try {
    const pages = new LmdbPages(path);
    try {
      look.all(pages, note !== undefined && note.transaction <= pages.transaction ? note : undefined);
    } finally {
      pages.close();
    }
  } catch (error) {
    if (!(error instanceof NotReadable)) throw error;
    look.faults.push(error.message);
    look.loosePages(USUAL_PAGE_BYTES, note);
  }
  const { faults, transactions, parts, places } = look;
  return { faults, transactions, parts, ...places.sum() };
}

/** Where even the first pages do not say. */
const USUAL_PAGE_BYTES = 4_096;

class Look {
  readonly faults: string[] = [];
  readonly parts = new Map<PartName, PartFound>();
  readonly places = new Places();
  transactions = 0;
  readonly #takenIds = new Set<number | string>();
  readonly #path: string;
  readonly #taker: Taker | undefined;

  constructor(path: string, taker: Taker | undefined) {
    this.#path = path;
    this.#taker = taker;
  }

  all(pages: LmdbPages, note: PlacesNote | undefined): void {
    this.transactions = pages.transaction;
    const isWhole = (work: () => void): boolean => {
      const before = pages.faultCount;
      work();
      return pages.faultCount === before;
    };
    let trees = new Map<PartName, Tree>();
    const isRootWhole = isWhole(() => {
      trees = this.#root(pages);
    });
    const read = (part: PartName): boolean => {
      const tree = trees.get(part);
      if (tree === undefined) return isRootWhole;
      return isWhole(() => this.parts.set(part, this.#part(pages, part, tree)));
    };
    this.places.areAllKnown = read('groups') && isRootWhole;
    // Ids are looked at last: whether they are kept depends on the groups.
    const scanned = this.places.areAllKnown ? undefined : this.#looseGroups(pages.pageSize, note);
    const areIdsWhole = read('ids') && isRootWhole;
    if (!areIdsWhole) this.#looseIds(pages.pageSize, scanned ?? scanJournal(this.#path, pages.pageSize));
    for (const part of PARTS) if (part !== 'groups' && part !== 'ids') read(part);
    if (scanned !== undefined && !trees.has('imports')) this.#looseImports(scanned);
    for (const part of PARTS) if (!isRootWhole && !trees.has(part)) this.#unknown(part);
    pages.checkFree();
    if (pages.faultCount > pages.faults.length)
      this.faults.push(`… and ${pages.faultCount - pages.faults.length} more`);
    this.faults.unshift(...pages.faults);
  }

  /** Without any tree. */
  loosePages(pageSize: number, note: PlacesNote | undefined): void {
    this.places.areAllKnown = false;
    const scanned = this.#looseGroups(pageSize, note);
    this.#looseIds(pageSize, scanned);
    this.#looseImports(scanned);
    for (const part of PARTS) this.#unknown(part);
  }

  #root(pages: LmdbPages): Map<PartName, Tree> {
    const trees = new Map<PartName, Tree>();
    let isLoadedKnown = false;
    let hasBroken = false;
    const before = pages.faultCount;
    for (const { key, value, isTree } of pages.entries('the root', pages.main)) {
      const name = nameOf(key);
      const part = PARTS.find((each) => each === name);
      if (isTree && part !== undefined && value.length >= 48) trees.set(part, treeOf(value));
      else if (isTree || !isIntactChecked(name, value)) {
        hasBroken = true;
        this.faults.push(`"${name}" is not what was written`);
      } else if (name === 'nextSeq') {
        isLoadedKnown = true;
        this.places.loadedUpTo(Number(decodeChecked(name, value)));
      } else if (name === 'end') this.places.upTo(Number(decodeChecked(name, value)));
    }
    // Nothing was loaded yet.
    if (!isLoadedKnown && !hasBroken && pages.faultCount === before) this.places.loadedUpTo(1);
    return trees;
  }

  #part(pages: LmdbPages, part: PartName, tree: Tree): PartFound {
    let found = 0;
    let broken = 0;
    for (const { key, value } of pages.entries(part, tree)) {
      const known = keyOf(part, key);
      const isGood = known !== undefined && isIntactPart(part, known, value);
      if (!isGood) {
        if (++broken === 1) this.faults.push(`a value of ${part} is not what was written`);
        if (part === 'groups' && typeof known === 'number') this.places.brokenGroup(known);
        continue;
      }
      if (typeof known === 'number' && part === 'groups') this.places.group(known, countOf(value));
      if (typeof known === 'number' && part === 'ids') {
        this.places.upTo(known + fingerprintsCountOf(value));
        // Whoever sends the events of a group again that is gone must not hear that they are known.
        if (!this.places.isKept(known)) continue;
      }
      found++;
      if (part === 'ids') this.#takenIds.add(known);
      this.#taker?.value(part, known, value);
    }
    return { found, lost: Math.max(broken, tree.entries - found) };
  }

  #looseGroups(pageSize: number, note: PlacesNote | undefined): Scanned {
    const { places } = this;
    const scanned = scanJournal(this.#path, pageSize);
    if (scanned.loadedAtLeast !== undefined) places.loadedAtLeastUpTo(scanned.loadedAtLeast);
    if (note !== undefined) {
      places.loadedAtLeastUpTo(note.loadedSeq);
      places.upTo(note.endSeq);
    }
    // Of before, by a page that is no more in use: in the store, or erased from there.
    const loadedEnd = scanned.loadedAtLeast === undefined && note === undefined ? 0 : places.loadedEnd;
    const wanted = new Map([...scanned.groups].filter(([first]) => first >= loadedEnd && !places.has(first)));
    for (const { key, value } of valuesOf(this.#path, pageSize, 'group', wanted)) {
      places.group(key, countOf(value));
      this.#taker?.value('groups', key, value);
    }
    this.#add('groups', wanted.size);
    return scanned;
  }

  #looseIds(pageSize: number, { ids }: Scanned): void {
    for (const [first, { count }] of ids) this.places.upTo(first + count);
    const wanted = new Map([...ids].filter(([first]) => this.places.isKept(first) && !this.#takenIds.has(first)));
    if (this.#taker)
      for (const { key, value } of valuesOf(this.#path, pageSize, 'ids', wanted)) this.#taker.value('ids', key, value);
    this.#add('ids', wanted.size);
  }

  #looseImports({ imports }: Scanned): void {
    for (const [key, value] of imports) this.#taker?.value('imports', key, value);
    this.#add('imports', imports.size);
  }

  #add(part: PartName, more: number): void {
    const { found = 0, lost } = this.parts.get(part) ?? {};
    this.parts.set(part, { found: found + more, lost: lost === undefined ? undefined : Math.max(0, lost - more) });
  }

  #unknown(part: PartName): void {
    this.parts.set(part, { found: this.parts.get(part)?.found ?? 0, lost: undefined });
  }
}

function isIntactPart(part: PartName, key: number | string, value: Buffer): boolean {
  if (typeof key === 'string') return isIntactChecked(key, value);
  switch (part) {
    case 'groups':
      return isIntact(key, value) && countOf(value) > 0;
    case 'ids':
      return areFingerprintsIntact(key, value);
    case 'aside':
      return decodeRejectedRow(key, value) !== undefined;
    case 'forgotten':
      return areForgottenFingerprintsIntact(key, value);
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
  if (part === 'names' || part === 'imports' || part === 'erasing') return typeof key === 'string' ? key : undefined;
  return typeof key === 'number' && Number.isSafeInteger(key) && key >= 0 ? key : undefined;
}
