/** The rooms of the dashboard: who may import whom, and what only one place may do. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const SRC = fileURLToPath(new URL('../src', import.meta.url));
const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter((name) => /\.tsx?$/.test(name));
const textOf = (file: string): string => readFileSync(join(SRC, file), 'utf8');

/** `pages/explore`, `parts`, … ; the files at the top put everything together. */
const roomOf = (file: string): string => /^(pages\/[^/]+|[^/]+)\//.exec(file.replaceAll('\\', '/'))?.[1] ?? 'top';
/** What stands in the address of a page is known to whoever leads there. */
const MAY: Readonly<Record<string, (target: string) => boolean>> = {
  api: (target) => target === 'api',
  parts: (target) => ['api', 'parts'].includes(target),
  charts: (target) => ['api', 'parts', 'charts'].includes(target),
  shell: (target) => ['api', 'parts', 'charts', 'shell'].includes(target),
  top: () => true,
};
const mayImport = (room: string, target: string): boolean =>
  MAY[room]?.(target) ?? (['api', 'parts', 'charts', 'shell'].includes(target) || target === room);

function importsOf(file: string): { readonly path: string; readonly onlyTypes: boolean }[] {
  const imports = textOf(file).matchAll(
    /^(?:import|export)\s+(type\s)?[^'"]*?from\s+'(\.[^']+)'|import\('(\.[^']+)'\)/gms,
  );
  return [...imports].map(([, types, from, lazily]) => ({
    path: relative(SRC, join(SRC, dirname(file), from ?? lazily ?? '')).replaceAll('\\', '/'),
    onlyTypes: types !== undefined,
  }));
}

it('imports in the directions of the map (CONTRIBUTING.md)', () => {
  const wrong = files.flatMap((file) =>
    importsOf(file)
      .filter(({ path, onlyTypes }) => {
        if (path.startsWith('..')) return !(onlyTypes && path === '../../client/src/wire.ts');
        return !mayImport(roomOf(file), roomOf(path)) && !(onlyTypes && path.endsWith('/search.ts'));
      })
      .map(({ path }) => `${file} imports ${path}`),
  );
  expect(wrong).toEqual([]);
});

it.each([
  ['ECharts', /from 'echarts/, /^charts\//],
  ['CodeMirror', /from '@codemirror/, /^pages\/sql\//],
  ['the storage of the browser', /\b(local|session)Storage\b/, /^(shell\/last-app\.ts|app\.tsx)$/],
  ['the network', /\bfetch\(|new EventSource\(|XMLHttpRequest|WebSocket/, /^api\//],
  ['markup from texts', /dangerouslySetInnerHTML|innerHTML|insertAdjacentHTML|document\.write/, /^$/],
])('has %s in one place', (_, pattern, place) => {
  expect(files.filter((file) => pattern.test(textOf(file)) && !place.test(file.replaceAll('\\', '/')))).toEqual([]);
});

it('has no file over 400 lines', () => {
  expect(files.filter((file) => textOf(file).split('\n').length > 400)).toEqual([]);
});
