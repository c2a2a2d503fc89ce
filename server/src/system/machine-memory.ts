import { readFileSync } from 'node:fs';
import { totalmem } from 'node:os';
import { posix } from 'node:path';

/** What the system says of memory; tests bring their own. */
export interface MemorySources {
  readonly totalBytes: number;
  /** As Node reads it: 0 or more than the machine has where nothing bounds the process. */
  readonly constrainedBytes: number;
  /** A file as a text; undefined where there is none. */
  readonly read: (path: string) => string | undefined;
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    // Not Linux, or no such limit here.
    return undefined;
  }
}

const ofThisMachine = (): MemorySources => ({
  totalBytes: totalmem(),
  constrainedBytes: process.constrainedMemory(),
  read: readText,
});

/**
 * What this process may use: the machine's memory, or less where a container or a service manager bounds it. Node looks at the process's own control
 * group alone, so those that hold it (a pod, a slice of systemd) are looked at too.
 */
export function availableMemoryBytes(sources: MemorySources = ofThisMachine()): number {
  const { totalBytes, constrainedBytes } = sources;
  const limits = [constrainedBytes, ...controlGroupLimits(sources)].filter((bytes) => bytes > 0);
  return Math.min(totalBytes, ...limits);
}

function controlGroupLimits({ read }: MemorySources): number[] {
  const limits: number[] = [];
  for (const line of (read('/proc/self/cgroup') ?? '').split('\n')) {
    // `0::/path` in version 2, `4:memory:/path` in version 1.
    const [, controllers, path] = /^\d+:([^:]*):(\/.*)$/.exec(line) ?? [];
    if (path === undefined) continue;
    const isSecond = controllers === '';
    if (!isSecond && !controllers!.split(',').includes('memory')) continue;
    const [root, names] = isSecond
      ? ['/sys/fs/cgroup', ['memory.max', 'memory.high']]
      : ['/sys/fs/cgroup/memory', ['memory.limit_in_bytes']];
    // Inside a container the path may be the host's, which is not there: the root is the container's own.
    for (let at = path; ; at = posix.dirname(at)) {
      for (const name of names) {
        const text = read(posix.join(root, at, name))?.trim() ?? '';
        if (/^\d+$/.test(text)) limits.push(Number(text));
      }
      if (at === '/') break;
    }
  }
  return limits;
}
