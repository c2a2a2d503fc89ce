// `npm run test:faults`: the faults of server/test/faults in their long form, which `npm test` runs in a short one, and the mutants (mutants.mjs).
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { prepare, root } from './prepare.mjs';

prepare();

const folder = mkdtempSync(join(tmpdir(), 'seismo-test-'));
const report = join(folder, 'faults.json');
const { status } = spawnSync(
  'npx',
  [
    ...['vitest', 'run', '--root', 'server', 'test/faults'],
    ...['--reporter=verbose', '--reporter=json', `--outputFile.json=${report}`],
  ],
  { cwd: root, stdio: 'inherit', env: { ...process.env, FAULTS: 'long' } },
);
let passed = 0;
let failed = 0;
try {
  const result = JSON.parse(readFileSync(report, 'utf8'));
  passed = result.numPassedTests;
  failed = result.numFailedTests;
} catch (error) {
  console.error(`Vitest left no report: ${error.message}`);
}
// A file that cannot be loaded fails the run without failing a test.
if (status !== 0 && failed === 0) failed++;
rmSync(folder, { recursive: true });
const mutants = spawnSync('node', ['scripts/mutants.mjs'], {
  cwd: root,
  stdio: ['ignore', 'pipe', 'inherit'],
  encoding: 'utf8',
});
process.stdout.write(mutants.stdout);
const [, killed = '0', survived = '1'] = /(\d+) passed, (\d+) failed\s*$/.exec(mutants.stdout) ?? [];
passed += Number(killed);
failed += Number(survived);
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
