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
import { type Progress, readProgress } from '../journal/progress-file.ts';
import { decodeRejectedRow } from '../journal/rejected-row.ts';
import { type Scanned, scanJournal, valuesOf } from './journal-scan.ts';
import { LmdbPages, NotReadable, type Tree, treeOf } from './lmdb-pages.ts';
import { SequenceCoverage, type SequenceSummary } from './sequence-coverage.ts';

/** Parts of the journal's file that are separate trees. */
export type PartName = Exclude<keyof JournalFile, 'root'>;
/** The names of the databases in LMDB. */
const PARTS: readonly PartName[] = [
  'groups',
  'ids',
  'aside',
  'damaged',
  'names',
  'imports',
  'forgotten',
  'erasing',
  'archiveOrders',
  'archiveAside',
];

/** Receives what is intact. Keys of `names`, `imports`, `erasing` and `archiveOrders` are strings, all others are sequence numbers. */
export interface EntrySink {
  put(part: PartName, key: number | string, value: Buffer): void;
}

export interface JournalReport extends SequenceSummary {
  /** As text. Empty if all is well. */
  readonly faults: readonly string[];
  readonly transactions: number;
  /** What was lost of a part is only known if the part itself is readable. */
  readonly parts: ReadonlyMap<PartName, PartFound>;
  /** All lower sequence numbers are in the archive. Undefined: there is none, or the file does not show it. */
  readonly archivedEnd: number | undefined;
}

export interface PartFound {
  readonly found: number;
  readonly lost: number | undefined;
}

/** Checks every page and every value of a journal's file, without LMDB, which could be harmed by what it finds. */
export function checkJournal(path: string, sink?: EntrySink): JournalReport {
  const progress = readProgress(dirname(path));
  const inspector = new JournalInspector(path, sink);
  try {
    const pages = new LmdbPages(path);
    try {
      inspector.inspectTrees(
        pages,
        progress !== undefined && progress.transaction <= pages.transaction ? progress : undefined,
      );
    } finally {
      pages.close();
    }
  } catch (error) {
    if (!(error instanceof NotReadable)) throw error;
    inspector.faults.push(error.message);
    inspector.inspectLoosePages(USUAL_PAGE_BYTES, progress);
  }
  const { faults, transactions, parts, coverage, archivedEnd } = inspector;
  return { faults, transactions, parts, archivedEnd, ...coverage.sum() };
}

/** Where even the first pages are unreadable. */
const USUAL_PAGE_BYTES = 4_096;

class JournalInspector {
  readonly faults: string[] = [];
  readonly parts = new Map<PartName, PartFound>();
  readonly coverage = new SequenceCoverage();
  transactions = 0;
  archivedEnd: number | undefined;
  readonly #keptIds = new Set<number | string>();
  readonly #path: string;
  readonly #sink: EntrySink | undefined;

  constructor(path: string, sink: EntrySink | undefined) {
    this.#path = path;
    this.#sink = sink;
  }

  inspectTrees(pages: LmdbPages, progress: Progress | undefined): void {
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
    this.coverage.areAllKnown = read('groups') && isRootWhole;
    // Ids are checked last: whether they are kept depends on the groups.
    const scanned = this.coverage.areAllKnown ? undefined : this.#looseGroups(pages.pageSize, progress);
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
  inspectLoosePages(pageSize: number, progress: Progress | undefined): void {
    this.coverage.areAllKnown = false;
    const scanned = this.#looseGroups(pageSize, progress);
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
        this.coverage.loadedUpTo(Number(decodeChecked(name, value)));
      } else if (name === 'archived') this.archivedEnd = Number(decodeChecked(name, value));
      else if (name === 'end') this.coverage.upTo(Number(decodeChecked(name, value)));
    }
    // Nothing was loaded yet.
    if (!isLoadedKnown && !hasBroken && pages.faultCount === before) this.coverage.loadedUpTo(1);
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
        if (part === 'groups' && typeof known === 'number') this.coverage.brokenGroup(known);
        continue;
      }
      if (typeof known === 'number' && part === 'groups') this.coverage.group(known, countOf(value));
      if (typeof known === 'number' && part === 'ids') {
        this.coverage.upTo(known + fingerprintsCountOf(value));
        // If the events of a lost group are sent again, they must not count as known.
        if (!this.coverage.isKept(known)) continue;
      }
      found++;
      if (part === 'ids') this.#keptIds.add(known);
      this.#sink?.put(part, known, value);
    }
    return { found, lost: Math.max(broken, tree.entries - found) };
  }

  #looseGroups(pageSize: number, progress: Progress | undefined): Scanned {
    const { coverage } = this;
    const scanned = scanJournal(this.#path, pageSize);
    if (scanned.loadedAtLeast !== undefined) coverage.loadedAtLeastUpTo(scanned.loadedAtLeast);
    if (progress !== undefined) {
      coverage.loadedAtLeastUpTo(progress.loadedSeq);
      coverage.upTo(progress.endSeq);
    }
    // From a page that is no longer in use: it is in the store, or was erased from there.
    const loadedEnd = scanned.loadedAtLeast === undefined && progress === undefined ? 0 : coverage.loadedEnd;
    const wanted = new Map([...scanned.groups].filter(([first]) => first >= loadedEnd && !coverage.has(first)));
    for (const { key, value } of valuesOf(this.#path, pageSize, 'group', wanted)) {
      coverage.group(key, countOf(value));
      this.#sink?.put('groups', key, value);
    }
    this.#add('groups', wanted.size);
    return scanned;
  }

  #looseIds(pageSize: number, { ids }: Scanned): void {
    for (const [first, { count }] of ids) this.coverage.upTo(first + count);
    const wanted = new Map([...ids].filter(([first]) => this.coverage.isKept(first) && !this.#keptIds.has(first)));
    if (this.#sink)
      for (const { key, value } of valuesOf(this.#path, pageSize, 'ids', wanted)) this.#sink.put('ids', key, value);
    this.#add('ids', wanted.size);
  }

  #looseImports({ imports }: Scanned): void {
    for (const [key, value] of imports) this.#sink?.put('imports', key, value);
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
    case 'archiveAside':
      return decodeRejectedRow(key, value) !== undefined;
    case 'forgotten':
      return areForgottenFingerprintsIntact(key, value);
    default:
      return part === 'damaged';
  }
}

const BY_TEXT: ReadonlySet<PartName> = new Set<PartName>(['names', 'imports', 'erasing', 'archiveOrders']);

/** LMDB's names of trees end with a NUL. */
const nameOf = (key: Buffer): string => key.toString('latin1').replace(/\0$/, '');

function keyOf(part: PartName, bytes: Buffer): number | string | undefined {
  let key: unknown;
  try {
    key = fromBufferKey(bytes);
  } catch {
    // Bytes that are not a key: as lost as a broken value.
    return undefined;
  }
  if (BY_TEXT.has(part)) return typeof key === 'string' ? key : undefined;
  return typeof key === 'number' && Number.isSafeInteger(key) && key >= 0 ? key : undefined;
}
