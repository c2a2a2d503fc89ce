import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliDecompressSync, gunzipSync, gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { compress } from '../scripts/compress.mjs';
import { tableOf, weights } from '../scripts/weights.mjs';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

function aBuild(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'seismo-build-'));
  folders.push(folder);
  mkdirSync(join(folder, 'assets'));
  mkdirSync(join(folder, '.vite'));
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  return folder;
}
const SCRIPT = 'export const answer = 42;\n'.repeat(100);

describe('compressing', () => {
  it('puts both forms beside every text over 1 kB, and nothing beside the others', () => {
    const folder = aBuild({
      'index.html': '<!doctype html>',
      'assets/a.js': SCRIPT,
      'assets/small.js': 'let a;',
      'assets/font.woff2': 'f'.repeat(5000),
      'assets/old.css.br': 'of an earlier build',
      '.vite/manifest.json': '{}'.padEnd(3000),
    });
    expect(compress(folder).files).toBe(1);
    // Again, as the next build does.
    expect(compress(folder)).toMatchObject({ files: 1, plain: SCRIPT.length });
    expect(readdirSync(join(folder, 'assets')).sort()).toEqual([
      'a.js',
      'a.js.br',
      'a.js.gz',
      'font.woff2',
      'small.js',
    ]);
    expect(brotliDecompressSync(readFileSync(join(folder, 'assets/a.js.br'))).toString()).toBe(SCRIPT);
    expect(gunzipSync(readFileSync(join(folder, 'assets/a.js.gz'))).toString()).toBe(SCRIPT);
    expect(existsSync(join(folder, '.vite/manifest.json.br'))).toBe(false);
  });
});

describe('weights', () => {
  const text = (name: string): string => name.repeat(50);
  const weightOf = (...names: readonly string[]): number =>
    names.reduce((sum, name) => sum + gzipSync(text(name), { level: 9 }).length, 0);
  const html =
    '<link rel="icon" href="./assets/icon.svg"><script type="module" src="./assets/main.js"></script><link rel="stylesheet" href="./assets/main.css">';

  it('are what the document loads with all imports, and of each page what it adds, once', () => {
    const names = ['icon.svg', 'main.js', 'main.css', 'react.js', 'shared.js', 'users.js', 'users.css', 'chart.js'];
    const folder = aBuild({
      'index.html': html,
      ...Object.fromEntries(names.map((name) => [`assets/${name}`, text(name)])),
      '.vite/manifest.json': JSON.stringify({
        'index.html': {
          file: 'assets/main.js',
          isEntry: true,
          css: ['assets/main.css'],
          imports: ['_react'],
          dynamicImports: ['src/pages/users/users.tsx'],
        },
        _react: { file: 'assets/react.js' },
        _shared: { file: 'assets/shared.js', imports: ['_react'] },
        'src/pages/users/users.tsx': {
          file: 'assets/users.js',
          isDynamicEntry: true,
          css: ['assets/users.css'],
          imports: ['index.html', '_shared'],
          dynamicImports: ['src/charts/chart.tsx'],
        },
        'src/charts/chart.tsx': { file: 'assets/chart.js', isDynamicEntry: true, imports: ['_shared', '_react'] },
      }),
    });
    const start = gzipSync(html, { level: 9 }).length + weightOf('icon.svg', 'main.js', 'main.css', 'react.js');
    const extra = weightOf('users.js', 'users.css', 'shared.js');
    const found = weights(folder);
    expect(found).toEqual({
      start,
      pages: [{ name: 'src/pages/users/users.tsx', extra, total: start + extra }],
      demand: [{ name: 'src/charts/chart.tsx', extra: weightOf('chart.js', 'shared.js') }],
    });
    expect(tableOf(found).split('\n')).toHaveLength(5);
  });
});
