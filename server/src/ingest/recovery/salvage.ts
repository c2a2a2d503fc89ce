import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { MISSING } from '../journal/archive-queue.ts';
import { encodeChecked } from '../journal/checked-value.ts';
import { FILE_NAME, type JournalFile, openArchiveParts, openJournalFile } from '../journal/journal-file.ts';
import type { Salvage } from '../journal/salvage-summary.ts';
import { checkJournal, type EntrySink, type JournalReport, type PartName } from './journal-inspector.ts';

/** How much is copied in one transaction. */
const TRANSACTION_BYTES = 8 * 1024 * 1024;
const FOUND_MAX_LENGTH = 1_000;

/** Where the new file grows until it is complete. */
const growing = (directory: string): string => `${directory}.new`;

/** Completes or discards a salvage that was interrupted, perhaps between its two renames. */
export function finishSalvage(directory: string): void {
  if (!existsSync(growing(directory))) return;
  if (existsSync(directory)) rmSync(growing(directory), { recursive: true });
  else rename(growing(directory), directory);
}

/**
 * Keeps a damaged journal as it is, and copies what is intact into a new one. The range of the last block is not
 * copied: what an earlier run wrote is counted before it is loaded anyway (loader.ts).
 */
export async function salvageJournal(directory: string, nowMs: number): Promise<Salvage> {
  rmSync(growing(directory), { recursive: true, force: true });
  mkdirSync(growing(directory), { mode: 0o700 });
  const file = openJournalFile(growing(directory));
  const copy = new Copy(file);
  const found = checkJournal(join(directory, FILE_NAME), copy);
  copy.write();
  const stamp = new Date(nowMs).toISOString().replaceAll(':', '-');
  const keptAt = join(dirname(directory), `${basename(directory)}-damaged-${stamp}`);
  const salvage = summaryOf(found, keptAt, nowMs);
  file.root.transactionSync(() => {
    file.root.put('nextSeq', encodeChecked('nextSeq', found.loadedEnd));
    file.root.put('end', encodeChecked('end', found.endSeq));
    if (found.archivedEnd !== undefined) {
      file.root.put('archived', encodeChecked('archived', found.archivedEnd));
      // What was lost may have been on its way there.
      file.root.put(MISSING, encodeChecked(MISSING, true));
    }
    file.root.put('salvaged', encodeChecked('salvaged', salvage));
  });
  await file.root.close();
  rename(directory, keptAt);
  rename(growing(directory), directory);
  return salvage;
}

function summaryOf(found: JournalReport, keptAt: string, at: number): Salvage {
  const part = (name: PartName): { saved: number; lost: number | null } => {
    const { found: saved, lost } = found.parts.get(name) ?? { found: 0, lost: 0 };
    return { saved, lost: lost ?? null };
  };
  return {
    at,
    found: found.faults.join('; ').slice(0, FOUND_MAX_LENGTH),
    keptAt,
    events: {
      saved: found.events,
      lost: found.isMissingKnown ? found.missingEvents : null,
      unaccounted: found.missingEvents,
      knownUpTo: found.endSeq - 1,
    },
    groups: part('groups'),
    setAside: part('aside'),
    ids: part('ids'),
  };
}

/** Writes what it receives into the new file, one transaction for every few megabytes, so that not all of it must fit in memory. */
class Copy implements EntrySink {
  readonly #file: JournalFile;
  #bytes = 0;
  #waiting: (() => unknown)[] = [];
  #archive: ReturnType<typeof openArchiveParts> | undefined;

  constructor(file: JournalFile) {
    this.#file = file;
  }

  put(part: PartName, key: number | string, value: Buffer): void {
    const { names, imports, erasing, archiveOrders: _, archiveAside: __, ...bySeq } = this.#file;
    if (part === 'archiveOrders' || part === 'archiveAside') this.#putForArchive(part, key, value);
    else if (part === 'names' || part === 'imports' || part === 'erasing') {
      const byText = { names, imports, erasing };
      this.#waiting.push(() => byText[part].put(String(key), value));
    } else if (typeof key === 'number') this.#waiting.push(() => bySeq[part].put(key, value));
    this.#bytes += value.length;
    if (this.#bytes > TRANSACTION_BYTES) this.write();
  }

  #putForArchive(part: 'archiveOrders' | 'archiveAside', key: number | string, value: Buffer): void {
    this.#archive ??= openArchiveParts(this.#file.root);
    const { archiveOrders, archiveAside } = this.#archive;
    this.#waiting.push(() => {
      if (part === 'archiveOrders') archiveOrders.put(String(key), value);
      else if (typeof key === 'number') archiveAside.put(key, value);
    });
  }

  write(): void {
    this.#file.root.transactionSync(() => {
      for (const put of this.#waiting) put();
    });
    this.#waiting = [];
    this.#bytes = 0;
  }
}

/** Durable: the directory with the name is synced too. */
function rename(from: string, to: string): void {
  renameSync(from, to);
  const fd = openSync(dirname(to), 'r');
  fsyncSync(fd);
  closeSync(fd);
}
