import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Auth } from './auth/auth.ts';
import { createAuth } from './auth/create-auth.ts';
import { signingKey } from './auth/first-start.ts';
import type { Config } from './config.ts';
import { openRegistry } from './registry/lmdb-registry.ts';

/** Users and keys of a data directory that no server runs on: for the command line. */
export interface Offline {
  readonly auth: Auth;
  close(): Promise<void>;
}

export async function openOffline(config: Config): Promise<Offline> {
  const dataDir = resolve(config.dataDir);
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const registry = openRegistry(join(dataDir, 'registry'));
  const auth = createAuth({ registry, config, secret: signingKey(dataDir, config.authKey), now: Date.now, fetch });
  return { auth, close: () => registry.close() };
}
