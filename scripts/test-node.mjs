// `npm run test:node -- 22 24 26`: the tests under each of these versions of Node; without versions, under all that are supported.
//   --set unit --set engine   only these sets of vitest.config.ts (default: both; `browser` needs a Chromium)
// npm's package `node` brings the programs, into a folder of their own under node_modules/.cache.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { parseArgs } from 'node:util';
import { prepare, root } from './prepare.mjs';
import { runVitest } from './vitest.mjs';

const SUPPORTED = ['20.19', '22', '24', '26'];
/** They load a library of the system's: compiled for each, so that one that does not load is named first. */
const NATIVE = ['lmdb', 'chdb', '@node-rs/bcrypt'];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { set: { type: 'string', multiple: true, default: ['unit', 'engine'] } },
});

prepare();
let passed = 0;
let failed = 0;
for (const version of positionals.length > 0 ? positionals : SUPPORTED) {
  const bin = install(version);
  // Workers of Vitest and servers of tests inherit the flag: a use of what is deprecated fails the test.
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

/** @returns {string} the folder with the program, for PATH */
function install(version) {
  const folder = join(root, 'node_modules/.cache/node', version);
  const bin = join(folder, 'node_modules/node/bin');
  if (!existsSync(join(bin, 'node'))) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'package.json'), '{"private":true,"allowScripts":{"node":true}}');
    const { status } = spawnSync('npm', ['install', '--no-audit', '--no-fund', `node@${version}`], {
      cwd: folder,
      stdio: 'inherit',
    });
    if (status !== 0) process.exit(1);
  }
  return bin;
}

function loadsNative(env) {
  const program = NATIVE.map((name) => `await import('${name}');`).join('');
  const { status } = spawnSync('node', ['--input-type=module', '-e', program], {
    cwd: join(root, 'server'),
    env,
    stdio: 'inherit',
  });
  return status === 0;
}
