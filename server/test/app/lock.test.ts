import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DirectoryInUse, lockDirectory } from '../../src/lock.ts';

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
