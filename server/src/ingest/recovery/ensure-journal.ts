import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { FILE_NAME } from '../journal/journal-file.ts';
import { takeCleanNote } from './clean-note.ts';
import { finishSalvage } from './salvage.ts';

export interface EnsureLogger {
  error(fields: object, message: string): void;
}

const run = promisify(execFile);

/**
 * Checks the journal's file before it is opened, unless the last stop was clean and nothing has changed since. A damaged one is
 * kept, what is intact goes into a new one, and the log and `seismo stats` report the numbers.
 */
export async function ensureJournal(directory: string, logger: EnsureLogger): Promise<void> {
  finishSalvage(directory);
  if (!existsSync(join(directory, FILE_NAME)) || takeCleanNote(directory)) return;
  const { stdout } = await run(process.execPath, [processFile(), directory], { env: {} });
  const salvage: unknown = JSON.parse(stdout);
  if (salvage !== null)
    logger.error(
      { salvage },
      'the journal was damaged; what could be read was copied into a new one, and the damaged one is kept',
    );
}

function processFile(): string {
  // Node 20 does not run TypeScript, so tests start the built file.
  const file = import.meta.url.endsWith('.ts')
    ? new URL('../../../dist/ingest/recovery/check-process.js', import.meta.url)
    : new URL('./check-process.js', import.meta.url);
  return fileURLToPath(file);
}
