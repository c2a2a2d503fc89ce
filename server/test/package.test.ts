/** What npm publishes, unpacked into an empty folder beside the packages it names: nothing of the checkout is in reach. */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
let folder: string;
let installed: string;
let dependencies: Readonly<Record<string, string>>;

/** Where npm put a package for the server. */
const homeOf = (name: string): string =>
  realpathSync(
    [ROOT, join(ROOT, '..')].map((from) => join(from, 'node_modules', name)).find((path) => existsSync(path))!,
  );

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'seismo-package-'));
  const [packed] = JSON.parse(
    execFileSync('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], {
      cwd: ROOT,
      encoding: 'utf8',
    }),
  );
  installed = join(folder, 'node_modules/seismo');
  mkdirSync(installed, { recursive: true });
  execFileSync('tar', ['-xzf', join(folder, packed.filename), '-C', installed, '--strip-components=1']);
  ({ dependencies } = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8')));
  for (const name of Object.keys(dependencies)) {
    const link = join(folder, 'node_modules', name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(homeOf(name), link);
  }
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const run = (args: readonly string[]) =>
  spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8', timeout: 30_000 });

describe('what npm publishes', () => {
  it('is the command and the built files, without maps and tests', () => {
    const files = readdirSync(installed, { recursive: true, encoding: 'utf8', withFileTypes: false });
    expect(files.filter((name) => !/^(bin|dist)\b/.test(name) && !/^(README\.md|LICENSE)$/.test(name))).toEqual([
      'package.json',
    ]);
    expect(files).toContain('bin/seismo.js');
    expect(files).toContain('dist/browser/seismo.js');
    expect(files.filter((name) => /\.(map|tsbuildinfo|test\.js)$|(?<!\.d)\.ts$/.test(name))).toEqual([]);
    // Types of what `index.ts` exports, and none of the inside.
    expect(files.filter((name) => name.endsWith('.d.ts')).toSorted()).toEqual([
      'dist/app/seismo-server.d.ts',
      'dist/auth/first-admin.d.ts',
      'dist/config/settings.d.ts',
      'dist/index.d.ts',
    ]);
    expect(Object.values(dependencies).filter((version) => !/^\d+\.\d+\.\d+$/.test(version))).toEqual([]);
  });

  it('holds the dashboard with its compressed forms, and nothing that only the build needs', () => {
    const web = readdirSync(join(installed, 'dist/web'), { recursive: true, encoding: 'utf8' });
    const html = readFileSync(join(installed, 'dist/web/index.html'), 'utf8');
    const [, script] = /<script type="module"[^>]* src="\.\/([^"]+)"/.exec(html)!;
    expect(web).toEqual(expect.arrayContaining([script, `${script}.br`, `${script}.gz`]));
    // What is bundled comes with its licences.
    const licences = readFileSync(join(installed, 'dist/web/licences.md'), 'utf8');
    for (const name of ['react-dom', '@mantine/core']) expect(licences).toContain(`\n## ${name} - `);
    expect(web.filter((name) => /manifest\.json|\.map$|\.tsx?$/.test(name))).toEqual([]);
  });

  it('is required and imported, and both are the same', () => {
    const names = "'createSeismo start'";
    for (const [type, program] of [
      ['commonjs', "const seismo = require('seismo')"],
      ['module', "import * as seismo from 'seismo'"],
    ] as const) {
      const check = `${names}.split(' ').map((name) => typeof seismo[name]).join()`;
      const { stdout, stderr } = run([`--input-type=${type}`, '-e', `${program}; console.log(${check})`]);
      expect([type, stdout.trim(), stderr]).toEqual([type, 'function,function', '']);
    }
  });

  it('has types that a program of somebody else is checked with', () => {
    const program = `import { createSeismo, start, type Config, type Settings } from 'seismo';
      const settings: Settings = { port: 0, flushIntervalMs: 20 };
      const port: Config['port'] = 3005;
      const { url, firstAdmin } = await start({ ...settings, port });
      const password: string | undefined = firstAdmin?.password;
      // @ts-expect-error no such setting
      await start({ prot: 1 });
      const { handler } = await createSeismo();
      console.log(url.length, password, handler.length);`;
    writeFileSync(join(folder, 'program.mts'), program);
    const types = join(folder, 'node_modules/@types/node');
    mkdirSync(dirname(types), { recursive: true });
    symlinkSync(homeOf('@types/node'), types);
    const options = ['--module', 'nodenext', '--target', 'es2023', '--lib', 'es2023', '--strict', '--noEmit'];
    const tsc = join(ROOT, '../node_modules/typescript/bin/tsc');
    const { stdout } = run([tsc, ...options, '--types', 'node', 'program.mts']);
    expect(stdout).toBe('');
  });

  it('says what its command can, and which version it is', () => {
    const command = join(installed, 'bin/seismo.js');
    expect(run([command, '--help']).stdout).toMatch(/Usage: seismo[\s\S]*start[\s\S]*import[\s\S]*export/);
    const { version } = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8'));
    expect(run([command, '--version']).stdout.trim()).toBe(version);
  });

  it('starts, takes an event, answers for it, and stops', { timeout: 60_000 }, async () => {
    const child = spawn(process.execPath, [join(installed, 'bin/seismo.js'), 'start', '--port', '0', '--json'], {
      cwd: folder,
      env: { ...process.env, PORT: '' },
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const exited = once(child, 'exit');
    try {
      const { value } = await createInterface({ input: child.stdout })[Symbol.asyncIterator]().next();
      const { url, firstAdmin } = JSON.parse(value) as { url: string; firstAdmin: { password: string } };
      expect((await fetch(`${url}/ready`)).status).toBe(200);
      const page = await (await fetch(url, { headers: { accept: 'text/html' } })).text();
      const [, script] = /<script type="module"[^>]* src="([^"]+)"/.exec(page)!;
      const loaded = await fetch(new URL(script!, `${url}/`), { headers: { 'accept-encoding': 'br' } });
      expect([loaded.status, loaded.headers.get('content-encoding')]).toEqual([200, 'br']);
      const signedIn = await fetch(`${url}/auth`, {
        method: 'POST',
        body: JSON.stringify({ username: 'admin', password: firstAdmin.password }),
      });
      const headers = { 'x-access-token': ((await signedIn.json()) as { token: string }).token };
      const posted = await fetch(`${url}/api/events/shop`, { method: 'POST', headers, body: '{"event":"bought"}' });
      expect(posted.status).toBe(201);
      const report = await fetch(`${url}/api/reports/day/shop`, { headers });
      expect(await report.json()).toMatchObject({ app: 'shop', total: 1 });
    } finally {
      child.kill('SIGTERM');
    }
    expect(await exited).toEqual([0, null]);
    expect(existsSync(join(folder, 'seismo-data'))).toBe(true);
  });
});
