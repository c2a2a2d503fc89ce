import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Passwords } from '../../src/auth/passwords.ts';
import { openRegistry } from '../../src/registry/lmdb-registry.ts';

/** bcrypt's fewest. */
const ROUNDS = 4;
export const ADMIN = { username: 'admin', password: 'correct horse battery' } as const;

/**
 * For servers in processes of their own: with the 12 rounds of a first start, that and the first sign-in take half a second of a core.
 * @returns whether it had no user, and has `ADMIN` now
 */
export async function seedAdmin(dataDir: string): Promise<boolean> {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const registry = openRegistry(join(dataDir, 'registry'));
  try {
    if (registry.list('users').length > 0) return false;
    const hash = await new Passwords([], ROUNDS).hash(ADMIN.password);
    await registry.put('users', ADMIN.username, { role: 'admin', hash });
    return true;
  } finally {
    await registry.close();
  }
}
