// Runs Vitest and counts what it reports.
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { root } from './prepare.mjs';

const SLOWEST = 10;
/** Files that are run again. More than that is no matter of a busy machine. */
const AGAIN_MAX = 5;

/**
 * @param {readonly string[]} args of `vitest run`
 * @returns {{passed: number, failed: number, skipped: string[], failures: string[], slowest: string[]}} a run that left no report counts as one failure
 */
export function runVitest(args, { env = process.env, reporter = 'default' } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'seismo-test-'));
  // Tests that act as another user get through.
  chmodSync(folder, 0o711);
  const report = join(folder, 'report.json');
  try {
    const { status } = spawnSync(
      'npx',
      ['vitest', 'run', ...args, `--reporter=${reporter}`, '--reporter=json', `--outputFile.json=${report}`],
      // What tests leave in the folder for temporary files, when they are ended for one, goes with the folder.
      { cwd: root, stdio: 'inherit', env: { ...env, TMPDIR: folder } },
    );
    return counted(JSON.parse(readFileSync(report, 'utf8')), status);
  } catch (error) {
    console.error(`Vitest left no report: ${error.message}`);
    return { passed: 0, failed: 1, skipped: [], failures: [], slowest: [] };
  } finally {
    remove(folder);
  }
}

/**
 * Runs what failed once more, by itself, when it is little: a busy machine can make a test wait too long. What fails again is at fault.
 * @param {ReturnType<typeof counted>} first
 * @returns {ReturnType<typeof counted> & {unsteady: string[]}} `unsteady` failed beside others and passed by itself
 */
export function again(first, args) {
  const files = new Set(first.failures.map((name) => name.slice(0, name.indexOf(': '))));
  // Failures without a test are files that cannot be loaded.
  if (files.size === 0 || files.size > AGAIN_MAX || first.failures.length !== first.failed)
    return { ...first, unsteady: [] };
  console.log(`Once more, one after another: ${[...files].join(', ')} …`);
  const second = runVitest([...args, '--maxWorkers=1', ...files]);
  if (second.failed !== second.failures.length) return { ...first, unsteady: [] };
  const unsteady = first.failures.filter((name) => !second.failures.includes(name));
  const { failures } = second;
  return {
    ...first,
    passed: first.passed + first.failed - failures.length,
    failed: failures.length,
    failures,
    unsteady,
  };
}

/** Processes that tests started may still be ending; and what cannot be removed changes nothing about the tests. */
function remove(folder) {
  try {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  } catch (error) {
    console.error(`Not removed: ${error.message}`);
  }
}

/** @param {{numPassedTests: number, numFailedTests: number, testResults: object[]}} result of Vitest's JSON reporter */
export function counted({ numPassedTests, numFailedTests, testResults }, status) {
  const files = testResults.map((file) => ({ ...file, path: relative(root, file.name) }));
  const named = (...statuses) =>
    files.flatMap(({ path, assertionResults }) =>
      assertionResults.filter(({ status }) => statuses.includes(status)).map(({ fullName }) => `${path}: ${fullName}`),
    );
  const slowest = files
    .toSorted((a, b) => b.endTime - b.startTime - (a.endTime - a.startTime))
    .slice(0, SLOWEST)
    .map(({ path, startTime, endTime }) => `${((endTime - startTime) / 1000).toFixed(1).padStart(6)} s  ${path}`);
  // A file that cannot be loaded fails the run without failing a test.
  return {
    passed: numPassedTests,
    failed: numFailedTests || (status === 0 ? 0 : 1),
    skipped: named('skipped', 'pending'),
    failures: named('failed'),
    slowest,
  };
}
