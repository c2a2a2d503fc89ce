import { createHash, randomBytes } from 'node:crypto';
import { linkSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { join, relative } from 'node:path';

export interface ProcessLock {
  release(): Promise<void>;
}

/**
 * Takes a directory for one purpose and for as long as this process lives, however it ends. On Linux a name in the kernel's
 * abstract socket space, which two processes cannot both have and which vanishes with its owner; elsewhere a socket in the
 * directory, which a dead owner leaves behind and the next one takes over.
 * @returns undefined when another process has it
 */
export async function takeLock(
  purpose: string,
  directory: string,
  platform: NodeJS.Platform = process.platform,
): Promise<ProcessLock | undefined> {
  const isAbstract = platform === 'linux';
  const path = isAbstract ? abstractName(purpose, directory) : fittingPath(join(directory, `${purpose}.lock`));
  // Two that start in the same millisecond after a crash could both get past this: the abstract name has no such gap.
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

/** Any user of the machine may take an abstract name, so it holds what only the directory's owner can read. */
function abstractName(purpose: string, directory: string): string {
  const text = `${realpathSync(directory)}\0${lockId(directory)}`;
  return `\0${purpose}-${createHash('sha256').update(text).digest('hex').slice(0, 32)}`;
}

const LOCK_ID = 'lock.id';

/** Random, made once. Linked into place whole: of two processes that start at once, both read what the first one wrote. */
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

/** A Unix socket's path fits 104 bytes on macOS, 108 on Linux, with the zero at its end. */
const SOCKET_PATH_MAX_BYTES = 103;

/**
 * The path as seen from the working directory, where that is shorter.
 * @throws when it fits no socket either way
 */
export function fittingPath(path: string): string {
  const near = relative(process.cwd(), path);
  const shorter = Buffer.byteLength(near) < Buffer.byteLength(path) ? near : path;
  if (Buffer.byteLength(shorter) <= SOCKET_PATH_MAX_BYTES) return shorter;
  throw new Error(
    `The data directory's path is too long for a socket: ${path} has ${Buffer.byteLength(path)} bytes, ${SOCKET_PATH_MAX_BYTES} fit. Choose a shorter one (--data).`,
  );
}

/** Whether somebody listens on the socket. */
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
