import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Started, seismo, startSeismo } from './seismo.ts';

let cwd: string;
const running: Started[] = [];
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'seismo-track-'));
});
afterEach(async () => {
  for (const server of running.splice(0)) await server.stop('SIGKILL');
  rmSync(cwd, { recursive: true, force: true });
});

const events = async (): Promise<unknown[]> => {
  const { stdout } = await seismo(['export', '--app', 'ops'], { cwd });
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
};

describe('seismo track', () => {
  it('sends an event with properties that keep their types, through the server on this machine', async () => {
    running.push(await startSeismo([], { cwd }));
    const values = [
      'size=12',
      'ok=true',
      'host=db1',
      'note=a=b',
      'log=[ERROR] disk full',
      'plan="7"',
      'zip=01234',
      'id=9007199254740993',
      'list=[1,"a"]',
      'empty=',
    ];
    const args = [
      'track',
      'backup finished',
      ...values,
      '--app',
      'ops',
      '--user',
      'nightly',
      '--device',
      'd1',
      '--session',
      's1',
    ];
    const time = ['--timestamp', '2026-03-02T09:30:00Z'];
    const sent = await seismo([...args, ...time, '--json'], { cwd });
    expect([sent.code, sent.stderr]).toEqual([0, '']);
    const { uuid } = JSON.parse(sent.stdout);
    // What is exact at the top would not be inside: nothing is stored silently as another value.
    for (const [value, why] of [
      ['list={"id":9007199254740993}', 'EVENT_NUMBER_UNSAFE'],
      ['list={"a":1,"a":2}', 'EVENT_KEY_REPEATED'],
    ] as const) {
      const refused = await seismo(['track', 'x', value, '--app', 'ops'], { cwd });
      expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining(why)]);
    }
    // Sent again it counts once.
    const again = await seismo(['track', 'backup finished', '--app', 'ops', '--uuid', uuid], { cwd });
    expect(again).toMatchObject({
      code: 0,
      stdout: `The event "backup finished" of ops was stored already (${uuid}).\n`,
    });
    expect(await events()).toMatchObject([
      {
        uuid,
        event: 'backup finished',
        timestamp: '2026-03-02T09:30:00.000Z',
        user: 'nightly',
        device: 'd1',
        session: 's1',
        data: {
          size: 12,
          ok: true,
          host: 'db1',
          note: 'a=b',
          log: '[ERROR] disk full',
          plan: '7',
          zip: '01234',
          id: '9007199254740993',
          list: [1, 'a'],
          empty: '',
        },
      },
    ]);
  });

  it('needs no more than a write key of the app for a server elsewhere', async () => {
    const server = await startSeismo(['--json'], { cwd });
    running.push(server);
    const { url } = JSON.parse(server.stdout());
    const key = (await seismo(['key', 'create', '--app', 'ops', '--scope', 'write'], { cwd })).stdout.trim();
    const env = { SEISMO_KEY: key };
    const sent = await seismo(['track', 'deploy', '--app', 'ops', '--server', url], { cwd: tmpdir(), env });
    expect([sent.code, sent.stdout]).toEqual([
      0,
      expect.stringMatching(/^The event "deploy" of ops is stored \([0-9a-f-]{36}\)\.\n$/),
    ]);
    const refused = await seismo(['track', 'deploy', '--server', url, '--app', 'other'], { cwd: tmpdir(), env });
    expect(refused).toMatchObject({ code: 1, stdout: '' });
    const wrong = await seismo(['track', 'deploy', '--server', url, '--app', 'ops', '--key', `${key}x`], { cwd });
    expect(wrong).toMatchObject({ code: 1, stdout: '' });
    for (const { stderr } of [refused, wrong]) {
      expect(stderr).toContain('`--key` (or `SEISMO_KEY`) must be a write key of the app for `track`: Settings → Keys');
      expect(stderr).not.toContain('Sign in');
    }
    expect(await events()).toHaveLength(1);
  });

  it('asks a server that is away again, with the same uuid', async () => {
    const seen: string[] = [];
    const flaky = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk) => {
        body += chunk;
      });
      request.on('end', () => {
        seen.push(JSON.parse(body).uuid);
        if (seen.length === 1) return void request.socket.destroy();
        const problem = { code: 'JOURNAL_UNAVAILABLE', detail: 'The disk does not answer.', retry: true };
        if (seen.length === 2) return void response.writeHead(503).end(JSON.stringify(problem));
        response.writeHead(201).end(JSON.stringify({ uuid: seen[2], timestamp: '2026-03-02T09:30:00.000Z' }));
      });
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => flaky.once('listening', resolve));
    const url = `http://127.0.0.1:${(flaky.address() as AddressInfo).port}`;
    const sent = await seismo(['track', 'deploy', '--app', 'ops', '--server', url, '--key', 'k'], { cwd });
    flaky.close();
    expect([sent.code, sent.stderr]).toEqual([0, '']);
    expect(seen).toHaveLength(3);
    expect(new Set(seen).size).toBe(1);
  });

  it('says what is wrong with its words', async () => {
    const { code, stderr } = await seismo(['track', 'backup', 'finished', '--app', 'ops'], { cwd });
    expect([code, stderr]).toEqual([
      2,
      '`finished` must be a property and its value, such as `size=12`. Put an event name with spaces in quotes.\n',
    ]);
    expect((await seismo(['track', 'backup'], { cwd })).code).toBe(2);
    for (const [words, message] of [
      [[''], 'The name of the event is empty. It comes first, such as `seismo track "backup finished" --app ops`.\n'],
      [
        ['x', 'a=1', 'b=2', 'a=2'],
        'The property `a` is given twice. Give it once; a list is written as `a=\'["a", "b"]\'`.\n',
      ],
      [['x', 'b={bad'], /^The value of `b` looks like JSON and is not valid: .*: `b='"\{bad"'`\.\n$/],
      [['x', 'b=[1,'], /^The value of `b` looks like JSON and is not valid: /],
      [['x', 'b=[true'], /^The value of `b` looks like JSON and is not valid: /],
    ] as const) {
      const ran = await seismo(['track', ...words, '--app', 'ops'], { cwd });
      expect([ran.code, ran.stdout]).toEqual([2, '']);
      if (typeof message === 'string') expect(ran.stderr).toBe(message);
      else expect(ran.stderr).toMatch(message);
    }
  });

  it('does not make a data directory where there is none', async () => {
    const { code, stderr } = await seismo(['track', 'backup', '--app', 'ops'], { cwd });
    expect(code).toBe(1);
    expect(stderr).toContain(
      `There is no Seismo data in ${join(cwd, 'seismo-data')}. Name the directory with \`--data\``,
    );
    expect(existsSync(join(cwd, 'seismo-data'))).toBe(false);
  });
});
