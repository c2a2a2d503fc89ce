// `npm test`: everything CI does: Vitest's tests and, beside them, the checks of checks.mjs.
//   node scripts/test.mjs unit   only the named sets of vitest.config.ts
import { startBeside } from './beside.mjs';
import { ensureChromium } from './chromium.mjs';
import { ensureFerretdb } from './ferretdb.mjs';
import { hasPython } from './has-python.mjs';
import { prepare } from './prepare.mjs';
import { again, runVitest } from './vitest.mjs';

const sets = process.argv.slice(2);
prepare();
if (sets.length === 0 || sets.includes('browser')) ensureChromium();
if (sets.length === 0 || sets.includes('engine')) ensureFerretdb();

const checks = sets.length === 0 ? startBeside('scripts/checks.mjs') : undefined;
const projects = sets.length > 0 ? sets : ['unit', 'engine', 'browser', ...(hasPython ? ['clickhouse'] : [])];
const chosen = projects.flatMap((name) => ['--project', name]);
const together = runVitest(chosen);
const beside = (await checks?.()) ?? { passed: 0, failed: 0, skipped: [], failures: [] };
const tests = again(together, chosen);

const passed = tests.passed + beside.passed;
const failed = tests.failed + beside.failed;
const failures = [...tests.failures, ...beside.failures];
const skipped = [...tests.skipped, ...beside.skipped];
if (skipped.length > 0) console.log(list(`Skipped here (${skipped.length}):`, skipped));
console.log(list('Slowest files:', tests.slowest));
if (tests.unsteady.length > 0) console.log(list('Failed beside others, passed by themselves:', tests.unsteady));
if (failures.length > 0) console.log(list('Failed:', failures));
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);

function list(title, lines) {
  return [title, ...lines.map((line) => `  ${line}`)].join('\n');
}
