/** The folders of the server and what each may import: architecture.json, from which CONTRIBUTING.md's map is printed too. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import architecture from '../../architecture.json' with { type: 'json' };
import { cyclesOf } from '../../scripts/import-cycles.mjs';
import { BROWSER, ENGINE } from '../../vitest.config.ts';

const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url));
const SRC = fileURLToPath(new URL('../src', import.meta.url));
const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));

interface Folder {
  readonly folder: string;
  readonly mayImport: readonly string[];
  /** Files outside the folder that count as part of it. */
  readonly files?: readonly string[];
}
const folders: readonly Folder[] = architecture.server;

const folderOf = (file: string): string | undefined =>
  folders.find((each) => each.files?.includes(file))?.folder ??
  folders.find(({ folder }) => file.startsWith(folder))?.folder;

const imports = files.flatMap((from) =>
  [...readFileSync(join(SRC, from), 'utf8').matchAll(/^(?:import|export)\s[^;]*?from '(\.[^']+)';/gms)].map(
    ([, path]) => ({ from, to: relative(SRC, join(SRC, dirname(from), path!)) }),
  ),
);

describe('the folders', () => {
  it('are all in architecture.json', () => {
    expect(files.filter((file) => folderOf(file) === undefined)).toEqual([]);
  });

  it('import only what architecture.json allows, types included', () => {
    const wrong = imports.filter(({ from, to }) => {
      const [own, other] = [folderOf(from), folderOf(to)];
      return own !== other && !folders.find(({ folder }) => folder === own)!.mayImport.includes(other!);
    });
    expect(wrong.map(({ from, to }) => `${from} → ${to}`)).toEqual([]);
  });

  it('depend on one another in one direction', () => {
    expect(cyclesOf(new Map(folders.map(({ folder, mayImport }) => [folder, mayImport])))).toEqual([]);
  });
});

describe('the files', () => {
  it('have no import cycle, types included', () => {
    const next = new Map<string, string[]>(files.map((file) => [file, []]));
    for (const { from, to } of imports) next.get(from)!.push(to);
    expect(cyclesOf(next)).toEqual([]);
  });

  it('read the environment in config/config.ts alone', () => {
    expect(files.filter((file) => /process\.env/.test(readFileSync(join(SRC, file), 'utf8')))).toEqual([
      join('config', 'config.ts'),
    ]);
  });

  it('have at most 400 lines', () => {
    expect(files.filter((file) => readFileSync(join(SRC, file), 'utf8').split('\n').length > 401)).toEqual([]);
  });

  it('import files that exist', () => {
    const known = new Set(files);
    expect(imports.filter(({ to }) => !known.has(to)).map(({ from, to }) => `${from} → ${to}`)).toEqual([]);
  });
});

it('the command line starts without the schemas, which take longer to load than all the rest', () => {
  const loaded = new Set(['main.ts']);
  for (const file of loaded)
    for (const [, path] of readFileSync(join(SRC, file), 'utf8').matchAll(
      /^(?:import|export) (?!type\b)[^;]*?from '(\.[^']+)';/gms,
    ))
      loaded.add(relative(SRC, join(SRC, dirname(file), path!)));
  expect(loaded).toContain('cli/key.ts');
  expect([...loaded].filter((file) => /from '@sinclair/.test(readFileSync(join(SRC, file), 'utf8')))).toEqual([]);
});

it.each([...ENGINE, ...BROWSER])('the set of tests %s names files that exist', (pattern) => {
  const folder = join(REPOSITORY, dirname(pattern));
  const names = basename(pattern, '.test.ts').match(/[\w*-]+/g)!;
  const missing = names.filter((name) => name !== '*' && !existsSync(join(folder, `${name}.test.ts`)));
  expect(missing).toEqual([]);
});
