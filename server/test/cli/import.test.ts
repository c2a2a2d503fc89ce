import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Mapping, timeOf } from '../../src/cli/import/mapping.ts';
import { runImport, type Sink } from '../../src/cli/import/run.ts';
import { openSource } from '../../src/cli/import/source.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'seismo-import-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const file = (name: string, content: string | Buffer): string => {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
};
const plain: Mapping = { timeZone: 'UTC', typed: false };

/** Takes everything, and breaks after so many pieces. */
function aSink(breakAfter = Number.POSITIVE_INFINITY) {
  const events: unknown[] = [];
  const done = new Map<string, number>();
  let pieces = 0;
  const sink: Sink = {
    importedRows: async (_app, fingerprint) => done.get(fingerprint) ?? 0,
    async importRows(_app, fingerprint, piece, rowsDone) {
      if (++pieces > breakAfter) throw new Error('broken');
      events.push(...piece);
      done.set(fingerprint, rowsDone);
      return { accepted: piece.length, duplicates: 0, rejected: [] };
    },
  };
  return {
    sink,
    events,
    mend: () => {
      breakAfter = Number.POSITIVE_INFINITY;
    },
  };
}

it('reads NDJSON as it is, gzip or not whatever it is called, and keeps the place of broken lines', async () => {
  const text = '{"event":"a","data":{"n":1}}\n\n{oops\n[1]\n{"event":"b"}';
  for (const path of [file('a.txt', text), file('b.json', gzipSync(text))]) {
    const { sink, events } = aSink();
    const result = await runImport({ path, app: 'shop', mapping: plain, sink });
    expect(result).toMatchObject({ rows: 4, resumedAt: 0 });
    expect(events).toEqual([{ event: 'a', data: { n: 1 } }, undefined, undefined, { event: 'b' }]);
  }
});

it('maps columns of CSV, with numbers and booleans as such and local times in the zone given', async () => {
  const path = file('x.csv', '\ufeffwhen,who,n,zip,ok,note\r\n2026-07-01 12:00,ann,1.5,007,true,"a,\nb"\r\n,,,,,\r\n');
  const { sink, events } = aSink();
  const mapping: Mapping = { event: 'visit', time: 'when', user: 'who', timeZone: 'America/Chicago', typed: true };
  await runImport({ path, app: 'shop', mapping, sink });
  expect(events).toEqual([
    {
      event: 'visit',
      // 12:00 in Chicago in July is 17:00 UTC.
      timestamp: Date.UTC(2026, 6, 1, 17),
      user: 'ann',
      data: { n: 1.5, zip: '007', ok: true, note: 'a,\nb' },
    },
    { event: 'visit', data: {} },
  ]);
});

it('goes on where an interrupted run stopped, and does nothing when run a third time', async () => {
  const path = file('big.ndjson', Array.from({ length: 12_000 }, (_, i) => `{"event":"e${i}"}`).join('\n'));
  const { sink, events, mend } = aSink(1);
  await expect(runImport({ path, app: 'shop', mapping: plain, sink })).rejects.toThrow('broken');
  expect(events.length).toBeGreaterThan(0);
  const { length } = events;
  mend();
  expect(await runImport({ path, app: 'shop', mapping: plain, sink })).toMatchObject({
    resumedAt: length,
    rows: 12_000,
  });
  expect(events).toEqual(Array.from({ length: 12_000 }, (_, i) => ({ event: `e${i}` })));
  expect(await runImport({ path, app: 'shop', mapping: plain, sink })).toMatchObject({
    accepted: 0,
    resumedAt: 12_000,
  });
  // The same file with another mapping is another import.
  const mapping = { ...plain, event: 'x' };
  expect(await runImport({ path, app: 'shop', mapping, sink })).toMatchObject({ resumedAt: 0, accepted: 12_000 });
});

it('reads Parquet: real flights, from any row on', async () => {
  const path = fileURLToPath(new URL('../../../node_modules/vega-datasets/data/flights-3m.parquet', import.meta.url));
  const source = await openSource(path, undefined);
  expect([source.format, source.rows, [...source.localTimes]]).toEqual(['parquet', 3_000_000, ['date']]);
  for await (const { rows } of source.read(2_999_990)) {
    expect(rows.length).toBe(10);
    expect(Object.keys(rows[0]!)).toEqual(['date', 'delay', 'distance', 'origin', 'destination']);
  }
});

it('reads times with an offset as they are, and leaves what it cannot read to the server', () => {
  expect([
    timeOf('2001/01/01 00:47', 'America/Chicago', false),
    timeOf('2001-01-01', 'UTC', false),
    timeOf('2001-01-01T00:00:00Z', 'America/Chicago', false),
    timeOf('1700000000000', 'UTC', false),
    timeOf(new Date(0), 'America/Chicago', true),
    timeOf('2001-02-30', 'UTC', false),
  ]).toEqual([
    Date.UTC(2001, 0, 1, 6, 47),
    Date.UTC(2001, 0, 1),
    '2001-01-01T00:00:00Z',
    1_700_000_000_000,
    6 * 3_600_000,
    '2001-02-30',
  ]);
});
