import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FILE_NAME } from '../journal/journal-file.ts';
import { LmdbPages, NotReadable } from './lmdb-pages.ts';

/**
 * Beside the journal after a clean stop: the length of its file, and its newest transaction. While both are unchanged, no one has
 * written to it and it was not truncated, so its pages need not be checked again, which takes most of a second at twenty million ids.
 */
const noteOf = (directory: string): string => join(directory, 'clean.json');

/** The journal is closed. A lost note only costs a check of the file, so it needs no fsync. */
export function writeCleanNote(directory: string): void {
  writeFileSync(noteOf(directory), JSON.stringify(stateOf(directory)), { mode: 0o600 });
}

/**
 * Whether the file matches the note. This removes the note: if LMDB still dies because of the file, the next start checks
 * everything.
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
