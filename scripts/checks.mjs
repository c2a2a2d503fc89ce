// What `npm test` does beside Vitest: lint, type checks, page weights, and the tests of the clients in other languages.
//   node scripts/checks.mjs [REPORT]   writes its counts to REPORT as JSON
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { checkLanguages } from './languages.mjs';
import { root } from './prepare.mjs';

const [report] = process.argv.slice(2);

/** Each counts as one test. */
const CHECKS = [
  ['Lint', 'npx', 'biome', 'check', '.'],
  ['Type-check of the server', 'npx', 'tsc', '-p', 'server/tsconfig.json', '--noEmit'],
  ['Type-check of the client', 'npx', 'tsc', '-p', 'client/tsconfig.json'],
  ['Type-check of the client for browsers', 'npx', 'tsc', '-p', 'client/tsconfig.browser.json'],
  ['Type-check of the tests in a browser', 'npx', 'tsc', '-p', 'client/tsconfig.browser.test.json'],
  ['Type-check of the dashboard', 'npx', 'tsc', '-p', 'web/tsconfig.json'],
  ["Type-check of the dashboard's tests", 'npx', 'tsc', '-p', 'web/tsconfig.test.json'],
  ['Weight of the dashboard', 'node', 'web/scripts/weights.mjs'],
];

let passed = 0;
let failed = 0;
const failures = [];
for (const [title, program, ...args] of CHECKS) {
  console.log(`${title} …`);
  const { status } = spawnSync(program, args, { cwd: root, stdio: 'inherit' });
  if (status === 0) passed++;
  else {
    failed++;
    failures.push(title);
  }
}
const languages = checkLanguages();
passed += languages.passed;
failed += languages.failed;
if (languages.failed > 0) failures.push(`${languages.failed} of the clients in other languages, named above`);
console.log(`Beside Vitest: ${passed} passed, ${failed} failed`);
if (report) writeFileSync(report, JSON.stringify({ passed, failed, skipped: languages.skipped, failures }));
process.exitCode = failed === 0 ? 0 : 1;
