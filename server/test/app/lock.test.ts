import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, realpathSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DirectoryInUse, lockDirectory } from '../../src/app/data-directory-lock.ts';

let dataDir: string;
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'seismo-lock-'));
});
afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

describe.each(['linux', 'darwin'] as const)('the lock of a data directory on %s', (platform) => {
  it('is held by one, and free after its release', async () => {
    const lock = await lockDirectory(dataDir, platform);
    await expect(lockDirectory(dataDir, platform)).rejects.toThrow(DirectoryInUse);
    await lock.release();
    await (await lockDirectory(dataDir, platform)).release();
  });
});

it.skipIf(process.platform !== 'linux')('cannot be taken by whoever knows only the path', async () => {
  // As the name once was: any user of the machine could listen on it, and the server did not start.
  const name = createHash('sha256').update(realpathSync(dataDir)).digest('hex').slice(0, 32);
  const server = createServer().listen(`\0seismo-${name}`);
  await once(server, 'listening');
  await (await lockDirectory(dataDir)).release();
  server.close();
  expect(readdirSync(dataDir)).toEqual(['lock.id']);
  expect(statSync(join(dataDir, 'lock.id')).mode & 0o777).toBe(0o600);
});

it.skipIf(process.platform !== 'linux')('is held by one of two processes that make its name at once', async () => {
  const locks = await Promise.allSettled(Array.from({ length: 8 }, () => lockDirectory(dataDir)));
  expect(locks.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  expect(readdirSync(dataDir)).toEqual(['lock.id']);
});

it('is taken over from an owner who died, where it is a socket in the directory', async () => {
  const path = join(dataDir, 'lock.sock');
  const owner = `require('net').createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 'SIGKILL'))`;
  spawnSync(process.execPath, ['-e', owner]);
  expect(existsSync(path)).toBe(true);
  await (await lockDirectory(dataDir, 'darwin')).release();
});

it('says that a path is too long for a socket', async () => {
  await expect(lockDirectory(join(dataDir, 'x'.repeat(110)))).rejects.toThrow('too long for a socket');
});
