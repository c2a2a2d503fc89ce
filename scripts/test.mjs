// `npm test`: everything CI does. Lint and type-check count as one test each beside Vitest's own.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { prepare, root } from './prepare.mjs';

prepare();

let passed = 0;
let failed = 0;
for (const [title, command] of [
  ['Lint', ['biome', 'check', '.']],
  ['Type-check', ['tsc', '-p', 'server/tsconfig.json', '--noEmit']],
]) {
  console.log(`${title} …`);
  const { status } = spawnSync('npx', command, { cwd: root, stdio: 'inherit' });
  if (status === 0) passed++;
  else failed++;
}

const folder = mkdtempSync(join(tmpdir(), 'seismo-test-'));
const report = join(folder, 'report.json');
console.log('Tests …');
const { status } = spawnSync(
  'npx',
  ['vitest', 'run', '--root', 'server', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`],
  { cwd: root, stdio: 'inherit' },
);
try {
  const result = JSON.parse(readFileSync(report, 'utf8'));
  passed += result.numPassedTests;
  failed += result.numFailedTests;
} catch (error) {
  console.error(`Vitest left no report: ${error.message}`);
  failed++;
}
rmSync(folder, { recursive: true });
// A file that cannot be loaded fails the run without failing a test.
if (status !== 0 && failed === 0) failed++;
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
