/**
 * `node check-process.js <journal directory>`: checks its file, and replaces a damaged one, which is kept. It is a separate process, so
 * that the server can start its engine in the meantime, and so that a broken file can do nothing to the server. It prints one
 * line of JSON: the salvage, or null if all is well.
 */
import { join } from 'node:path';
import { FILE_NAME } from '../journal/journal-file.ts';
import { checkJournal } from './journal-inspector.ts';
import { salvageJournal } from './salvage.ts';

const [directory] = process.argv.slice(2);
if (directory === undefined) {
  process.stderr.write('usage: check-process.js <directory of the journal>\n');
  process.exit(2);
}
const { faults } = checkJournal(join(directory, FILE_NAME));
const salvage = faults.length > 0 ? await salvageJournal(directory, Date.now()) : null;
process.stdout.write(`${JSON.stringify(salvage)}\n`);
