import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Beside the journal's file, every minute: how far it had come. A file that was cut cannot say so itself, and then this tells how much is
 * lost at least, and what was loaded (and perhaps erased) already. It may be lost, or old: sequence numbers only grow.
 */
export interface Progress {
  /** The newest transaction of the file then: a file that was brought back from before is not spoken of. */
  readonly transaction: number;
  /** Everything below was in the store. */
  readonly loadedSeq: number;
  /** One more than the last sequence number on disk. */
  readonly endSeq: number;
}

const pathOf = (directory: string): string => join(directory, 'places.json');

/** On a disk that takes nothing the older one stays, which is still true. */
export function writeProgress(directory: string, note: Progress): void {
  const path = pathOf(directory);
  try {
    writeFileSync(`${path}.new`, JSON.stringify(note), { mode: 0o600 });
    renameSync(`${path}.new`, path);
  } catch {
    rmSync(`${path}.new`, { force: true });
  }
}

/** @returns undefined when there is none that can be read */
export function readProgress(directory: string): Progress | undefined {
  let note: unknown;
  try {
    note = JSON.parse(readFileSync(pathOf(directory), 'utf8'));
  } catch {
    // Absent, or torn: one does without.
    return undefined;
  }
  return isProgress(note) ? note : undefined;
}

function isProgress(value: unknown): value is Progress {
  if (typeof value !== 'object' || value === null) return false;
  const numbers = new Map<string, unknown>(Object.entries(value));
  return ['transaction', 'loadedSeq', 'endSeq'].every((name) => Number.isSafeInteger(numbers.get(name)));
}
