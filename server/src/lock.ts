import { createHash } from 'node:crypto';
import { realpathSync, rmSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { join, relative } from 'node:path';

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
 * Takes the data directory for this process, until it ends however it ends. On Linux a name in the kernel's abstract
 * socket space, which two processes cannot both have and which vanishes with its owner; elsewhere a socket in the
 * directory, which a dead owner leaves behind and the next one takes over. And everywhere, nobody may answer on the
 * directory's own socket (a container of its own has its own name space).
 * @throws DirectoryInUse
 */
export async function lockDirectory(
  dataDir: string,
  platform: NodeJS.Platform = process.platform,
): Promise<{ release(): Promise<void> }> {
  if (await isServed(dataDir)) throw new DirectoryInUse(dataDir);
  const isAbstract = platform === 'linux';
  const path = isAbstract ? abstractName(dataDir) : fittingPath(join(dataDir, 'lock.sock'));
  // Two that start in the same millisecond after a crash could both get past this: the abstract name has no such gap.
  if (!isAbstract) {
    if (await answers(path)) throw new DirectoryInUse(dataDir);
    rmSync(path, { force: true });
  }
  const server = createServer((socket) => socket.destroy());
  await listen(server, path).catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'EADDRINUSE' ? new DirectoryInUse(dataDir) : error;
  });
  server.unref();
  return { release: () => new Promise((resolve) => server.close(() => resolve())) };
}

function abstractName(dataDir: string): string {
  return `\0seismo-${createHash('sha256').update(realpathSync(dataDir)).digest('hex').slice(0, 32)}`;
}

/** A Unix socket's path fits 104 bytes on macOS, 108 on Linux, with the zero at its end. */
const SOCKET_PATH_MAX_BYTES = 103;

/** The path as seen from the working directory, where that is shorter. */
function fittingPath(path: string): string {
  const near = relative(process.cwd(), path);
  const shorter = Buffer.byteLength(near) < Buffer.byteLength(path) ? near : path;
  if (Buffer.byteLength(shorter) <= SOCKET_PATH_MAX_BYTES) return shorter;
  throw new Error(
    `The data directory's path is too long for a socket: ${path} has ${Buffer.byteLength(path)} bytes, ${SOCKET_PATH_MAX_BYTES} fit. Choose a shorter one (--data).`,
  );
}

/** Where the server listens for the commands of this machine (0600). */
export const socketPathOf = (dataDir: string): string => fittingPath(join(dataDir, 'seismo.sock'));

/** Whether a server answers on the socket of this data directory. */
export const isServed = (dataDir: string): Promise<boolean> => answers(socketPathOf(dataDir));

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
