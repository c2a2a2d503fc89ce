import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Beside the journal's file, every minute: how far it had come. A truncated file can't show this itself; this file says how much is
 * lost at least, and what was already loaded (and perhaps erased). It may be missing or old, because sequence numbers only grow.
 */
export interface Progress {
  /** The newest transaction of the file at that time. It does not apply to a file from before that. */
  readonly transaction: number;
  /** All lower sequence numbers were in the store. */
  readonly loadedSeq: number;
  /** One more than the last sequence number on disk. */
  readonly endSeq: number;
}

const pathOf = (directory: string): string => join(directory, 'places.json');

/** If the disk takes nothing, the older file stays, which is still true. */
export function writeProgress(directory: string, note: Progress): void {
  const path = pathOf(directory);
  try {
    writeFileSync(`${path}.new`, JSON.stringify(note), { mode: 0o600 });
    renameSync(`${path}.new`, path);
  } catch {
    rmSync(`${path}.new`, { force: true });
  }
}

/** @returns undefined if there is no readable one */
export function readProgress(directory: string): Progress | undefined {
  let note: unknown;
  try {
    note = JSON.parse(readFileSync(pathOf(directory), 'utf8'));
  } catch {
    // Missing or incomplete: it is not essential.
    return undefined;
  }
  return isProgress(note) ? note : undefined;
}

function isProgress(value: unknown): value is Progress {
  if (typeof value !== 'object' || value === null) return false;
  const numbers = new Map<string, unknown>(Object.entries(value));
  return ['transaction', 'loadedSeq', 'endSeq'].every((name) => Number.isSafeInteger(numbers.get(name)));
}
