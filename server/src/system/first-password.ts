import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export const FIRST_ADMIN = 'admin';

const pathIn = (dataDir: string): string => join(dataDir, 'first-password');

/** Writes the first admin's password where only those who can read the data directory find it. @returns the path */
export function keepFirstPassword(dataDir: string, password: string): string {
  const path = pathIn(dataDir);
  writeFileSync(path, password, { mode: 0o600 });
  return path;
}

/** The password in the file is no longer valid. */
export function forgetFirstPassword(dataDir: string, changedUser: string): void {
  if (changedUser === FIRST_ADMIN) rmSync(pathIn(dataDir), { force: true });
}
