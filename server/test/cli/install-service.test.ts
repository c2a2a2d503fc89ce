import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemdUnit, type UnitOptions } from '../../src/cli/systemd-unit.ts';
import { BIN, seismo } from './seismo.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'seismo-unit-'));
  chmodSync(folder, 0o755);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const hasVerifier = spawnSync('systemd-analyze', ['--version']).error === undefined;
const isRoot = process.getuid?.() === 0;

/** What systemd itself says about a unit, with a command and a user that exist here. */
function verified(options: Partial<UnitOptions>): { code: number | null; said: string } {
  const unit = systemdUnit({
    command: [process.execPath, BIN, 'start'],
    user: 'root',
    dataDir: '/var/lib/seismo',
    ...options,
  });
  const path = join(folder, 'seismo.service');
  writeFileSync(path, unit);
  const { status, stdout, stderr } = spawnSync('systemd-analyze', ['verify', '--man=no', path], { encoding: 'utf8' });
  // What it says about other units of the machine is not ours.
  const said = `${stdout}${stderr}`.split('\n').filter((line) => line.includes('seismo'));
  return { code: status, said: said.join('\n') };
}

const lineOf = (unit: string, name: string): string | undefined =>
  unit.split('\n').find((line) => line.startsWith(`${name}=`));

describe('the unit', () => {
  it.skipIf(!hasVerifier)('is one that systemd accepts', () => {
    expect(verified({})).toEqual({ code: 0, said: '' });
    expect(verified({ dataDir: '/srv/my data', configFile: '/etc/seismo 100%/"a".json' })).toEqual({
      code: 0,
      said: '',
    });
  });

  it.skipIf(!hasVerifier)('is checked by a verifier that notices mistakes', () => {
    expect(verified({ command: ['/usr/bin/there-is-no-such-program'] }).said).toContain('not executable');
  });

  it('has systemd make a directory below /var/lib, and opens any other one for writing', () => {
    const unitOf = (dataDir: string): string => systemdUnit({ command: ['/usr/bin/node'], user: 'u', dataDir });
    expect(unitOf('/var/lib/seismo')).toContain('\nStateDirectory=seismo\nStateDirectoryMode=0700\n');
    expect(unitOf('/var/lib/seismo')).not.toContain('ReadWritePaths');
    expect(unitOf('/srv/events')).toContain('\nReadWritePaths=/srv/events\n');
    expect(unitOf('/var/lib/my events')).toContain('\nReadWritePaths="/var/lib/my events"\n');
    expect(unitOf('/srv/events')).not.toContain('StateDirectory');
  });

  it('quotes words with spaces, and escapes what systemd would expand', () => {
    const unit = systemdUnit({ command: ['/opt/a b/node', '/opt/"q"/100%/$HOME'], user: 'u', dataDir: '/d' });
    expect(lineOf(unit, 'ExecStart')).toBe('ExecStart="/opt/a b/node" "/opt/\\"q\\"/100%%/$$HOME" --data /d');
  });

  it('hides homes, except those that something of the service is in', () => {
    const homeOf = (options: Partial<UnitOptions>): string | undefined =>
      lineOf(
        systemdUnit({ command: ['/usr/bin/node'], user: 'u', dataDir: '/var/lib/seismo', ...options }),
        'ProtectHome',
      );
    expect(homeOf({})).toBe('ProtectHome=yes');
    expect(homeOf({ command: ['/home/ann/.nvm/node'] })).toBe('ProtectHome=read-only');
    expect(homeOf({ configFile: '/root/seismo.json' })).toBe('ProtectHome=read-only');
    expect(homeOf({ dataDir: '/home/ann/data' })).toBe('ProtectHome=no');
  });
});

describe('seismo install-service', () => {
  it('prints the unit with --dry-run, and writes nothing', async () => {
    const output = join(folder, 'seismo.service');
    const { code, stdout } = await seismo(['install-service', '--dry-run', '--output', output]);
    const unit = systemdUnit({ command: [process.execPath, BIN, 'start'], user: 'seismo', dataDir: '/var/lib/seismo' });
    expect([code, stdout]).toEqual([0, unit]);
    expect(existsSync(output)).toBe(false);
  });

  it('writes it with the user, the directory and the configuration, and says what to run next', async () => {
    const output = join(folder, 'seismo.service');
    const config = join(folder, 'seismo.config.json');
    writeFileSync(config, '{"port": 8080}');
    const args = [
      'install-service',
      '--output',
      output,
      '--user',
      'no-such-user',
      '--data',
      '/srv/events',
      '--config',
      config,
    ];
    const { code, stdout } = await seismo(args);
    expect(code).toBe(0);
    const unit = readFileSync(output, 'utf8');
    expect(lineOf(unit, 'User')).toBe('User=no-such-user');
    expect(lineOf(unit, 'ExecStart')).toBe(
      `ExecStart=${process.execPath} ${BIN} start --data /srv/events --config ${config}`,
    );
    expect(statSync(output).mode & 0o777).toBe(0o644);
    const commands = stdout.split('Next, as root:\n')[1]!.split('\n\n')[0]!.split('\n');
    expect(commands.map((line) => line.trim())).toEqual([
      'useradd --system --shell /usr/sbin/nologin no-such-user',
      "install -d -o no-such-user -m 700 '/srv/events'",
      `cp '${output}' /etc/systemd/system/seismo.service`,
      'systemctl daemon-reload',
      'systemctl enable --now seismo',
      'journalctl --unit seismo --follow',
    ]);
  });

  it('answers in JSON, and says that a second run changed nothing', async () => {
    const args = ['install-service', '--output', join(folder, 'seismo.service'), '--json'];
    const first = JSON.parse((await seismo(args)).stdout);
    expect(first).toMatchObject({ path: join(folder, 'seismo.service'), written: true });
    expect(first.unit).toBe(readFileSync(first.path, 'utf8'));
    expect(JSON.parse((await seismo(args)).stdout)).toEqual({ ...first, written: false });
  });

  it('keeps a unit that differs, until it is forced to replace it', async () => {
    const output = join(folder, 'seismo.service');
    writeFileSync(output, '[Unit]\n');
    const refused = await seismo(['install-service', '--output', output]);
    expect([refused.code, refused.stderr]).toEqual([
      1,
      expect.stringMatching(/exists and differs\. `--force` replaces it/),
    ]);
    expect(readFileSync(output, 'utf8')).toBe('[Unit]\n');
    expect((await seismo(['install-service', '--output', output, '--force'])).code).toBe(0);
    expect(readFileSync(output, 'utf8')).toContain('ExecStart=');
  });

  it.skipIf(existsSync('/run/systemd/system'))(
    'writes nothing where there is no systemd, and says what to do',
    async () => {
      const { code, stdout, stderr } = await seismo(['install-service']);
      expect([code, stdout]).toEqual([1, '']);
      expect(stderr).toMatch(/^This machine does not run systemd, .*`seismo start` itself.*--dry-run/);
      const inJson = await seismo(['install-service', '--json']);
      expect(JSON.parse(inJson.stderr).error.message).toMatch(/^This machine does not run systemd/);
    },
  );

  it('rejects a name that is no user, and a configuration that is not valid', async () => {
    expect(await seismo(['install-service', '--dry-run', '--user', 'a b'])).toMatchObject({
      code: 2,
      stderr: '`--user` must be the name of a user, such as `seismo`, not `a b`.\n',
    });
    const config = join(folder, 'seismo.config.json');
    writeFileSync(config, '{"port": "high"}');
    const { code, stderr } = await seismo(['install-service', '--dry-run', '--config', config]);
    expect([code, stderr]).toEqual([2, expect.stringContaining('port')]);
  });

  it.skipIf(!isRoot)('warns when the service could not read what it needs', async () => {
    const closed = join(folder, 'closed');
    mkdirSync(closed, { mode: 0o700 });
    writeFileSync(join(closed, 'seismo.config.json'), '{}');
    const args = ['install-service', '--dry-run', '--json', '--config', join(closed, 'seismo.config.json')];
    expect(JSON.parse((await seismo(args)).stdout).warnings.join()).toContain('cannot read');
  });
});
