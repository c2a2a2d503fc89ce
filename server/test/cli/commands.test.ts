import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { lockDirectory } from '../../src/app/data-directory-lock.ts';
import { BIN, type Started, seismo, startSeismo } from './seismo.ts';

let cwd: string;
let dataDir: string;
const running: Started[] = [];
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'seismo-cli-'));
  dataDir = join(cwd, 'seismo-data');
});
afterEach(async () => {
  for (const server of running.splice(0)) await server.stop('SIGKILL');
  rmSync(cwd, { recursive: true, force: true });
});

async function started(...args: string[]): Promise<Started> {
  const server = await startSeismo(args, { cwd });
  running.push(server);
  return server;
}

describe('every command', () => {
  it.each([
    ['start'],
    ['config'],
    ['hash-password'],
    ['user', 'add'],
    ['user', 'change'],
    ['user', 'remove'],
    ['user', 'list'],
    ['key', 'create'],
    ['key', 'list'],
    ['key', 'revoke'],
    ['erasure', 'list'],
    ['erasure', 'cancel'],
    ['track'],
    ['import'],
    ['export'],
    ['stats'],
    ['retry'],
  ])('explains itself: %s %s', async (...command) => {
    const { code, stdout, stderr } = await seismo([...command.filter(Boolean), '--help']);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain(`Usage: seismo ${command.filter(Boolean).join(' ')}`);
    expect(stdout).toContain('--json');
    expect(stdout).not.toContain('\u001b');
  });

  it('ends quietly when nobody reads its output any more', () => {
    // The reader has gone long before the command writes.
    const { stderr } = spawnSync('sh', ['-c', '"$0" "$1" --help | true', process.execPath, BIN], { encoding: 'utf8' });
    expect(stderr).toBe('');
  });

  it('is named when it does not exist', async () => {
    const { code, stderr } = await seismo(['strat'], { cwd });
    expect([code, stderr]).toEqual([2, 'There is no command `strat`. `seismo --help` lists the commands.\n']);
    expect(readdirSync(cwd)).toEqual([]);
  });
});

describe('seismo config', () => {
  it('prints what is in force and where it comes from, with secrets masked', async () => {
    writeFileSync(join(cwd, 'seismo.config.json'), '{"tokenTtl":5,"connection":"http://u:p@h:8123/db"}');
    const { code, stdout } = await seismo(['config', '--time-zone', 'Asia/Kathmandu'], { cwd, env: { PORT: '4000' } });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^port +4000 +PORT$/m);
    expect(stdout).toMatch(/^tokenTtl +5 +seismo\.config\.json$/m);
    expect(stdout).toMatch(/^timeZone +"Asia\/Kathmandu" +--time-zone$/m);
    expect(stdout).toMatch(/^connection +"http:\/\/\*\*\*@h:8123\/db"/m);
    expect(stdout).toMatch(/^host +"127\.0\.0\.1" +default$/m);
  });

  it('names every fault and where it stands, as text and as JSON', async () => {
    const env = { SEISMO_PROT: '1', SEISMO_TOKEN_TTL: 'x' };
    const text = await seismo(['config', '--auth-key', 'short'], { cwd, env });
    expect([text.code, text.stdout]).toEqual([2, '']);
    expect(text.stderr).toContain('SEISMO_PROT: is not a setting; did you mean `port` (`SEISMO_PORT`)?\n');
    expect(text.stderr).toContain('tokenTtl: must be a whole number of minutes from 1 to 43200 [SEISMO_TOKEN_TTL]\n');
    expect(text.stderr).toContain('[--auth-key]');
    const json = await seismo(['config', '--auth-key', 'short', '--json'], { cwd, env });
    expect(
      JSON.parse(json.stderr)
        .error.faults.map(({ setting }: { setting: string }) => setting)
        .sort(),
    ).toEqual(['SEISMO_PROT', 'authKey', 'tokenTtl']);
  });
});

describe('commands without a server', () => {
  it('do not make a data directory where there is none', async () => {
    for (const command of [['user', 'list'], ['key', 'list'], ['stats'], ['retry'], ['export', '--app', 'shop']]) {
      const { code, stderr } = await seismo(command, { cwd });
      expect([command, code]).toEqual([command, 1]);
      expect(stderr).toContain(`There is no Seismo data in ${dataDir}`);
    }
    expect(existsSync(dataDir)).toBe(false);
  });

  it('keep users and keys', async () => {
    const password = 'a password 12';
    const added = await seismo(['user', 'add', 'ann', '--role', 'admin', '--json'], { cwd, input: `${password}\n` });
    expect(JSON.parse(added.stdout)).toMatchObject({ name: 'ann', role: 'admin' });
    expect(await seismo(['user', 'add', 'bob'], { cwd, input: 'short' })).toMatchObject({ code: 1, stdout: '' });
    const made = await seismo(['key', 'create', '--app', 'shop', '--scope', 'write'], { cwd });
    expect(made.stdout).toMatch(/^sk_[\w-]{22}\n$/);
    const keys = JSON.parse((await seismo(['key', 'list', '--json'], { cwd })).stdout);
    expect(keys).toMatchObject([{ app: 'shop', scope: 'write' }]);
    expect((await seismo(['user', 'list'], { cwd })).stdout).toBe('name  role   source\nann   admin  stored\n');
    expect(await seismo(['key', 'revoke', keys[0].id], { cwd })).toMatchObject({ code: 0 });
    const brought = ['key', 'create', '--app', 'shop', '--scope', 'write', '--adopt'];
    const own = await seismo([...brought, 'phc_4fT9bW2xQ7mK1pLs8vNc'], { cwd });
    expect([own.code, own.stdout]).toEqual([0, 'phc_4fT9bW2xQ7mK1pLs8vNc\n']);
    const guessed = await seismo([...brought, '1'], { cwd });
    expect([guessed.code, guessed.stderr]).toEqual([1, expect.stringContaining('`key` could be guessed')]);
    expect((await seismo([...brought, 'phc_4fT9bW2xQ7mK1pLs8vNc'], { cwd })).stderr).toContain('of `shop` already');
    const [{ id }] = JSON.parse((await seismo(['key', 'list', '--json'], { cwd })).stdout);
    expect(await seismo(['key', 'revoke', id], { cwd })).toMatchObject({ code: 0 });
    expect(await seismo(['key', 'revoke', keys[0].id], { cwd })).toMatchObject({ code: 1 });
    expect((await seismo(['key', 'list'], { cwd })).stdout).toBe(
      'There are no keys. Create one with `seismo key create`.\n',
    );
    expect(await seismo(['user', 'change', 'ann'], { cwd })).toMatchObject({ code: 2, stdout: '' });
    expect(await seismo(['user', 'change', 'ann', '--role', 'viewer'], { cwd })).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('`ann` is the only admin.'),
    });
    await seismo(['user', 'add', 'bob', '--role', 'admin'], { cwd, input: `${password}\n` });
    const change = ['user', 'change', 'ann', '--role', 'viewer', '--password', '--json'];
    expect(JSON.parse((await seismo(change, { cwd, input: 'another password\n' })).stdout)).toEqual({
      changed: 'ann',
      role: 'viewer',
    });
    expect((await seismo(['user', 'list'], { cwd })).stdout).toContain('ann   viewer');
    expect(await seismo(['user', 'remove', 'ann'], { cwd })).toMatchObject({ code: 0, stdout: 'Removed ann.\n' });
  });

  it('keep off a directory that is somebody else’s', async () => {
    await seismo(['key', 'create', '--app', 'shop', '--scope', 'write'], { cwd });
    const lock = await lockDirectory(dataDir);
    for (const command of [['key', 'list'], ['stats'], ['start', '--port', '0']]) {
      const { code, stderr } = await seismo(command, { cwd });
      expect([code, stderr]).toEqual([1, expect.stringContaining(`Another Seismo runs on ${dataDir}`)]);
    }
    await lock.release();
    expect(await seismo(['key', 'list'], { cwd })).toMatchObject({ code: 0 });
  });
});

describe('seismo erasure', () => {
  it('lists the erasures of an app, and leaves one as it is that has ended', async () => {
    const server = await started();
    const file = /^ {2}password {2}in (\S+)$/m.exec(server.stdout())![1]!;
    const url = /http:\/\/127\.0\.0\.1:\d+/.exec(server.stdout())![0];
    const ask = async (method: string, path: string, body?: object, token = ''): Promise<Record<string, unknown>> => {
      const headers = { 'x-access-token': token };
      const answer = await fetch(`${url}${path}`, { method, headers, ...(body && { body: JSON.stringify(body) }) });
      return (await answer.json()) as Record<string, unknown>;
    };
    const password = readFileSync(file, 'utf8').trim();
    const { token } = await ask('POST', '/auth', { username: 'admin', password });
    expect(await seismo(['erasure', 'list', '--app', 'shop'], { cwd })).toMatchObject({
      ...{ code: 0, stdout: 'There are no erasures of shop.\n' },
    });
    await ask('POST', '/api/events/shop', { event: 'seen', user: 'ann' }, String(token));
    expect(await ask('DELETE', '/api/events/shop?user=ann', undefined, String(token))).toEqual({ erased: 1 });
    const list = JSON.parse((await seismo(['erasure', 'list', '--app', 'shop', '--json'], { cwd })).stdout);
    expect(list).toMatchObject([{ status: 'done', matching: 1, erased: 1 }]);
    const { stdout } = await seismo(['erasure', 'list', '--app', 'shop'], { cwd });
    expect(stdout).toContain(`${list[0].id}  done    ${list[0].createdAt}`);
    expect(await seismo(['erasure', 'cancel', list[0].id, '--app', 'shop'], { cwd })).toMatchObject({
      ...{ code: 0, stdout: `${list[0].id} had already ended: done.\n` },
    });
    expect(await seismo(['erasure', 'cancel', '000000000000', '--app', 'shop'], { cwd })).toMatchObject({ code: 1 });
  });
});

describe('seismo hash-password', () => {
  it('prints a bcrypt hash of 12 rounds, which the setting users takes', async () => {
    const { code, stdout } = await seismo(['hash-password'], { input: 'a password 12\n' });
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^\$2b\$12\$[./A-Za-z0-9]{53}\n$/)]);
    const users = JSON.stringify({ ann: stdout.trim() });
    expect(await seismo(['config', '--users', users], { cwd })).toMatchObject({ code: 0 });
    expect(await seismo(['hash-password'], { input: '' })).toMatchObject({ code: 2, stdout: '' });
  });
});

describe('seismo start in a container', () => {
  it('says how to read the password from outside', async () => {
    const server = await startSeismo([], { cwd, env: { container: 'oci' } });
    running.push(server);
    const read = `docker exec ${hostname()} cat '${join(dataDir, 'first-password')}'`;
    expect(server.stdout()).toContain(`  password  in ${join(dataDir, 'first-password')}: ${read}\n`);
    expect(server.stdout()).toContain(`"password":"'"$(${read})"'"}`);
  });
});

describe('seismo start', () => {
  it('says where it is, who may sign in, and lines that work when pasted; then stops with 0 and keeps what it has', async () => {
    const server = await started();
    const text = server.stdout();
    // No terminal looks on: what is printed may end in a log that others read.
    const file = /^ {2}password {2}in (\S+)$/m.exec(text)![1]!;
    const password = readFileSync(file, 'utf8');
    expect(text).not.toContain(password);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(text).toMatch(/^Seismo is running on http:\/\/127\.0\.0\.1:\d+, with its data in \.\/seismo-data\.$/m);
    const lines = text.split('\n').filter((line) => /^ {2}(TOKEN|curl)/.test(line));
    const pasted = execFileSync('bash', ['-c', lines.join('\necho\n')], { encoding: 'utf8' }).split('\n');
    expect(pasted.map((line) => JSON.parse(line))).toMatchObject([
      { app: 'my-app', id: 'application-started', event: 'application started' },
      { app: 'my-app', total: 1 },
    ]);
    const stats = await seismo(['stats', '--json'], { cwd });
    expect(JSON.parse(stats.stdout)).toMatchObject({ store: { events: 1 }, ingest: { accepted: 1 } });
    expect(await server.stop('SIGINT')).toBe(0);

    const again = await started('--json');
    expect(Object.keys(JSON.parse(again.stdout()))).toEqual(['url']);
    expect(again.stderr()).not.toContain(password);
    const exported = await seismo(['export', '--app', 'my-app'], { cwd });
    expect(JSON.parse(exported.stdout)).toMatchObject({ event: 'application started' });
    expect(await again.stop('SIGTERM')).toBe(0);
    // Once it is no longer right, the file is gone.
    const changed = await seismo(['user', 'change', 'admin', '--password'], { cwd, input: 'correct horse battery\n' });
    expect(changed.code).toBe(0);
    expect(existsSync(file)).toBe(false);
    // And without a server.
    const later = await seismo(['export', '--app', 'my-app', '--output', 'all.csv', '--format', 'csv'], { cwd });
    expect([later.code, later.stdout]).toEqual([0, expect.stringContaining('written to all.csv')]);
    expect(await seismo(['retry'], { cwd })).toMatchObject({
      code: 0,
      stdout: 'There are no rejected events to retry.\n',
    });
  });

  it('shows the password at the first start that succeeds, not at one whose port was taken', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => taken.once('listening', resolve));
    const { port } = taken.address() as { port: number };
    const refused = await seismo(['start', '--port', `${port}`, '--log-level', 'warn'], { cwd });
    taken.close();
    expect(refused).toEqual({
      code: 1,
      stdout: '',
      stderr: `Port ${port} on 127.0.0.1 is already in use. Choose another with \`--port\` or \`PORT\`.\n`,
    });
    expect((await started()).stdout()).toContain('Sign in as the first admin');
  });

  it.skipIf(process.platform !== 'linux')('shows the password on a terminal, and keeps it nowhere', async () => {
    // util-linux's `script` runs it on a terminal of its own, and ends with it.
    const line = `"${process.execPath}" "${BIN}" start --port 0 --log-level warn`;
    const child = spawn('script', ['-qefc', line, '/dev/null'], { cwd, stdio: ['ignore', 'pipe', 'inherit'] });
    let text = '';
    for await (const chunk of child.stdout) {
      text += stripVTControlCharacters(String(chunk));
      if (text.includes('Ctrl-C')) break;
    }
    expect(text).toMatch(/^ {2}password {2}[\w-]{20}\r?$/m);
    expect(existsSync(join(dataDir, 'first-password'))).toBe(false);
    child.kill('SIGTERM');
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  });

  it('stops cleanly when it is told to during its start, as `docker stop` may', async () => {
    const child = spawn(process.execPath, [BIN, 'start', '--port', '0'], { cwd, stdio: 'ignore' });
    const exited = once(child, 'exit');
    // Made first, long before the engine is up.
    await vi.waitFor(() => expect(existsSync(join(dataDir, 'registry'))).toBe(true), { timeout: 30_000, interval: 5 });
    child.kill('SIGTERM');
    expect(await exited).toEqual([0, null]);
  });

  it('refuses a second server on the same directory', async () => {
    await started();
    const { code, stderr } = await seismo(['start', '--port', '0'], { cwd });
    expect([code, stderr]).toEqual([1, expect.stringContaining(`Another Seismo runs on ${dataDir}. Stop it first`)]);
  });
});
