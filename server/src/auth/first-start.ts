import { randomBytes } from 'node:crypto';
import { chmodSync, closeSync, existsSync, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Registry } from '../registry/registry.ts';
import { FIRST_ADMIN } from '../system/first-password.ts';
import type { FirstAdmin } from './first-admin.ts';
import { Passwords } from './passwords.ts';

/** The key that signs tokens: `authKey`, or else the one in the data directory, created at the first start (0600). */
export function signingKey(dataDir: string, authKey: string | undefined): Buffer {
  if (authKey !== undefined) return Buffer.from(authKey);
  return storedSecret(join(dataDir, 'auth.key'));
}

/** 32 random bytes in their own file, created if absent. */
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
 * An admin, if there is no user in the configuration or in the registry. The admin exists once `store` is called: its caller
 * shows the password, so a start that fails earlier leaves no admin whose password no one has seen.
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
