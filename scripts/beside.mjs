// Runs a script beside this one, which may be blocked meanwhile, and prints what it wrote when it has ended.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from './prepare.mjs';

/**
 * @param {string} script is given the path of a file to write its counts to
 * @returns {() => Promise<{passed: number, failed: number, skipped: string[], failures: string[]}>} waits for its end; without counts it is one failure
 */
export function startBeside(script) {
  const folder = mkdtempSync(join(tmpdir(), 'seismo-beside-'));
  const report = join(folder, 'report.json');
  const log = join(folder, 'log');
  const output = openSync(log, 'a');
  const child = spawn('node', [script, report], { cwd: root, stdio: ['ignore', output, output] });
  closeSync(output);
  const ended = once(child, 'close');
  process.once('exit', () => {
    child.kill();
    rmSync(folder, { recursive: true, force: true });
  });
  return async () => {
    await ended;
    process.stdout.write(readFileSync(log, 'utf8'));
    try {
      return JSON.parse(readFileSync(report, 'utf8'));
    } catch {
      console.error(`${script} left no counts.`);
      return { passed: 0, failed: 1, skipped: [], failures: [script] };
    }
  };
}
