import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const SRC = fileURLToPath(new URL('../src', import.meta.url));
const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));

/** Which rooms a room may import (DESIGN.md); leaves are everybody's. `registry` is where small data is kept. */
const MAY: Readonly<Record<string, readonly string[]>> = {
  leaf: ['leaf', 'sql types'],
  config: ['leaf'],
  registry: ['leaf'],
  auth: ['leaf', 'registry'],
  store: ['leaf', 'contract', 'sql'],
  ingest: ['leaf', 'contract'],
  reports: ['leaf', 'contract', 'questions'],
  live: ['leaf', 'contract'],
  questions: ['leaf'],
  analysis: ['leaf', 'questions', 'contract', 'sql'],
  saved: ['leaf', 'registry', 'questions', 'analysis'],
  sql: ['leaf'],
  contract: ['leaf'],
  protocols: ['leaf', 'ingest'],
  http: [
    'leaf',
    'auth',
    'ingest',
    'reports',
    'protocols',
    'contract',
    'registry',
    'questions',
    'analysis',
    'live',
    'saved',
  ],
  app: [
    'leaf',
    'config',
    'registry',
    'auth',
    'store',
    'contract',
    'ingest',
    'reports',
    'protocols',
    'http',
    'app',
    'questions',
    'analysis',
    'live',
    'saved',
  ],
  cli: ['leaf', 'config', 'app', 'cli', 'ingest types', 'auth types', 'contract types'],
};
const APP = new Set([
  'app.ts',
  'serve.ts',
  'index.ts',
  'offline.ts',
  'open-store.ts',
  'erase-everywhere.ts',
  'retention.ts',
  'zone-moves.ts',
  'hash-password.ts',
  'lock.ts',
  'live-runs.ts',
]);

function roomOf(file: string): string {
  if (file === join('store', 'store.ts') || file === join('store', 'analysis-store.ts')) return 'contract';
  if (file === 'main.ts') return 'cli';
  if (file === 'config.ts') return 'config';
  if (APP.has(file)) return 'app';
  return file.includes('/') ? file.slice(0, file.indexOf('/')) : 'leaf';
}

interface Import {
  readonly from: string;
  readonly to: string;
  readonly isType: boolean;
}

const imports: Import[] = files.flatMap((from) =>
  [...readFileSync(join(SRC, from), 'utf8').matchAll(/^(?:import|export)\s+(type\s)?[^;]*?from '(\.[^']+)';/gms)].map(
    ([, type, path]) => ({ from, to: relative(SRC, join(SRC, dirname(from), path!)), isType: type !== undefined }),
  ),
);

describe('the rooms', () => {
  it('are all known', () => {
    expect(files.filter((file) => MAY[roomOf(file)] === undefined)).toEqual([]);
  });

  it('import only what DESIGN.md draws', () => {
    const wrong = imports.filter(({ from, to, isType }) => {
      const [room, other] = [roomOf(from), roomOf(to)];
      if (room === other || MAY[room]!.includes(other)) return false;
      return !(isType && MAY[room]!.includes(`${other} types`));
    });
    expect(wrong.map(({ from, to }) => `${from} → ${to}`)).toEqual([]);
  });

  it('have no cycle among files', () => {
    const next = new Map<string, string[]>();
    for (const { from, to, isType } of imports) if (!isType) next.set(from, [...(next.get(from) ?? []), to]);
    const done = new Set<string>();
    const cycles: string[] = [];
    const walk = (file: string, path: readonly string[]): void => {
      if (path.includes(file)) cycles.push([...path.slice(path.indexOf(file)), file].join(' → '));
      else if (!done.has(file)) for (const other of next.get(file) ?? []) walk(other, [...path, file]);
      done.add(file);
    };
    for (const file of files) walk(file, []);
    expect(cycles).toEqual([]);
  });

  it('read the environment in config.ts alone', () => {
    expect(files.filter((file) => /process\.env/.test(readFileSync(join(SRC, file), 'utf8')))).toEqual(['config.ts']);
  });

  it('have no file over 400 lines', () => {
    const long = files.filter((file) => readFileSync(join(SRC, file), 'utf8').split('\n').length > 401);
    expect(long).toEqual([]);
  });

  it('import through files that exist', () => {
    const known = new Set(files);
    expect(imports.filter(({ to }) => !known.has(to)).map(({ from, to }) => `${from} → ${to}`)).toEqual([]);
  });
});
