// The tests of the Ruby client (clients/ruby), RuboCop among them. Where there is no Ruby 3.0 or newer with minitest, they are skipped.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { root } from './prepare.mjs';

const PACKAGE = join(root, 'clients/ruby');
const USABLE = 'require "minitest"; exit(Gem::Version.new(RUBY_VERSION) >= Gem::Version.new("3.0"))';

/**
 * @param {{long?: boolean}} options `long`: the long form of the fault tests, and nothing else
 * @returns {{passed: number, failed: number, skipped: string[]}}
 */
export function checkRubyClient({ long = false }) {
  if (spawnSync('ruby', ['-e', USABLE], { stdio: 'ignore' }).status !== 0)
    return { passed: 0, failed: 0, skipped: ['clients/ruby: needs Ruby 3.0 or newer with minitest'] };
  console.log('Tests of the Ruby client …');
  // Verbose, so that it names what it skips, and why.
  const { status, stdout } = spawnSync(
    'ruby',
    ['-w', 'test/all.rb', ...(long ? ['test/faults_test.rb'] : []), '--verbose'],
    {
      cwd: PACKAGE,
      stdio: ['ignore', 'pipe', 'inherit'],
      encoding: 'utf8',
      maxBuffer: 64 * 1024 * 1024,
      env: { ...process.env, ...(long && { FAULTS: 'long' }) },
    },
  );
  const result = counted(stdout, status);
  // What passed is no news.
  console.log(result.failed > 0 ? stdout : stdout.slice(stdout.indexOf('\nFinished in ')).trim());
  return result;
}

/** @param {string} output of minitest */
function counted(output, status) {
  const [, runs, failures, errors, skips] =
    /^(\d+) runs, \d+ assertions, (\d+) failures, (\d+) errors, (\d+) skips/m.exec(output)?.map(Number) ?? [];
  // It ended before it had counted.
  if (runs === undefined) return { passed: 0, failed: 1, skipped: [] };
  const failed = failures + errors;
  const skipped = [...output.matchAll(/^ +\d+\) Skipped:\n(\S+).*\n(.*)$/gm)].map(
    ([, name, why]) => `clients/ruby: ${name}: ${why}`,
  );
  return { passed: runs - failed - skips, failed: failed || (status === 0 ? 0 : 1), skipped };
}
