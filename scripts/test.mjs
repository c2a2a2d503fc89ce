// `npm test`: everything CI does. Lint and type-check count as one test each beside Vitest's own.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureChromium } from './chromium.mjs';
import { prepare, root } from './prepare.mjs';

prepare();
ensureChromium();

let passed = 0;
let failed = 0;
for (const [title, command] of [
  ['Lint', ['biome', 'check', '.']],
  ['Type-check of the server', ['tsc', '-p', 'server/tsconfig.json', '--noEmit']],
  ['Type-check of the client', ['tsc', '-p', 'client/tsconfig.json']],
  ['Type-check of the client for browsers', ['tsc', '-p', 'client/tsconfig.browser.json']],
  ['Type-check of the tests in a browser', ['tsc', '-p', 'client/tsconfig.browser.test.json']],
]) {
  console.log(`${title} …`);
  const { status } = spawnSync('npx', command, { cwd: root, stdio: 'inherit' });
  if (status === 0) passed++;
  else failed++;
}

const folder = mkdtempSync(join(tmpdir(), 'seismo-test-'));
for (const workspace of ['server', 'client']) {
  const report = join(folder, `${workspace}.json`);
  console.log(`Tests of ${workspace} …`);
  const { status } = spawnSync(
    'npx',
    ['vitest', 'run', '--root', workspace, '--reporter=default', '--reporter=json', `--outputFile.json=${report}`],
    { cwd: root, stdio: 'inherit' },
  );
  const failedBefore = failed;
  try {
    const result = JSON.parse(readFileSync(report, 'utf8'));
    passed += result.numPassedTests;
    failed += result.numFailedTests;
  } catch (error) {
    console.error(`Vitest left no report: ${error.message}`);
    failed++;
  }
  // A file that cannot be loaded fails the run without failing a test.
  if (status !== 0 && failed === failedBefore) failed++;
}
rmSync(folder, { recursive: true });
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
