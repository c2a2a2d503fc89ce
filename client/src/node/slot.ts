import { randomBytes } from 'node:crypto';
import {
  closeSync,
  fstatSync,
  linkSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join, resolve } from 'node:path';

/** A folder that belongs to this process until it is released or the process ends, however it ends. */
export interface Slot {
  readonly path: string;
  release(): void;
}

const LOCK = 'lock';
/** Older clients create a lock and then write the process id into it: for a moment, it is empty. */
const EMPTY_MAX_MS = 60_000;
/** File systems without hard links, such as exFAT. */
const NO_LINKS = new Set(['EPERM', 'ENOSYS', 'ENOTSUP', 'EOPNOTSUPP']);

/** Takes the first free folder of `0`, `1`, … under the directory: several processes may be given the same directory. */
export function takeSlot(directory: string): Slot {
  for (let i = 0; ; i++) {
    const slot = tryTake(join(resolve(directory), String(i)));
    if (slot) return slot;
  }
}

/** Takes the folders that dead processes left. */
export function takeAbandoned(directory: string): Slot[] {
  return readdirSync(directory)
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => tryTake(join(resolve(directory), name)) ?? []);
}

function tryTake(path: string): Slot | undefined {
  mkdirSync(path, { recursive: true, mode: 0o700 });
  const lock = join(path, LOCK);
  const found = holderOf(lock);
  const isTaken = found === undefined ? create(lock) : !found.isAlive && replace(lock, found);
  return isTaken ? { path, release: () => rmSync(lock, { force: true }) } : undefined;
}

/** @returns false if it exists */
function create(lock: string): boolean {
  const own = writeOwn(lock);
  try {
    // It never exists without the process id in it.
    linkSync(own, lock);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    if (!NO_LINKS.has(codeOf(error))) throw error;
    return createWithoutLinks(lock);
  } finally {
    rmSync(own, { force: true });
  }
}

function createWithoutLinks(lock: string): boolean {
  try {
    writeFileSync(lock, String(process.pid), { flag: 'wx', mode: 0o600 });
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

/**
 * Replaces the lock of a dead process. Processes that start together after a crash all find it, and the slowest of them must
 * not remove the lock that a quicker one has put there since. So only the one that creates the claim on this very file may
 * replace it, and only if the file is still there once it has the claim. A claim is a lock too: that of a dead process is replaced.
 */
function replace(lock: string, dead: Holder): boolean {
  const claim = join(lock, '..', `claim-${dead.file}`);
  const claimant = holderOf(claim);
  const isMine = claimant === undefined ? create(claim) : !claimant.isAlive && replace(claim, claimant);
  if (!isMine) return false;
  try {
    if (holderOf(lock)?.file !== dead.file) return false;
    renameSync(writeOwn(lock), lock);
    return true;
  } finally {
    rmSync(claim, { force: true });
  }
}

function writeOwn(lock: string): string {
  const path = join(lock, '..', `own-${process.pid}-${randomBytes(6).toString('hex')}`);
  writeFileSync(path, String(process.pid), { flag: 'wx', mode: 0o600 });
  return path;
}

interface Holder {
  readonly isAlive: boolean;
  /** Of this very file: another one at the same path has another number or time. */
  readonly file: string;
}

/** The process that wrote the lock; undefined if there is none. */
function holderOf(lock: string): Holder | undefined {
  let file: number;
  try {
    file = openSync(lock, 'r');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
  try {
    const { ino, mtimeNs } = fstatSync(file, { bigint: true });
    const takenAt = Number(mtimeNs / 1_000_000n);
    return { file: `${ino}-${mtimeNs}`, isAlive: isAlive(readFileSync(file, 'utf8'), takenAt) };
  } finally {
    closeSync(file);
  }
}

function isAlive(text: string, takenAt: number): boolean {
  if (text === '') return takenAt > Date.now() - EMPTY_MAX_MS;
  const pid = Number(text);
  if (!(pid > 0)) return false;
  // Another client or thread of this process; or an earlier process with the same id, as in a restarted container.
  if (pid === process.pid) return takenAt > Date.now() - process.uptime() * 1000;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it is alive and belongs to another user.
    return codeOf(error) === 'EPERM';
  }
}

const codeOf = (error: unknown): string => (error instanceof Error && 'code' in error ? String(error.code) : '');
