import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import vm from 'node:vm';
import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { installPackage, ROOT } from './support/a-package.ts';

let folder: string;
let installed: string;
beforeAll(() => {
  ({ folder, path: installed } = installPackage());
});

const run = (program: string, type: 'module' | 'commonjs' = 'module') =>
  spawnSync(process.execPath, [`--input-type=${type}`, '-e', program], {
    cwd: folder,
    encoding: 'utf8',
    timeout: 20_000,
  });

describe('what npm publishes', () => {
  it('is the built files and their types, the licence, nothing else and no dependency', () => {
    const { dependencies, exports } = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8'));
    expect(dependencies).toBeUndefined();
    const files = readdirSync(installed, { recursive: true, encoding: 'utf8', withFileTypes: false });
    expect(files.filter((name) => !name.startsWith('dist')).toSorted()).toEqual([
      'LICENSE',
      'README.md',
      'package.json',
    ]);
    const named = JSON.stringify(exports).match(/\.\/dist\/[\w.]+/g) ?? [];
    expect(named.length).toBeGreaterThan(15);
    expect(named.filter((name) => !files.includes(name.slice(2)))).toEqual([]);
    // Types of what the entries export, and none of the inside.
    expect(files).toContain('dist/client.d.ts');
    expect(
      files.filter((name) => /(?:delivery\/delivery|answer|disk-keeper|segment|stack|crc32)\.d\.c?ts$/.test(name)),
    ).toEqual([]);
    expect(files.filter((name) => /\.(ts|mts|map|tsbuildinfo)$/.test(name) && !name.endsWith('.d.ts'))).toEqual([]);
  });

  it('holds a script for pages under 6 kB gzip, its core under 3.5', () => {
    const size = (name: string) => gzipSync(readFileSync(join(installed, 'dist', name)), { level: 9 }).length;
    expect(size('seismo.js')).toBeLessThan(6_200);
    expect(size('seismo.core.js')).toBeLessThan(3_600);
  });

  it('is imported and required, and the function of the first client is what require gives', () => {
    const names = `console.log([typeof seismo, typeof createClient, typeof SeismoError].join())`;
    expect(run(`import seismo, { createClient, SeismoError } from 'seismo-client'; ${names}`).stdout.trim()).toBe(
      'function,function,function',
    );
    expect(
      run(
        `const seismo = require('seismo-client'); const { createClient, SeismoError } = seismo; ${names}`,
        'commonjs',
      ).stdout.trim(),
    ).toBe('function,function,function');
    for (const entry of ['express', 'fastify', 'browser']) {
      const name = `seismo-client/${entry}`;
      const [one] = run(`import * as all from '${name}'; console.log(Object.keys(all).join())`)
        .stdout.trim()
        .split(',');
      expect(one).toMatch(/^(seismo|create)/);
      expect(run(`console.log(Object.keys(require('${name}')).join())`, 'commonjs').stdout.trim()).toBe(one);
    }
  });

  it.each(['NodeNext', 'bundler'])('has types that hold for both kinds of modules (%s)', (kind) => {
    const samples = join(folder, `samples-${kind}`);
    cpSync(join(ROOT, 'test/samples'), samples, { recursive: true });
    // Of the workspace: what the samples use beside the client.
    const modules = join(samples, 'node_modules');
    mkdirSync(modules);
    symlinkSync(installed, join(modules, 'seismo-client'));
    for (const name of ['express', 'fastify', '@types', 'undici-types'])
      symlinkSync(join(ROOT, '../node_modules', name), join(modules, name));
    const bundler = kind === 'bundler';
    writeFileSync(join(samples, 'package.json'), '{"type":"module"}');
    const check = (files: readonly string[], options: object): string => {
      const project = join(samples, `tsconfig.${files[0]}.json`);
      const compilerOptions = {
        target: 'ES2022',
        module: bundler ? 'ESNext' : 'NodeNext',
        moduleResolution: kind,
        strict: true,
        exactOptionalPropertyTypes: true,
        // Also what the package's own declarations say.
        skipLibCheck: false,
        noEmit: true,
        preserveSymlinks: true,
        ...options,
      };
      writeFileSync(project, JSON.stringify({ compilerOptions, files }));
      const { stdout, status } = spawnSync('npx', ['tsc', '-p', project], { cwd: ROOT, encoding: 'utf8' });
      return status === 0
        ? 'ok'
        : stdout
            .split('\n')
            .filter((line) => !/^(\.\.\/)*node_modules\/(?!seismo)/.test(line))
            .join('\n');
    };
    // Fastify's own types want more.
    expect(check(['esm.mts'], { types: ['node'], lib: ['ES2023'], skipLibCheck: true })).toBe('ok');
    if (!bundler) expect(check(['cjs.cts'], { types: ['node'], lib: ['ES2023'] })).toBe('ok');
    expect(check(['browser.mts'], { types: [], lib: ['ES2023', 'DOM', 'DOM.Iterable'] })).toBe('ok');
  });
});

describe('where there is no Node', () => {
  it('works with the interfaces of the web alone', async () => {
    const sent: { url: string; headers: Record<string, string>; body: string | Uint8Array }[] = [];
    const context = vm.createContext({
      URL,
      URLSearchParams,
      AbortController,
      TextEncoder,
      TextDecoder,
      Blob,
      Response,
      CompressionStream,
      performance,
      crypto: globalThis.crypto,
      setTimeout: (callback: () => void, ms: number) => Number(setTimeout(callback, ms)),
      clearTimeout,
      fetch: async (url: string, init: { headers: Record<string, string>; body: string }) => {
        sent.push({ url, ...init });
        return new Response('{"accepted":1,"rejected":[]}');
      },
    });
    // As a bundler for the edge makes it: one file of the portable entry.
    const source = readFileSync(join(installed, 'dist/portable.cjs'), 'utf8');
    const require = createRequire(join(installed, 'dist/portable.cjs'));
    const load = (text: string): Record<string, unknown> => {
      const module = { exports: {} };
      vm.runInContext(`(function (module, exports, require) {${text}\n})`, context)(
        module,
        module.exports,
        (name: string) => load(readFileSync(require.resolve(name), 'utf8')),
      );
      return module.exports;
    };
    const { createClient } = load(source) as typeof import('../src/portable.ts');
    const client = createClient({ server: 'https://seismo.example.com', app: 'shop', key: 'sk_x' });
    client.track('a', { text: 'x'.repeat(2_000) });
    expect(await client.flush()).toBe(true);
    expect(sent.map(({ url, headers }) => [url, headers['content-encoding']])).toEqual([
      ['https://seismo.example.com/api/events/shop', 'gzip'],
    ]);
    expect(() => createClient({ server: 'https://a.example', app: 'shop', directory: '/tmp' })).toThrow('needs Node');
  });
});

describe('the process', () => {
  // Nobody answers there (RFC 5737), or the port is closed: both are to make no difference.
  const start = (rest: string) =>
    `import { createClient } from 'seismo-client';
     import { createServer } from 'node:net';
     const silent = createServer((socket) => socket.unref()).listen(0, '127.0.0.1').unref();
     await new Promise((resolve) => silent.on('listening', resolve));
     const client = createClient({ server: 'http://127.0.0.1:' + silent.address().port, app: 'shop', key: 'sk_x', batchMaxWaitMs: 1, timeoutMs: 60_000 });
     client.track('a');
     ${rest}`;

  it('is not kept alive, neither by what waits nor by a request whose answer does not come', () => {
    // Else it would be ended from outside, with a signal and no status, before the answer is given up.
    const { status, stderr } = run(start('setTimeout(() => {}, 100);'));
    expect([status, stderr]).toEqual([0, '']);
  });

  it('is kept alive by whoever waits for a flush, a question or a place in the queue', () => {
    expect(run(start('console.log(await client.flush({ timeoutMs: 300 }));')).stdout.trim()).toBe('false');
    expect(
      run(
        start('console.log((await client.query().catch((error) => error)).message);').replace('60_000', '300'),
      ).stdout.trim(),
    ).toBe('The server did not answer.');
    // As long as the callback was not told, in the style of the first client.
    const style = `import seismo from 'seismo-client';
      const events = seismo('shop', { server: 'http://127.0.0.1:1', key: 'sk_x', flushTimeoutMs: 500, queueMaxEvents: 1, batchMaxWaitMs: 1 });
      events('a', (error) => console.log(error.reason)); events('b', (error) => console.log(error.reason));
      process.on('exit', () => console.log(performance.now() > 500));`;
    expect(run(style).stdout.trim().split('\n')).toEqual(['queueFull', 'true']);
    const full = start('await client.track("b"); console.log("not reached");').replace(
      'timeoutMs',
      "whenFull: 'block', queueMaxEvents: 1, timeoutMs",
    );
    const { stdout, signal } = spawnSync(process.execPath, ['--input-type=module', '-e', full], {
      cwd: folder,
      encoding: 'utf8',
      timeout: 1_500,
    });
    expect([stdout, signal]).toEqual(['', 'SIGTERM']);
  });
});
