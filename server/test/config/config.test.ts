import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ConfigSources, environmentName, loadConfig, maskedConfig } from '../../src/config/config.ts';
import { ConfigError } from '../../src/config/config-error.ts';
import { SETTINGS } from '../../src/config/settings.ts';
import { seismo } from '../cli/seismo.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'seismo-config-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

const load = (sources: ConfigSources = {}) => loadConfig({ directory, environment: {}, ...sources });
const faults = async (sources: ConfigSources) =>
  load(sources).then(
    () => [],
    (error: unknown) => {
      if (error instanceof ConfigError) return error.faults.map(({ setting, message }) => `${setting}: ${message}`);
      throw error;
    },
  );
const hash = (rounds: string) => `$2b$${rounds}$${'a'.repeat(53)}`;

describe('loadConfig', () => {
  it('needs nothing', async () => {
    expect(await load()).toMatchObject({ dataDir: './seismo-data', host: '127.0.0.1', port: 3005, tokenTtl: 60 });
  });

  it('lets the environment win over the file, and flags over both', async () => {
    writeFileSync(join(directory, 'seismo.config.json'), '{"port":1,"tokenTtl":2,"timeZone":"Asia/Kathmandu"}');
    const environment = { SEISMO_TOKEN_TTL: '3', PORT: '4', SEISMO_JOURNAL_MAX_BYTES: '16 MiB' };
    const config = await load({ environment, given: { port: 5 } });
    expect([config.port, config.tokenTtl, config.timeZone, config.journalMaxBytes]).toEqual([
      5,
      3,
      'Asia/Kathmandu',
      16_777_216,
    ]);
    expect(Object.isFrozen(config)).toBe(true);
  });

  it('takes what is empty in the environment for absent, whatever its name', async () => {
    writeFileSync(join(directory, 'seismo.config.json'), '{"port":1,"timeZone":"Asia/Kathmandu"}');
    const names = [...Object.keys(SETTINGS).map(environmentName), 'PORT', 'SEISMO_NO_SUCH_SETTING'];
    for (const empty of ['', ' ', '\t\n']) {
      const environment = Object.fromEntries(names.map((name) => [name, empty]));
      expect(await load({ environment })).toEqual({ ...(await load()), port: 1, timeZone: 'Asia/Kathmandu' });
    }
  });

  it('reads a module', async () => {
    writeFileSync(join(directory, 'other.mjs'), 'export default { auth: { users: ["octocat"] } };');
    expect((await load({ file: 'other.mjs' })).auth.users).toEqual(['octocat']);
  });

  it('names every fault at once, with what is allowed', async () => {
    const found = await faults({
      environment: { SEISMO_PROT: '1', SEISMO_PORT: 'x' },
      given: { timeZone: 'Mars/Base', authKey: 'short', users: { ann: hash('10') } },
    });
    expect(found.length).toBe(5);
    expect(found.join('\n')).toContain('SEISMO_PROT: is not a setting; did you mean `port`');
    expect(found.join('\n')).toContain('port: must be a whole number from 0 to 65535 [SEISMO_PORT]');
    expect(found.join('\n')).toContain('users: the hash of `ann` has 10 rounds but needs at least 12');
  });

  it.each([
    [{ authKey: 'SHARED_SECRET' }, 'example value of Seismo 1'],
    [{ postPath: 'in' }, 'must be a path such as `/in`'],
    [{ postPath: '/api/in' }, 'begins with `/api`, which Seismo uses itself'],
    [{ authKey: 'k'.repeat(48) }, 'must be random'],
    [{ archive: 'http://localhost' }, 'must begin with `mongodb://`'],
    [{ archive: 'mongodb:///seismo' }, 'names no host'],
    [{ archive: 'mongodb://u:p@ss@h/seismo' }, 'write it as `%40`'],
    [{ connection: 'mongodb://u:p/w@h/seismo' }, 'write it as `%2F`'],
    [
      { archive: 'mongodb://h/my db' },
      'has a database name with a space or one of `/ \\ . " $`, which MongoDB forbids',
    ],
    [{ archive: 'mongodb://h/my%20db?w=1' }, 'database name with a space'],
    [{ connection: 'mongodb://h/a.b' }, 'database name with a space or one of'],
    [{ archive: 'mongodb://h/a%24b' }, 'database name with a space or one of'],
    [{ archive: 'mongodb://h/100%' }, 'not followed by two hex digits'],
    [{ archive: 'mongodb://h/%ff' }, 'not UTF-8'],
    [{ archive: `mongodb://h/${'ä'.repeat(32)}` }, 'more than 63 bytes'],
    [{ archive: 'mongodb://a', connection: 'mongodb://b' }, 'archive: names another MongoDB database'],
    [{ archive: 'mongodb://a', connection: 'http://h:8123' }, 'archive: needs the embedded engine'],
    [{ connection: 'ftp://x' }, '`ftp://` is not supported'],
    [{ connection: 'http://a:8123/x,/tmp/dir' }, 'has a space or a comma within a URL'],
    [{ connection: 'http://a:8123/x http://b:8123/x' }, 'has a space or a comma within a URL'],
    [{ connection: 'http://a:8123/x/y' }, 'more than the name of a database'],
    [{ connection: 'http://a:8123/x,http://b:8123/y' }, 'must name the same database in all URLs'],
    [{ connection: 'http://a:8123/x,http://u:p@a:8123/x' }, 'names a server twice'],
    [{ cluster: 'c' }, 'cluster: needs `connection` with the URLs of all nodes'],
    [{ cluster: 'c d', connection: 'http://a:8123' }, 'must be the name of a cluster'],
    [{ users: { ann: 'secret' } }, 'not a bcrypt hash'],
  ])('refuses %o', async (given, message) => {
    expect((await faults({ given })).join()).toContain(message);
  });

  it('takes directories and ClickHouse URLs as connection, and 12 rounds', async () => {
    for (const connection of [
      './data',
      'http://u:p@localhost:8123/db',
      'clickhouse://h',
      'http://a/x,https://u:p%2C@b:1/x',
    ])
      expect((await load({ given: { connection } })).connection).toBe(connection);
    expect(Object.keys((await load({ given: { users: { ann: hash('12') } } })).users)).toEqual(['ann']);
  });

  it('takes MongoDB as connection for the archive', async () => {
    for (const url of [
      'mongodb://h',
      'mongodb+srv://u:p@h/db?w=1',
      'mongodb://a:1,b:2/?replicaSet=x',
      'mongodb://h/?a=b@c/d',
      `mongodb://h/${'ä'.repeat(31)}`,
    ])
      expect(await load({ given: { connection: url } })).toMatchObject({ archive: url, connection: undefined });
    const { archive, connection } = await load({ given: { connection: './data', archive: 'mongodb://h/db' } });
    expect([archive, connection]).toEqual(['mongodb://h/db', './data']);
  });

  it('shows no secret of MongoDB, neither in settings nor in what is wrong with them', async () => {
    const secret = 'mongodb://ann:topsecret@h:27017/db?tlsCertificateKeyFilePassword=topsecret';
    expect(maskedConfig(await load({ given: { archive: secret } }))).toMatchObject({
      archive: 'mongodb://***@h:27017/db?***',
    });
    for (const given of [
      { archive: 'mongodb://ann:top@secret@h' },
      { archive: 'mongodb://ann:top/secret@h' },
      { archive: secret, connection: 'http://h:8123' },
    ])
      expect((await faults({ given })).join()).not.toMatch(/top|secret/);
  });

  it('masks what is secret', async () => {
    const given = {
      authKey: '0123456789abcdef'.repeat(2),
      connection: 'http://u:p@h:8123/db',
      users: { ann: hash('12') },
    };
    expect(maskedConfig(await load({ given }))).toMatchObject({
      authKey: '***',
      connection: 'http://***@h:8123/db',
      users: { ann: '***' },
      port: 3005,
    });
  });

  it('leaves alone what the command line, clients and Kubernetes put into the environment', async () => {
    const environment = {
      SEISMO_KEY: 'token',
      SEISMO_READ_KEY: 'of a client',
      SEISMO_PORT: 'tcp://10.0.0.1:3005',
      SEISMO_PORT_3005_TCP_ADDR: '10.0.0.1',
      SEISMO_SERVICE_HOST: '10.0.0.1',
    };
    expect((await load({ environment })).port).toBe(3005);
  });

  it('spells names for the environment', () => {
    expect(environmentName('idWindowDays')).toBe('SEISMO_ID_WINDOW_DAYS');
  });
});

it('an empty SEISMO_KEY is no key', async () => {
  const { code, stderr } = await seismo(['stats', '--server', 'http://127.0.0.1:1'], {
    cwd: directory,
    env: { SEISMO_KEY: '' },
  });
  expect([code, stderr]).toEqual([2, expect.stringContaining('`--server` needs `--key` (or `SEISMO_KEY`)')]);
});
