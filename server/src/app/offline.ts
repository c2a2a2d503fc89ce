import { join, resolve } from 'node:path';
import type { Auth } from '../auth/auth.ts';
import { createAuth } from '../auth/create-auth.ts';
import { signingKey } from '../auth/first-start.ts';
import type { Config } from '../config/config.ts';
import { openRegistry } from '../registry/lmdb-registry.ts';
import { ensurePrivateDirectory } from '../system/data-directory.ts';
import { forgetFirstPassword } from '../system/first-password.ts';
import { lockDirectory } from './data-directory-lock.ts';

/** For the command line: users and keys of a data directory that no server is using. It stays locked until this is closed. */
export interface Offline {
  readonly auth: Auth;
  close(): Promise<void>;
}

/** @throws DirectoryInUse */
export async function openOffline(config: Config): Promise<Offline> {
  const dataDir = resolve(config.dataDir);
  ensurePrivateDirectory(dataDir, 'dataDir, --data', true);
  ensurePrivateDirectory(join(dataDir, 'registry'), 'dataDir, --data');
  // A server that starts in the meantime would have read users and keys before the change.
  const lock = await lockDirectory(dataDir);
  try {
    const registry = openRegistry(join(dataDir, 'registry'));
    const auth = createAuth({
      registry,
      config,
      secret: signingKey(dataDir, config.authKey),
      onPasswordChanged: (name) => forgetFirstPassword(dataDir, name),
      now: Date.now,
      fetch,
    });
    return {
      auth,
      async close() {
        await registry.close();
        await lock.release();
      },
    };
  } catch (error) {
    await lock.release();
    throw error;
  }
}
