import { accessSync, chmodSync, constants, mkdirSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/** Permissions of group and others. */
const OTHERS = 0o077;
/** Others can write: anyone who can write to a directory can replace what is in it. */
const OTHERS_WRITE = 0o002;

/**
 * Like {@link ensureDirectory}, but only this user can look into it. Wider permissions of an existing directory are removed.
 * @param isShared the directory may belong to someone else, like the root of a volume that its group can write to: what is in it has
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
      `The directory ${path} (${setting}) can be ${mode & OTHERS_WRITE ? 'written' : 'read'} by other users, and its permissions can't be changed. Make this user its owner, or run \`chmod 700\` on it.`,
      { cause: error },
    );
  }
}

/**
 * Creates a directory with mode 0700, and its missing parents, one after another: Node's recursive mkdir retries forever where
 * nothing can be created, as in /proc.
 * @param setting the setting that names it, as users know it
 * @throws Error that says what to do if it can't be used
 */
export function ensureDirectory(path: string, setting: string): void {
  try {
    make(resolve(path));
    accessSync(path, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new Error(
      `The directory ${path} (${setting}) can't be used: ${reasonOf(code)}. Choose one that this user can create and write to, or correct its owner or permissions.`,
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
      return 'a file with this name exists';
    case 'ENOENT':
      return 'no directory can be created there';
    case 'EACCES':
    case 'EPERM':
      return 'this user has no permission to write there';
    case 'EROFS':
      return 'it is on a read-only disk';
    case 'ENOSPC':
    case 'EDQUOT':
      return 'its disk is full';
    case 'ELOOP':
      return 'its links lead in a circle';
    case 'ENAMETOOLONG':
      return 'its name is too long';
    default:
      return `the system reports ${code ?? 'an unknown error'}`;
  }
}
