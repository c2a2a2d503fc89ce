// `npm test`: everything CI does. Lint, type-checks and weight count as one test each beside Vitest's own.
//   node scripts/test.mjs unit   only the named sets of vitest.config.ts, without lint, types and weight
import { spawnSync } from 'node:child_process';
import { ensureChromium } from './chromium.mjs';
import { hasPython } from './has-python.mjs';
import { prepare, root } from './prepare.mjs';
import { runVitest } from './vitest.mjs';

const sets = process.argv.slice(2);
prepare();
if (sets.length === 0 || sets.includes('browser')) ensureChromium();

let passed = 0;
let failed = 0;
const checks = [
  ['Lint', 'npx', 'biome', 'check', '.'],
  ['Type-check of the server', 'npx', 'tsc', '-p', 'server/tsconfig.json', '--noEmit'],
  ['Type-check of the client', 'npx', 'tsc', '-p', 'client/tsconfig.json'],
  ['Type-check of the client for browsers', 'npx', 'tsc', '-p', 'client/tsconfig.browser.json'],
  ['Type-check of the tests in a browser', 'npx', 'tsc', '-p', 'client/tsconfig.browser.test.json'],
  ['Type-check of the dashboard', 'npx', 'tsc', '-p', 'web/tsconfig.json'],
  ["Type-check of the dashboard's tests", 'npx', 'tsc', '-p', 'web/tsconfig.test.json'],
  ['Weight of the dashboard', 'node', 'web/scripts/weights.mjs'],
];
for (const [title, program, ...args] of sets.length === 0 ? checks : []) {
  console.log(`${title} …`);
  const { status } = spawnSync(program, args, { cwd: root, stdio: 'inherit' });
  if (status === 0) passed++;
  else failed++;
}

const projects = sets.length > 0 ? sets : ['unit', 'engine', 'browser', ...(hasPython ? ['clickhouse'] : [])];
const tests = runVitest(projects.flatMap((name) => ['--project', name]));
passed += tests.passed;
failed += tests.failed;
if (tests.skipped.length > 0) console.log(list(`Skipped here (${tests.skipped.length}):`, tests.skipped));
console.log(list('Slowest files:', tests.slowest));
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);

function list(title, lines) {
  return [title, ...lines.map((line) => `  ${line}`)].join('\n');
}
