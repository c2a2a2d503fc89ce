import { createHash } from 'node:crypto';
import { realpathSync } from 'node:fs';
import { createServer, type Server } from 'node:net';

export interface ProcessLock {
  release(): Promise<void>;
}

/**
 * Takes a directory for one purpose and for as long as this process lives, however it ends: a name in Linux's abstract socket
 * space, which two processes cannot both have and which vanishes with its owner. Elsewhere everybody gets it.
 * @returns undefined when another process has it
 */
export async function takeLock(purpose: string, directory: string): Promise<ProcessLock | undefined> {
  if (process.platform !== 'linux') return { release: async () => {} };
  const digest = createHash('sha256').update(realpathSync(directory)).digest('hex').slice(0, 32);
  const server = createServer((socket) => socket.destroy());
  try {
    await listen(server, `\0${purpose}-${digest}`);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') return undefined;
    throw error;
  }
  server.unref();
  return { release: () => new Promise((resolve) => server.close(() => resolve())) };
}

function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, resolve);
  });
}
