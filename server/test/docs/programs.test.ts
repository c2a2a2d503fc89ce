/** Every `js` example of docs/self-hosting, run as a program of its own. Those of docs/send-events are run in client/test/docs.test.ts. */
import { type ChildProcess, execFile, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { hashPassword } from '../../src/app/hash-password.ts';
import { seismo } from '../cli/seismo.ts';
import { aDocsServer, DOCS } from './a-docs-server.ts';

/** Where nothing is cached, `go run` compiles Go's standard library first. */
const GO_MS = 300_000;

const examplesOf = (page: string, languages = 'js|html'): string[] =>
  [
    ...readFileSync(join(DOCS, page), 'utf8').matchAll(
      new RegExp(`^\`\`\`(?:${languages})\\n([\\s\\S]*?)^\`\`\``, 'gm'),
    ),
  ].map(([, text]) => text!);

let folder: string;
const children: ChildProcess[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'seismo-program-'));
  mkdirSync(join(folder, 'node_modules'));
  symlinkSync(join(DOCS, '../server'), join(folder, 'node_modules/seismo'));
  symlinkSync(join(DOCS, '../node_modules/express'), join(folder, 'node_modules/express'));
});
afterEach(async () => {
  for (const child of children.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
  rmSync(folder, { recursive: true, force: true });
});

function run(example: string): { child: ChildProcess; output(): string } {
  writeFileSync(join(folder, 'program.mjs'), example);
  const child = spawn(process.execPath, ['program.mjs'], {
    cwd: folder,
    env: { ...process.env, SEISMO_LOG_LEVEL: 'silent' },
  });
  children.push(child);
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk) => {
      output += chunk;
    });
  return { child, output: () => output };
}

async function aPort(): Promise<string> {
  const listener = createServer().listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const { port } = listener.address() as { port: number };
  listener.close();
  return String(port);
}

it('embed.md: the first program starts a server, prints its address and first admin, and ends', async () => {
  const [program] = examplesOf('self-hosting/embed.md');
  const { child, output } = run(program!);
  const [code] = await once(child, 'exit');
  expect([code, output()]).toEqual([
    0,
    expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+ \{ user: 'admin', password: '\S+' \}\n$/),
  ]);
});

it('embed.md: the second serves Seismo under a path of an Express application, and ends with it', async () => {
  const port = await aPort();
  const [, program] = examplesOf('self-hosting/embed.md');
  const { child, output } = run(program!.replace('8080', port));
  const ready = () =>
    fetch(`http://127.0.0.1:${port}/seismo/ready`).then(
      ({ status }) => status,
      () => output(),
    );
  await expect.poll(ready, { timeout: 55_000 }).toBe(200);
  child.kill('SIGTERM');
  const [code] = await once(child, 'exit');
  expect([code, output()]).toEqual([0, '']);
});

it('configure.md: the example of a configuration file is accepted', async () => {
  const [file] = examplesOf('self-hosting/configure.md');
  writeFileSync(
    join(folder, 'seismo.config.js'),
    file!.replace('$2b$12$…', await hashPassword('correct horse battery')),
  );
  const { code, stdout } = await seismo(['config', '--json'], { cwd: folder });
  expect([code, JSON.parse(stdout)]).toEqual([
    0,
    expect.objectContaining({ port: 8080, timeZone: 'Europe/Zurich', users: { ann: '***' } }),
  ]);
});

it.for([
  ['php', 'hello.php', ['hello.php']],
  // As FerretDB is built (scripts/ferretdb.mjs), so that Go's standard library is compiled once for both.
  ['go', 'main.go', ['run', '-trimpath', 'main.go']],
] as const)(
  'http.md: the event of the %s program is stored',
  { timeout: GO_MS },
  async ([language, file, args], { skip }) => {
    skip(spawnSync(language, ['version']).error !== undefined, `${language} is not installed`);
    const server = await aDocsServer();
    const [program, ...others] = examplesOf('send-events/http.md', language);
    expect(others).toEqual([]);
    writeFileSync(join(folder, file), program!.replace('https://seismo.example.com', server.url));
    await promisify(execFile)(language, args, {
      cwd: folder,
      env: { ...process.env, CGO_ENABLED: '0', SEISMO_KEY: server.token },
    });
    const answer = await fetch(`${server.url}/api/events/shop`, { headers: { 'x-access-token': server.token } });
    expect(await answer.json()).toMatchObject([{ event: 'order paid', user: 'ann', data: { amount: 42 } }]);
  },
);

it('runs every program of the documentation here or in client/test/docs.test.ts', () => {
  const pages = readdirSync(DOCS, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.md'));
  const counts = pages.map((page) => [page, examplesOf(page).length] as const).filter(([, count]) => count > 0);
  const here = counts.filter(([page]) => !page.startsWith('send-events/'));
  expect(Object.fromEntries(here)).toEqual({ 'self-hosting/configure.md': 1, 'self-hosting/embed.md': 2 });
});
