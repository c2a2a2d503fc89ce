// `npm run test:faults`: the long form of server/test/faults, of the journal's recovery test, of the store's and of the analysis (on a ClickHouse
// server and on two shards too), which `npm test` runs in a short form, that of the clients in other languages, and the mutants (mutants.mjs).
import { spawnSync } from 'node:child_process';
import { hasPython } from './has-python.mjs';
import { checkLanguages } from './languages.mjs';
import { prepare, root } from './prepare.mjs';
import { runVitest } from './vitest.mjs';

prepare();

const long = (env, args) => runVitest(args, { env: { ...env, ...process.env, FAULTS: 'long' }, reporter: 'verbose' });
const runs = [
  long({ ANALYSIS_SEEDS: '10' }, [
    ...['--root', 'server', 'test/faults', 'test/analysis', 'test/store', 'test/app/streams.test.ts'],
    'test/ingest/salvage.test.ts',
  ]),
  ...(hasPython
    ? [
        long({}, ['--project', 'clickhouse']),
        long({ SEISMO_TEST_STORE: 'cluster' }, ['--root', 'server', 'test/analysis']),
      ]
    : []),
];
let passed = runs.reduce((sum, run) => sum + run.passed, 0);
let failed = runs.reduce((sum, run) => sum + run.failed, 0);
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
