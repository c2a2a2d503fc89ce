import { createHash, randomBytes } from 'node:crypto';
import { linkSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { join, relative } from 'node:path';

export interface ProcessLock {
  release(): Promise<void>;
}

/**
 * Locks a directory for one purpose as long as this process lives, however it ends. On Linux it is a name in the kernel's
 * abstract socket namespace, which only one process can have and which disappears with it; elsewhere it is a socket in the
 * directory, which a dead owner leaves behind and the next one takes over.
 * @returns undefined if another process has the lock
 */
export async function takeLock(
  purpose: string,
  directory: string,
  platform: NodeJS.Platform = process.platform,
): Promise<ProcessLock | undefined> {
  const isAbstract = platform === 'linux';
  const path = isAbstract ? abstractName(purpose, directory) : fittingPath(join(directory, `${purpose}.lock`));
  // Two processes that start in the same millisecond after a crash could both get past this. The abstract name has no such gap.
  if (!isAbstract) {
    if (await answers(path)) return undefined;
    rmSync(path, { force: true });
  }
  const server = createServer((socket) => socket.destroy());
  try {
    await listen(server, path);
  } catch (error) {
    if (hasCode(error, 'EADDRINUSE')) return undefined;
    throw error;
  }
  server.unref();
  return { release: () => new Promise((resolve) => server.close(() => resolve())) };
}

/** Any user of the machine can take an abstract name, so it contains something that only the directory's owner can read. */
function abstractName(purpose: string, directory: string): string {
  const text = `${realpathSync(directory)}\0${lockId(directory)}`;
  return `\0${purpose}-${createHash('sha256').update(text).digest('hex').slice(0, 32)}`;
}

const LOCK_ID = 'lock.id';

/** Random, created once. It is linked into place when complete: if two processes start at once, both read what the first one wrote. */
function lockId(directory: string): string {
  const path = join(directory, LOCK_ID);
  const draft = `${path}.${randomBytes(8).toString('hex')}`;
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (!hasCode(error, 'ENOENT')) throw error;
  }
  try {
    writeFileSync(draft, randomBytes(16).toString('hex'), { mode: 0o600, flag: 'wx' });
    linkSync(draft, path);
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error;
  } finally {
    rmSync(draft, { force: true });
  }
  return readFileSync(path, 'utf8');
}

const hasCode = (error: unknown, code: string): boolean =>
  error instanceof Error && 'code' in error && error.code === code;

/** The path of a Unix socket has at most 104 bytes on macOS and 108 on Linux, including the final zero. */
const SOCKET_PATH_MAX_BYTES = 103;

/**
 * The path relative to the working directory, if that is shorter.
 * @throws if neither fits
 */
export function fittingPath(path: string): string {
  const near = relative(process.cwd(), path);
  const shorter = Buffer.byteLength(near) < Buffer.byteLength(path) ? near : path;
  if (Buffer.byteLength(shorter) <= SOCKET_PATH_MAX_BYTES) return shorter;
  throw new Error(
    `The path of the data directory is too long for a socket: ${path} has ${Buffer.byteLength(path)} bytes, and at most ${SOCKET_PATH_MAX_BYTES} are possible. Choose a shorter one with \`--data\`.`,
  );
}

/** Whether someone listens on the socket. */
export function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, resolve);
  });
}
