import { randomBytes } from 'node:crypto';
import { chmodSync, closeSync, existsSync, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Registry } from '../registry/registry.ts';
import { FIRST_ADMIN } from '../system/first-password.ts';
import type { FirstAdmin } from './first-admin.ts';
import { Passwords } from './passwords.ts';

/** The key that signs tokens: `authKey`, else the one in the data directory, made at the first start (0600). */
export function signingKey(dataDir: string, authKey: string | undefined): Buffer {
  if (authKey !== undefined) return Buffer.from(authKey);
  return storedSecret(join(dataDir, 'auth.key'));
}

/** 32 random bytes in a file of their own, made when absent. */
export function storedSecret(path: string): Buffer {
  if (!existsSync(path)) {
    const file = openSync(path, 'wx', 0o600);
    writeSync(file, `${randomBytes(32).toString('hex')}\n`);
    fsyncSync(file);
    closeSync(file);
  }
  chmodSync(path, 0o600);
  const secret = Buffer.from(readFileSync(path, 'utf8').trim(), 'hex');
  if (secret.length < 32) throw new Error(`${path} does not hold a key; restore it, or remove it to get a new one.`);
  return secret;
}

/**
 * An admin, when the configuration names nobody and none is stored. The admin counts once `store` was called: whoever
 * calls it shows the password, and a start that fails before leaves nobody behind whose password was never seen.
 */
export async function firstAdmin(
  registry: Registry,
  config: { readonly users: Readonly<Record<string, string>>; readonly auth: { readonly users: readonly string[] } },
  bcryptRounds?: number,
): Promise<{ store(): Promise<FirstAdmin> } | undefined> {
  const named = Object.keys(config.users).length + config.auth.users.length + registry.list('users').length;
  if (named > 0) return undefined;
  const password = randomBytes(15).toString('base64url');
  const hash = await new Passwords([], bcryptRounds).hash(password);
  return {
    async store() {
      await registry.put('users', FIRST_ADMIN, { role: 'admin', hash });
      return { user: FIRST_ADMIN, password };
    },
  };
}
