// `npm run test:node -- 22 24 26`: runs the tests under each of these versions of Node; without arguments, under all that are supported.
//   --set unit --set engine   only these sets of vitest.config.ts (default: both; `browser` needs a Chromium)
import { spawnSync } from 'node:child_process';
import { delimiter, join } from 'node:path';
import { parseArgs } from 'node:util';
import { installNode } from './install-node.mjs';
import { prepare, root } from './prepare.mjs';
import { runVitest } from './vitest.mjs';

const SUPPORTED = ['20.19', '22', '24', '26'];
/** They load a native library, compiled for each version: one that does not load is reported first. */
const NATIVE = ['lmdb', 'chdb', '@node-rs/bcrypt'];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { set: { type: 'string', multiple: true, default: ['unit', 'engine'] } },
});

prepare();
let passed = 0;
let failed = 0;
for (const version of positionals.length > 0 ? positionals : SUPPORTED) {
  const bin = installNode(version);
  // Vitest's workers and the tests' servers inherit the flag: using a deprecated API fails the test.
  const options = [process.env.NODE_OPTIONS, '--throw-deprecation'].filter(Boolean).join(' ');
  const env = { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH}`, NODE_OPTIONS: options };
  const { stdout } = spawnSync('node', ['--version'], { env, encoding: 'utf8' });
  console.log(`Node ${stdout.trim()}`);
  if (!loadsNative(env)) {
    failed++;
    continue;
  }
  const tests = runVitest(
    values.set.flatMap((name) => ['--project', name]),
    { env, reporter: 'dot' },
  );
  console.log(`Node ${stdout.trim()}: ${tests.passed} passed, ${tests.failed} failed`);
  passed += tests.passed;
  failed += tests.failed;
}
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);

function loadsNative(env) {
  const program = NATIVE.map((name) => `await import('${name}');`).join('');
  const { status } = spawnSync('node', ['--input-type=module', '-e', program], {
    cwd: join(root, 'server'),
    env,
    stdio: 'inherit',
  });
  return status === 0;
}
