import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, rmdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { availableMemoryBytes } from '../../src/system/machine-memory.ts';

const GIB = 1024 ** 3;
const unbounded = 18_446_744_073_709_552_000;
const withFiles = (files: Readonly<Record<string, string>>, constrainedBytes = unbounded) =>
  availableMemoryBytes({ totalBytes: 16 * GIB, constrainedBytes, read: (path) => files[path] });

describe('the memory that the server may use', () => {
  it('is the machine’s where nothing bounds it', () => {
    expect(withFiles({})).toBe(16 * GIB);
    expect(withFiles({}, 0)).toBe(16 * GIB);
    expect(withFiles({ '/proc/self/cgroup': '0::/\n', '/sys/fs/cgroup/memory.max': 'max\n' })).toBe(16 * GIB);
    // What version 1 says for "no limit".
    const none = {
      '/proc/self/cgroup': '4:memory:/\n',
      '/sys/fs/cgroup/memory/memory.limit_in_bytes': '9223372036854771712\n',
    };
    expect(withFiles(none)).toBe(16 * GIB);
  });

  it('is what Node says that it is bounded to', () => {
    expect(withFiles({}, GIB)).toBe(GIB);
  });

  it('is the least of the limits of its control group and of those that hold it', () => {
    const files = {
      '/proc/self/cgroup': '0::/system.slice/seismo.service\n',
      '/sys/fs/cgroup/system.slice/seismo.service/memory.max': `${3 * GIB}\n`,
      '/sys/fs/cgroup/system.slice/memory.max': `${2 * GIB}\n`,
    };
    expect(withFiles(files)).toBe(2 * GIB);
    expect(withFiles({ ...files, '/sys/fs/cgroup/system.slice/seismo.service/memory.high': `${GIB}\n` })).toBe(GIB);
  });

  it('is a container’s, whose root stands for a path that is the host’s', () => {
    const first = {
      '/proc/self/cgroup': '5:cpu:/docker/abc\n4:hugetlb,memory:/docker/abc\n0::/\n',
      '/sys/fs/cgroup/memory/memory.limit_in_bytes': `${GIB}\n`,
    };
    expect(withFiles(first)).toBe(GIB);
    const second = { '/proc/self/cgroup': '0::/docker/abc\n', '/sys/fs/cgroup/memory.max': `${GIB}\n` };
    expect(withFiles(second)).toBe(GIB);
  });
});

/** A group of version 1 below this process's own, or of version 2; undefined where none may be made. */
function aControlGroup(bytes: number): string | undefined {
  for (const [root, limit] of [
    ['/sys/fs/cgroup/memory', 'memory.limit_in_bytes'],
    ['/sys/fs/cgroup', 'memory.max'],
  ] as const) {
    const group = `${root}/seismo-test-${process.pid}`;
    try {
      mkdirSync(group);
      if (!existsSync(`${group}/${limit}`)) {
        rmdirSync(group);
        continue;
      }
      writeFileSync(`${group}/${limit}`, String(bytes));
      return group;
    } catch {
      // Not ours to make.
    }
  }
  return undefined;
}

const group = aControlGroup(2 * GIB);
it.skipIf(group === undefined)('is a real control group’s, and the engine gets a quarter of it', () => {
  try {
    const settings = fileURLToPath(new URL('../../dist/config/settings.js', import.meta.url));
    const script = `import { SETTINGS } from ${JSON.stringify(settings)}; console.log(SETTINGS.engineMemoryBytes.default)`;
    // The shell joins the group before Node begins.
    const said = execFileSync(
      '/bin/sh',
      ['-c', `echo $$ > ${group}/cgroup.procs && exec "$0" --input-type=module -e "$1"`, process.execPath, script],
      { encoding: 'utf8' },
    );
    expect(Number(said)).toBe(0.5 * GIB);
  } finally {
    rmdirSync(group!);
  }
});
