import { expect, it } from 'vitest';
import { runsSince } from '../../src/app/server-runs.ts';
import type { Registry } from '../../src/registry/registry.ts';

function aRegistry(): Registry {
  const values = new Map<string, unknown>();
  return {
    get: (kind: string, name: string) => values.get(`${kind} ${name}`),
    put: async (kind: string, name: string, value: unknown) => void values.set(`${kind} ${name}`, value),
  } as unknown as Registry;
}

it('remembers the runs while places grow, and forgets them when the journal is another', async () => {
  const registry = aRegistry();
  const start = async (journal: string, firstSeq: number, salvagedAt?: number) =>
    (await runsSince(registry, { journal, firstSeq }, salvagedAt)).map((run) => run.journal);
  expect(await start('a', 1)).toEqual(['a']);
  expect(await start('b', 7)).toEqual(['a', 'b']);
  expect(await start('c', 7)).toEqual(['a', 'b', 'c']);
  // Brought back from a backup, or begun anew.
  expect(await start('d', 3)).toEqual(['d']);
  expect(await start('e', 9)).toEqual(['d', 'e']);
  // Salvaged since: places may be given again.
  expect(await start('f', 12, 1_000)).toEqual(['f']);
  expect(await start('g', 13, 1_000)).toEqual(['f', 'g']);
});
