import { createHash } from 'node:crypto';
import { realpathSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { join } from 'node:path';

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
 * Takes the data directory for this process, until it ends however it ends. On Linux a name in the kernel's abstract
 * socket space, which two processes cannot both have and which vanishes with its owner; and everywhere, nobody may answer
 * on the directory's own socket (a container of its own has its own name space).
 * @throws DirectoryInUse
 */
export async function lockDirectory(dataDir: string): Promise<{ release(): Promise<void> }> {
  if (await answers(socketPathOf(dataDir))) throw new DirectoryInUse(dataDir);
  if (process.platform !== 'linux') return { release: async () => {} };
  const name = createHash('sha256').update(realpathSync(dataDir)).digest('hex').slice(0, 32);
  const server = createServer((socket) => socket.destroy());
  await listen(server, `\0seismo-${name}`).catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'EADDRINUSE' ? new DirectoryInUse(dataDir) : error;
  });
  server.unref();
  return { release: () => new Promise((resolve) => server.close(() => resolve())) };
}

/** Where the server listens for the commands of this machine (0600). */
export const socketPathOf = (dataDir: string): string => join(dataDir, 'seismo.sock');

function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, resolve);
  });
}

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
