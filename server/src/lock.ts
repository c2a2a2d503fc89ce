import { connect } from 'node:net';
import { join } from 'node:path';
import { type ProcessLock, takeLock } from './process-lock.ts';

/** The data directory belongs to another server. */
export class DirectoryInUse extends Error {
  constructor(dataDir: string) {
    super(
      `Another Seismo runs on ${dataDir}. Stop it first, or start this one with another directory (--data) and port (--port).`,
    );
    this.name = 'DirectoryInUse';
  }
}

/**
 * Takes the data directory for this process, until it ends however it ends. Beside the lock of the system, nobody may answer on
 * the directory's own socket: a container has a name space of its own, and not every system has such a lock.
 * @throws DirectoryInUse
 */
export async function lockDirectory(dataDir: string): Promise<ProcessLock> {
  if (await answers(socketPathOf(dataDir))) throw new DirectoryInUse(dataDir);
  const lock = await takeLock('seismo', dataDir);
  if (lock === undefined) throw new DirectoryInUse(dataDir);
  return lock;
}

/** Where the server listens for the commands of this machine (0600). */
export const socketPathOf = (dataDir: string): string => join(dataDir, 'seismo.sock');

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
