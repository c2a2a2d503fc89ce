import { readFileSync } from 'node:fs';
import { totalmem } from 'node:os';
import { posix } from 'node:path';

/** What the system reports about memory. Tests bring their own. */
export interface MemorySources {
  readonly totalBytes: number;
  /** As Node reads it: 0, or more than the machine has, if nothing limits the process. */
  readonly constrainedBytes: number;
  /** The text of a file, or undefined if it does not exist. */
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
 * The memory this process can use: that of the machine, or less if a container or a service manager limits it. Node only looks at the control
 * group of the process, so this also looks at its parents (a pod, a systemd slice).
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
    // Inside a container, the path can be the host's, which does not exist there: the container's own is the root.
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
