import { accessSync, chmodSync, constants, mkdirSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/** Rights of group and others. */
const OTHERS = 0o077;
/** Others may write: whoever may write to a directory may replace what is in it. */
const OTHERS_WRITE = 0o002;

/**
 * Like {@link ensureDirectory}, and nobody but this user may look into it. Rights of a directory that was there before are taken back.
 * @param isShared the directory may belong to somebody else, as the root of a volume does whose group may write there: what lies in it has
 * directories of its own
 * @throws Error that says what to do
 */
export function ensurePrivateDirectory(path: string, setting: string, isShared = false): void {
  ensureDirectory(path, setting);
  const { mode } = statSync(path);
  if ((mode & OTHERS) === 0) return;
  try {
    chmodSync(path, mode & 0o700);
  } catch (error) {
    if (isShared && (mode & OTHERS_WRITE) === 0) return;
    throw new Error(
      `The directory ${path} (${setting}) can be ${mode & OTHERS_WRITE ? 'written' : 'read'} by other users, and its rights cannot be changed. Make this user its owner, or run chmod 700 on it.`,
      { cause: error },
    );
  }
}

/**
 * Makes a directory, 0700, with those above it that are missing. One after the other: Node's recursive mkdir tries for ever where
 * nothing can be made, as in /proc.
 * @param setting the one that names it, as its owner knows it
 * @throws Error that says what to do, when it cannot be used
 */
export function ensureDirectory(path: string, setting: string): void {
  try {
    make(resolve(path));
    accessSync(path, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new Error(
      `The directory ${path} (${setting}) cannot be used: ${reasonOf(code)}. Name one that this user may make and write, or correct its owner or rights.`,
      { cause: error },
    );
  }
}

function make(path: string): void {
  const known = statSync(path, { throwIfNoEntry: false });
  if (known?.isDirectory()) return;
  if (known !== undefined) throw Object.assign(new Error(`${path} is a file`), { code: 'ENOTDIR' });
  if (dirname(path) !== path) make(dirname(path));
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    // Another process was faster.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

function reasonOf(code: string | undefined): string {
  switch (code) {
    case 'ENOTDIR':
    case 'EEXIST':
      return 'a file is in its way';
    case 'ENOENT':
      return 'no directory can be made there';
    case 'EACCES':
    case 'EPERM':
      return 'this user may not write there';
    case 'EROFS':
      return 'it is on a disk that can only be read';
    case 'ENOSPC':
    case 'EDQUOT':
      return 'its disk is full';
    case 'ELOOP':
      return 'its links lead in a circle';
    case 'ENAMETOOLONG':
      return 'its name is too long';
    default:
      return `the system says ${code ?? 'no more'}`;
  }
}
