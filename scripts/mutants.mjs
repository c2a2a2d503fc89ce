// `npm run test:mutants`: breaks each line of mutant-list.mjs in turn, in a copy of the sources, and checks that a test fails. Each suite first
// runs unchanged and must pass. `npm run test:mutants -- loader ids` runs only those suites.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SUITES } from './mutant-list.mjs';
import { prepare, root } from './prepare.mjs';

/** A mutant that makes a test hang is caught by the test's own limit; one that makes the run itself hang has survived. */
const RUN_MAX_MS = 180_000;
const TEST_MAX_MS = 20_000;
const COPIED = ['architecture.json', 'vitest.config.ts', 'client', 'contract', 'scripts', 'server', 'package.json'];

prepare();
const wanted = process.argv.slice(2);
const unknown = wanted.find((name) => !(name in SUITES));
if (unknown !== undefined) {
  console.error(`There is no suite "${unknown}"; there are ${Object.keys(SUITES).join(', ')}.`);
  process.exit(2);
}

const copy = mkdtempSync(join(tmpdir(), 'seismo-mutants-'));
process.on('exit', () => rmSync(copy, { recursive: true, force: true, maxRetries: 20, retryDelay: 200 }));
process.on('SIGINT', () => process.exit(1));
for (const name of COPIED)
  cpSync(join(root, name), join(copy, name), { recursive: true, filter: (path) => !path.endsWith('node_modules') });
symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));

let passed = 0;
let failed = 0;
for (const [name, { workspace, tests, mutants }] of Object.entries(SUITES)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  const plain = run(workspace, tests);
  if (plain !== 'passed') {
    console.log(`✗ ${name}: its tests ${plain} without a mutant`);
    failed += mutants.length;
    continue;
  }
  for (const mutant of mutants) {
    const outcome = tryOne(workspace, tests, mutant);
    if (outcome === 'failed') passed++;
    else failed++;
    const verdict = outcome === 'failed' ? '✓ killed' : outcome === 'passed' ? '✗ SURVIVED' : `✗ ${outcome}`;
    console.log(`${verdict} ${mutant.file.split('/').at(-1)}: ${mutant.breaks}`);
  }
}
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);

function tryOne(workspace, files, { file, find, replace }) {
  const path = join(copy, file);
  const source = readFileSync(path, 'utf8');
  if (source.split(find).length !== 2) return `not tried: its line does not stand in ${file} exactly once`;
  writeFileSync(
    path,
    source.replace(find, () => replace),
  );
  try {
    return run(workspace, files);
  } finally {
    writeFileSync(path, source);
  }
}

/** @returns passed, failed (a test failed), or what went wrong with the run itself */
function run(workspace, files) {
  const report = join(copy, 'report.json');
  rmSync(report, { force: true });
  const { status, signal } = spawnSync(
    process.execPath,
    [
      ...[
        join(root, 'node_modules/vitest/vitest.mjs'),
        'run',
        '--root',
        workspace,
        ...files,
        '--bail=1',
        `--testTimeout=${TEST_MAX_MS}`,
      ],
      ...['--reporter=json', `--outputFile.json=${report}`],
    ],
    { cwd: copy, stdio: 'ignore', timeout: RUN_MAX_MS, killSignal: 'SIGKILL' },
  );
  if (signal !== null) return 'hung';
  if (!existsSync(report)) return 'left no report';
  const { numFailedTests, numPassedTests } = JSON.parse(readFileSync(report, 'utf8'));
  if (numFailedTests > 0) return 'failed';
  return status === 0 && numPassedTests > 0 ? 'passed' : 'could not be run';
}
