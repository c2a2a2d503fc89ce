// `npm run test:faults`: the faults of server/test/faults and the salvage of the journal in their long form, which `npm test` runs in a short one, and the mutants (mutants.mjs).
import { spawnSync } from 'node:child_process';
import { prepare, root } from './prepare.mjs';
import { runVitest } from './vitest.mjs';

prepare();

let { passed, failed } = runVitest(['--root', 'server', 'test/faults', 'test/ingest/salvage.test.ts'], {
  env: { ...process.env, FAULTS: 'long' },
  reporter: 'verbose',
});
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
