/** The folders of the dashboard: what each may import (architecture.json), and what only one of them may do. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import architecture from '../../architecture.json' with { type: 'json' };
import { cyclesOf } from '../../scripts/import-cycles.mjs';

const SRC = fileURLToPath(new URL('../src', import.meta.url));
const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .filter((name) => /\.tsx?$/.test(name))
  .map((name) => name.replaceAll('\\', '/'));
const textOf = (file: string): string => readFileSync(join(SRC, file), 'utf8');

/** A page is a folder of its own; the files at the top put everything together. */
const folderOf = (file: string): string | undefined =>
  /^pages\/[^/]+\//.exec(file)?.[0] ?? architecture.web.find(({ folder }) => file.startsWith(folder))?.folder;
const allowed = (folder: string): readonly string[] =>
  architecture.web.find((each) => folder.startsWith(each.folder))!.mayImport;
const mayImport = (own: string | undefined, other: string | undefined): boolean =>
  own === undefined || own === other || (other !== undefined && allowed(own).includes(other));

function importsOf(file: string): { readonly path: string; readonly onlyTypes: boolean }[] {
  const imports = textOf(file).matchAll(
    /^(?:import|export)\s+(type\s)?[^'"]*?from\s+'(\.[^']+)'|import\('(\.[^']+)'\)/gms,
  );
  return [...imports].map(([, types, from, lazily]) => ({
    path: relative(SRC, join(SRC, dirname(file), from ?? lazily ?? '')).replaceAll('\\', '/'),
    onlyTypes: types !== undefined,
  }));
}

it('imports only what architecture.json allows, types included, and the addresses of pages', () => {
  const wrong = files.flatMap((file) =>
    importsOf(file)
      .filter(({ path, onlyTypes }) => {
        if (path.startsWith('..')) return !(onlyTypes && path === '../../client/src/wire.ts');
        return !mayImport(folderOf(file), folderOf(path)) && !(onlyTypes && path.endsWith('/search.ts'));
      })
      .map(({ path }) => `${file} imports ${path}`),
  );
  expect(wrong).toEqual([]);
});

it.each([
  ['ECharts', /from 'echarts/, /^charts\//],
  ['CodeMirror', /from '@codemirror/, /^pages\/sql\//],
  ['the storage of the browser', /\b(local|session)Storage\b/, /^(shell\/(last-app|opened-reports)\.ts|app\.tsx)$/],
  ['the network', /\bfetch\(|new EventSource\(|XMLHttpRequest|WebSocket/, /^api\//],
  ['markup from texts', /dangerouslySetInnerHTML|innerHTML|insertAdjacentHTML|document\.write/, /^$/],
])('has %s in one place', (_, pattern, place) => {
  expect(files.filter((file) => pattern.test(textOf(file)) && !place.test(file))).toEqual([]);
});

it('has no file over 400 lines', () => {
  expect(files.filter((file) => textOf(file).split('\n').length > 400)).toEqual([]);
});

it('has no import cycle, types included', () => {
  const next = new Map(files.map((file) => [file, importsOf(file).map(({ path }) => path)]));
  expect(cyclesOf(next)).toEqual([]);
});
