// `npm test`: everything CI does. Lint, type-checks and weight count as one test each beside Vitest's own.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { ensureChromium } from './chromium.mjs';
import { hasPython } from './has-python.mjs';
import { prepare, root } from './prepare.mjs';

prepare();
ensureChromium();

let passed = 0;
let failed = 0;
/** Names of the tests that did not run here, with their file. */
const skipped = [];
for (const [title, program, ...args] of [
  ['Lint', 'npx', 'biome', 'check', '.'],
  ['Type-check of the server', 'npx', 'tsc', '-p', 'server/tsconfig.json', '--noEmit'],
  ['Type-check of the client', 'npx', 'tsc', '-p', 'client/tsconfig.json'],
  ['Type-check of the client for browsers', 'npx', 'tsc', '-p', 'client/tsconfig.browser.json'],
  ['Type-check of the tests in a browser', 'npx', 'tsc', '-p', 'client/tsconfig.browser.test.json'],
  ['Type-check of the dashboard', 'npx', 'tsc', '-p', 'web/tsconfig.json'],
  ["Type-check of the dashboard's tests", 'npx', 'tsc', '-p', 'web/tsconfig.test.json'],
  ['Weight of the dashboard', 'node', 'web/scripts/weights.mjs'],
]) {
  console.log(`${title} …`);
  const { status } = spawnSync(program, args, { cwd: root, stdio: 'inherit' });
  if (status === 0) passed++;
  else failed++;
}

const folder = mkdtempSync(join(tmpdir(), 'seismo-test-'));
// The questions are asked of a real ClickHouse server as well; the tests of the store are among those of the server.
const onServer = { ...process.env, SEISMO_TEST_STORE: 'server' };
for (const { title, workspace, files = [], env = process.env } of [
  { title: 'server', workspace: 'server' },
  ...(hasPython
    ? [{ title: 'analysis on a ClickHouse server', workspace: 'server', files: ['test/analysis'], env: onServer }]
    : []),
  { title: 'client', workspace: 'client' },
  { title: 'web', workspace: 'web' },
]) {
  const report = join(folder, `${title.replaceAll(' ', '-')}.json`);
  console.log(`Tests of ${title} …`);
  const { status } = spawnSync(
    'npx',
    [
      ...['vitest', 'run', '--root', workspace, ...files],
      ...['--reporter=default', '--reporter=json', `--outputFile.json=${report}`],
    ],
    { cwd: root, stdio: 'inherit', env },
  );
  const failedBefore = failed;
  try {
    const result = JSON.parse(readFileSync(report, 'utf8'));
    passed += result.numPassedTests;
    failed += result.numFailedTests;
    for (const { name, assertionResults } of result.testResults)
      for (const { status, fullName } of assertionResults)
        if (status === 'skipped' || status === 'pending') skipped.push(`${relative(root, name)}: ${fullName}`);
  } catch (error) {
    console.error(`Vitest left no report: ${error.message}`);
    failed++;
  }
  // A file that cannot be loaded fails the run without failing a test.
  if (status !== 0 && failed === failedBefore) failed++;
}
rmSync(folder, { recursive: true });
if (skipped.length > 0)
  console.log(`Skipped here (${skipped.length}):\n${skipped.map((each) => `  ${each}`).join('\n')}`);
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
