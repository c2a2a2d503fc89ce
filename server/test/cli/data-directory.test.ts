import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ensureDirectory, ensurePrivateDirectory } from '../../src/system/data-directory.ts';
import { seismo } from './seismo.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'seismo-directory-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const BUILT = new URL('../../dist/system/data-directory.js', import.meta.url).href;
const SETTING = 'dataDir, --data';
const isRoot = process.getuid?.() === 0;
const procIsThere = existsSync('/proc/self');

describe('a data directory that cannot be', () => {
  it.skipIf(!procIsThere)(
    'is told in one sentence with its setting, and the server ends with 1',
    async () => {
      // Node's recursive mkdir never comes back from there.
      for (const args of [
        ['start', '--data', '/proc/seismo/data', '--port', '0'],
        ['key', 'create', '--app', 'shop', '--scope', 'read', '--data', '/proc/seismo'],
      ]) {
        const { code, stdout, stderr } = await seismo(args, { cwd: folder });
        expect([code, stdout]).toEqual([1, '']);
        expect(stderr.trim().split('\n')).toHaveLength(1);
        expect(stderr).toContain("(dataDir, --data) can't be used: no directory can be created there. Choose one");
      }
    },
    30_000,
  );

  it('is told of the engine by the setting that names its directory', async () => {
    writeFileSync(join(folder, 'file'), '');
    const args = ['start', '--data', join(folder, 'data'), '--connection', join(folder, 'file', 'x'), '--port', '0'];
    const { code, stderr } = await seismo(args, { cwd: folder });
    expect([code, stderr]).toEqual([1, expect.stringContaining("(connection, --connection) can't be used: a file")]);
  }, 30_000);

  it('is a file, or lies under one', () => {
    writeFileSync(join(folder, 'file'), '');
    expect(() => ensureDirectory(join(folder, 'file'), SETTING)).toThrow('a file with this name exists');
    expect(() => ensureDirectory(join(folder, 'file', 'a', 'b'), SETTING)).toThrow('a file with this name exists');
  });

  it('is a link in a circle, or to nowhere, or has too long a name', () => {
    symlinkSync(join(folder, 'b'), join(folder, 'a'));
    symlinkSync(join(folder, 'a'), join(folder, 'b'));
    expect(() => ensureDirectory(join(folder, 'a'), SETTING)).toThrow('circle');
    symlinkSync(join(folder, 'nowhere'), join(folder, 'c'));
    expect(() => ensureDirectory(join(folder, 'c'), SETTING)).toThrow("can't be used");
    expect(() => ensureDirectory(join(folder, 'x'.repeat(300)), SETTING)).toThrow('name is too long');
  });

  it.skipIf(!isRoot)('belongs to another user, or may only be read', () => {
    mkdirSync(join(folder, 'theirs'), { mode: 0o755 });
    chmodSync(folder, 0o755);
    // A process of its own gives its rights up; it loads the built file first.
    const asNobody = (path: string): string => {
      const script = `const { ensureDirectory } = await import(${JSON.stringify(BUILT)}); process.setgroups([]); process.setgid(65534); process.setuid(65534);
        try { ensureDirectory(${JSON.stringify(path)}, 's'); } catch (error) { console.log(error.message); }`;
      return spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' }).stdout;
    };
    expect(asNobody(join(folder, 'theirs'))).toContain('this user has no permission to write there');
    expect(asNobody(join(folder, 'theirs', 'deep', 'er'))).toContain('this user has no permission to write there');
  });

  it.skipIf(!isRoot)('lies on a disk that can only be read', () => {
    if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'ro,size=1m', 'tmpfs', folder], { stdio: 'ignore' }).status !== 0)
      return;
    try {
      expect(() => ensureDirectory(join(folder, 'data'), SETTING)).toThrow('read-only disk');
      expect(() => ensureDirectory(folder, SETTING)).toThrow('read-only disk');
    } finally {
      spawnSync('umount', [folder]);
    }
  });
});

describe.skipIf(!isRoot)('a data directory of another user', () => {
  const NOBODY = 65534;
  const commands = [
    ['track', 'x', '--app', 'shop'],
    ['user', 'add', 'ann'],
    ['key', 'list'],
    ['import', 'x.ndjson', '--app', 'shop'],
    ['rebuild'],
  ];

  it('is not opened by root, before and after the first start of its server', async () => {
    const data = join(folder, 'data');
    mkdirSync(data, { mode: 0o700 });
    chownSync(data, NOBODY, NOBODY);
    writeFileSync(join(folder, 'x.ndjson'), '{"event":"a"}\n');
    const before = statSync(data);
    const refused = async () => {
      for (const command of commands) {
        const { code, stdout, stderr } = await seismo([...command, '--data', data], {
          cwd: folder,
          input: 'a long password 12\n',
        });
        expect([command, code, stdout]).toEqual([command, 1, '']);
        expect(stderr).toContain(
          `The data directory ${data} belongs to another user (nobody), and no server is running on it: the server could not open files that root leaves there. Run the command as that user, with \`sudo -u nobody\`, or start the server first.`,
        );
      }
    };
    const startRefused = async () => {
      const { code, stdout, stderr } = await seismo(['start', '--data', data, '--port', '0'], { cwd: folder });
      expect([code, stdout]).toEqual([1, '']);
      expect(stderr).toContain(
        `The data directory ${data} belongs to another user (nobody), and root would leave files there that this user can't open. Start the server as that user, with \`sudo -u nobody\`, or make root the owner of the directory and all in it.`,
      );
    };
    await refused();
    await startRefused();
    expect(readdirSync(data)).toEqual([]);
    // A volume of root, in which the server has made its directories.
    mkdirSync(join(data, 'registry'), { mode: 0o700 });
    chownSync(join(data, 'registry'), NOBODY, NOBODY);
    chownSync(data, 0, NOBODY);
    await refused();
    await startRefused();
    expect(readdirSync(data)).toEqual(['registry']);
    expect(readdirSync(join(data, 'registry'))).toEqual([]);
    expect(statSync(data).mode).toBe(before.mode);
  }, 60_000);
});

describe('a data directory that can be', () => {
  it('is made with all above it, for its owner alone, and taken as it is when it is there', () => {
    const path = join(folder, 'a', 'b', 'c');
    ensureDirectory(path, SETTING);
    expect(statSync(path).mode & 0o777).toBe(0o700);
    chmodSync(path, 0o750);
    symlinkSync(path, join(folder, 'link'));
    ensureDirectory(join(folder, 'link'), SETTING);
    expect(statSync(path).mode & 0o777).toBe(0o750);
  });
});

describe('a data directory that others could look into', () => {
  it('is closed to them, and so is what lies in it', () => {
    const path = join(folder, 'data');
    mkdirSync(path);
    for (const mode of [0o755, 0o777, 0o750, 0o2770]) {
      chmodSync(path, mode);
      ensurePrivateDirectory(path, SETTING);
      expect(statSync(path).mode & 0o777).toBe(0o700);
    }
  });

  it.skipIf(!isRoot)(
    'is refused when it belongs to somebody else, unless it is a volume that only their group shares',
    () => {
      chmodSync(folder, 0o755);
      const asNobody = (path: string, isShared: boolean): string => {
        const script = `const { ensurePrivateDirectory } = await import(${JSON.stringify(BUILT)}); process.setgroups([65534]); process.setgid(65534); process.setuid(65534);
        try { ensurePrivateDirectory(${JSON.stringify(path)}, 's', ${isShared}); console.log('fine'); } catch (error) { console.log(error.message); }`;
        return spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' }).stdout.trim();
      };
      const volume = join(folder, 'volume');
      mkdirSync(volume);
      chownSync(volume, 0, 65534);
      chmodSync(volume, 0o2775);
      expect(asNobody(volume, true)).toBe('fine');
      expect(asNobody(volume, false)).toContain('can be read by other users');
      chmodSync(volume, 0o777);
      expect(asNobody(volume, true)).toContain('can be written by other users');
    },
  );

  it.skipIf(!isRoot)(
    'and a container that makes one: neither a password hash nor an event can be read by others',
    async () => {
      chmodSync(folder, 0o755);
      const data = join(folder, 'data');
      mkdirSync(data, { mode: 0o755 });
      mkdirSync(join(data, 'registry'), { mode: 0o755 });
      const { code } = await seismo(['user', 'add', 'ann', '--data', data], {
        cwd: folder,
        input: 'correct horse battery\n',
      });
      expect(code).toBe(0);
      const asNobody = spawnSync('cat', [join(data, 'registry', 'data.mdb')], { uid: 65534, gid: 65534 });
      expect(asNobody.status).not.toBe(0);
      expect(statSync(join(data, 'registry')).mode & 0o077).toBe(0);
    },
    30_000,
  );
});
