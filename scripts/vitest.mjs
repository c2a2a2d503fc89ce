// Runs Vitest and counts what it reports.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { root } from './prepare.mjs';

const SLOWEST = 10;

/**
 * @param {readonly string[]} args of `vitest run`
 * @returns {{passed: number, failed: number, skipped: string[], slowest: string[]}} a run that left no report is one failure
 */
export function runVitest(args, { env = process.env, reporter = 'default' } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'seismo-test-'));
  const report = join(folder, 'report.json');
  try {
    const { status } = spawnSync(
      'npx',
      ['vitest', 'run', ...args, `--reporter=${reporter}`, '--reporter=json', `--outputFile.json=${report}`],
      { cwd: root, stdio: 'inherit', env },
    );
    return counted(JSON.parse(readFileSync(report, 'utf8')), status);
  } catch (error) {
    console.error(`Vitest left no report: ${error.message}`);
    return { passed: 0, failed: 1, skipped: [], slowest: [] };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** @param {{numPassedTests: number, numFailedTests: number, testResults: object[]}} result of Vitest's JSON reporter */
export function counted({ numPassedTests, numFailedTests, testResults }, status) {
  const files = testResults.map((file) => ({ ...file, path: relative(root, file.name) }));
  const skipped = files.flatMap(({ path, assertionResults }) =>
    assertionResults
      .filter((test) => test.status === 'skipped' || test.status === 'pending')
      .map(({ fullName }) => `${path}: ${fullName}`),
  );
  const slowest = files
    .toSorted((a, b) => b.endTime - b.startTime - (a.endTime - a.startTime))
    .slice(0, SLOWEST)
    .map(({ path, startTime, endTime }) => `${((endTime - startTime) / 1000).toFixed(1).padStart(6)} s  ${path}`);
  // A file that cannot be loaded fails the run without failing a test.
  return { passed: numPassedTests, failed: numFailedTests || (status === 0 ? 0 : 1), skipped, slowest };
}
