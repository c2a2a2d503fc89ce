// The checks of the Python client (clients/python): ruff, mypy and pytest, in an environment of their own that its dependencies are installed
// into once. The client runs with Python 3.9, what checks it needs 3.11. Where that is not there, or they cannot be installed,
// the checks are skipped, but not in CI.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from './prepare.mjs';

const PACKAGE = join(root, 'clients/python');
const VENV = join(PACKAGE, '.venv');
const PYTHON = join(VENV, 'bin/python');
const USABLE = 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))';

/**
 * @param {{long?: boolean}} [options] `long`: the long form of the fault tests, and nothing else
 * @returns {{passed: number, failed: number, skipped: string[]}} `skipped`: with why
 */
export function checkPythonClient({ long = false } = {}) {
  const missing = environment();
  if (missing !== undefined) {
    console.log(`The Python client: ${missing}`);
    return process.env.CI
      ? { passed: 0, failed: 1, skipped: [] }
      : { passed: 0, failed: 0, skipped: [`clients/python: ${missing}`] };
  }
  const checks = [
    ['Lint of the Python client', 'ruff', 'check', '.'],
    ['Format of the Python client', 'ruff', 'format', '--check', '.'],
    ['Type-check of the Python client', 'mypy'],
  ];
  let passed = 0;
  let failed = 0;
  for (const [title, ...module] of long ? [] : checks) {
    console.log(`${title} …`);
    if (run(PYTHON, ['-m', ...module]) === 0) passed++;
    else failed++;
  }
  console.log('Tests of the Python client …');
  const tests = long ? runPytest(['tests/test_faults.py'], { ...process.env, FAULTS: 'long' }) : runPytest([]);
  return {
    passed: passed + tests.passed,
    failed: failed + tests.failed,
    skipped: tests.skipped.map((name) => `clients/python: ${name}`),
  };
}

/** @returns {string | undefined} why there is no environment, if there is none */
function environment() {
  if (spawnSync('python3', ['-c', USABLE], { stdio: 'ignore' }).status !== 0)
    return 'its checks need Python 3.11 or newer with venv';
  const requirements = readFileSync(join(PACKAGE, 'requirements-dev.txt'));
  const { stdout } = spawnSync('python3', ['--version']);
  const state = createHash('sha256').update(requirements).update(stdout).digest('hex');
  const stamp = join(VENV, 'installed');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === state) return undefined;
  console.log('Installing what the checks of the Python client need …');
  rmSync(VENV, { recursive: true, force: true });
  const isInstalled =
    run('python3', ['-m', 'venv', VENV]) === 0 &&
    run(PYTHON, ['-m', 'pip', 'install', '-q', '--disable-pip-version-check', '-r', 'requirements-dev.txt']) === 0;
  if (!isInstalled) return 'its requirements-dev.txt could not be installed';
  writeFileSync(stamp, state);
  return undefined;
}

function runPytest(args, env = process.env) {
  const folder = mkdtempSync(join(tmpdir(), 'seismo-pytest-'));
  const report = join(folder, 'report.xml');
  try {
    const status = run(PYTHON, ['-m', 'pytest', '-q', `--junitxml=${report}`, ...args], { env });
    return counted(readFileSync(report, 'utf8'), status);
  } catch (error) {
    console.error(`pytest left no report: ${error.message}`);
    return { passed: 0, failed: 1, skipped: [] };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** @param {string} report JUnit's XML as pytest writes it */
function counted(report, status) {
  const [, suite = ''] = /<testsuite ([^>]*)>/.exec(report) ?? [];
  const count = (name) => Number(new RegExp(`\\b${name}="(\\d+)"`).exec(suite)?.[1] ?? 0);
  const failed = count('failures') + count('errors');
  const skipped = [...report.matchAll(/<testcase classname="([^"]*)" name="([^"]*)"[^>]*><skipped /g)].map(
    ([, file, name]) => `${file}: ${name}`,
  );
  // A file that cannot be imported fails the run without failing a test.
  return { passed: count('tests') - failed - count('skipped'), failed: failed || (status === 0 ? 0 : 1), skipped };
}

const run = (program, args, { env = process.env } = {}) =>
  spawnSync(program, args, { cwd: PACKAGE, stdio: 'inherit', env }).status;
