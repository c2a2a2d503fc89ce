// `npm run test:faults`: the long form of server/test/faults, of the journal's recovery test and of the analysis, which `npm test` runs in a
// short form, that of the clients in other languages, and the mutants (mutants.mjs).
import { spawnSync } from 'node:child_process';
import { checkLanguages } from './languages.mjs';
import { prepare, root } from './prepare.mjs';
import { runVitest } from './vitest.mjs';

prepare();

let { passed, failed } = runVitest(
  ['--root', 'server', 'test/faults', 'test/analysis', 'test/ingest/salvage.test.ts'],
  {
    env: { ANALYSIS_SEEDS: '10', ...process.env, FAULTS: 'long' },
    reporter: 'verbose',
  },
);
const languages = checkLanguages({ long: true });
passed += languages.passed;
failed += languages.failed;
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
