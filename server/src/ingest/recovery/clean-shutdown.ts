import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FILE_NAME } from '../journal/journal-file.ts';
import { LmdbPages, NotReadable } from './lmdb-pages.ts';

/**
 * Beside the journal, after a clean stop: how long its file was, and its newest transaction. While both still hold, nobody has
 * written to it and it was not cut: looking at each of its pages again, most of a second at twenty million ids, can be spared.
 */
const noteOf = (directory: string): string => join(directory, 'clean.json');

/** The journal is closed. A note that is lost costs a look at the file, no more: it needs no fsync. */
export function writeCleanNote(directory: string): void {
  writeFileSync(noteOf(directory), JSON.stringify(stateOf(directory)), { mode: 0o600 });
}

/**
 * Whether the file is as the note says. The note is gone then: should LMDB die of the file all the same, the next start looks
 * closely.
 */
export function takeCleanNote(directory: string): boolean {
  if (!existsSync(noteOf(directory))) return false;
  const said = readFileSync(noteOf(directory), 'utf8');
  rmSync(noteOf(directory));
  return said === JSON.stringify(stateOf(directory));
}

function stateOf(directory: string): { readonly bytes: number; readonly transaction: number } | undefined {
  try {
    const pages = new LmdbPages(join(directory, FILE_NAME));
    pages.close();
    return { bytes: pages.bytes, transaction: pages.transaction };
  } catch (error) {
    if (error instanceof NotReadable) return undefined;
    throw error;
  }
}
