import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export const FIRST_ADMIN = 'admin';

const pathIn = (dataDir: string): string => join(dataDir, 'first-password');

/** Where whoever may read the data directory, and nobody else, finds the first admin's password. @returns the path */
export function keepFirstPassword(dataDir: string, password: string): string {
  const path = pathIn(dataDir);
  writeFileSync(path, password, { mode: 0o600 });
  return path;
}

/** The password in the file is good no longer. */
export function forgetFirstPassword(dataDir: string, changedUser: string): void {
  if (changedUser === FIRST_ADMIN) rmSync(pathIn(dataDir), { force: true });
}
