import { join } from 'node:path';
import { answers, fittingPath, type ProcessLock, takeLock } from '../system/process-lock.ts';

/** The data directory belongs to another server, or to a command that works on it. */
export class DirectoryInUse extends Error {
  constructor(dataDir: string) {
    super(
      `Another Seismo runs on ${dataDir}. Stop it first (or wait until it has ended), or name another directory (--data) and port (--port).`,
    );
    this.name = 'DirectoryInUse';
  }
}

/**
 * Takes the data directory for this process, until it ends however it ends. Beside the lock of the system, nobody may answer on
 * the directory's own socket: a container has a name space of its own.
 * @throws DirectoryInUse
 */
export async function lockDirectory(dataDir: string, platform?: NodeJS.Platform): Promise<ProcessLock> {
  if (await isServed(dataDir)) throw new DirectoryInUse(dataDir);
  const lock = await takeLock('seismo', dataDir, platform);
  if (lock === undefined) throw new DirectoryInUse(dataDir);
  return lock;
}

/** Where the server listens for the commands of this machine (0600). */
export const socketPathOf = (dataDir: string): string => fittingPath(join(dataDir, 'seismo.sock'));

/** Whether a server answers on the socket of this data directory. */
export const isServed = (dataDir: string): Promise<boolean> => answers(socketPathOf(dataDir));
