import { join } from 'node:path';
import { answers, fittingPath, type ProcessLock, takeLock } from '../system/process-lock.ts';

/** Another server, or a command that works on the data directory, is using it. */
export class DirectoryInUse extends Error {
  constructor(dataDir: string) {
    super(
      `Another Seismo runs on ${dataDir}. Stop it first (or wait until it has ended), or name another directory (--data) and port (--port).`,
    );
    this.name = 'DirectoryInUse';
  }
}

/**
 * Locks the data directory for this process until it ends, however it ends. Besides the lock of the system, it checks that nothing
 * answers on the directory's own socket, because a container has its own namespace.
 * @throws DirectoryInUse
 */
export async function lockDirectory(dataDir: string, platform?: NodeJS.Platform): Promise<ProcessLock> {
  if (await isServed(dataDir)) throw new DirectoryInUse(dataDir);
  const lock = await takeLock('seismo', dataDir, platform);
  if (lock === undefined) throw new DirectoryInUse(dataDir);
  return lock;
}

/** The socket on which the server listens for commands of this machine (0600). */
export const socketPathOf = (dataDir: string): string => fittingPath(join(dataDir, 'seismo.sock'));

/** Whether a server answers on the socket of this data directory. */
export const isServed = (dataDir: string): Promise<boolean> => answers(socketPathOf(dataDir));
