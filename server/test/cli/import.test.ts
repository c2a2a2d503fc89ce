import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { CommandFailure } from '../../src/cli/failure.ts';
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
const plain: Mapping = { timeZone: 'UTC' };

/** Takes everything, and breaks after so many pieces. */
function aSink(breakAfter = Number.POSITIVE_INFINITY) {
  const lines: string[] = [];
  const done = new Map<string, number>();
  let pieces = 0;
  const sink: Sink = {
    importedRows: async (_app, fingerprint) => done.get(fingerprint) ?? 0,
    async importRows(_app, fingerprint, body, rowsFrom, rowsDone) {
      if (++pieces > breakAfter) throw new Error('broken');
      const piece = body.toString('utf8').trimEnd().split('\n');
      expect([rowsFrom, rowsDone]).toEqual([done.get(fingerprint) ?? 0, rowsFrom + piece.length]);
      lines.push(...piece);
      done.set(fingerprint, rowsDone);
      return { accepted: piece.length, duplicates: 0, rejected: [] };
    },
  };
  return {
    sink,
    lines,
    events: () => lines.map((line) => JSON.parse(line) as unknown),
    mend: () => {
      breakAfter = Number.POSITIVE_INFINITY;
    },
  };
}

it('sends lines of NDJSON as they are, gzip or not whatever the file is called', async () => {
  const text = '{"event":"a","data":{"n":1e400,"n":1}}\n\n{oops\r\n[1]\n{"event":"b"}';
  for (const path of [file('a.txt', text), file('b.json', gzipSync(text))]) {
    const { sink, lines } = aSink();
    expect(await runImport({ path, app: 'shop', mapping: plain, sink })).toMatchObject({ rows: 4, resumedAt: 0 });
    expect(lines).toEqual(['{"event":"a","data":{"n":1e400,"n":1}}', '{oops\r', '[1]', '{"event":"b"}']);
  }
});

it('keeps the place of lines that are no rows, and says why', async () => {
  const path = file('a.ndjson', '{"kind":"a"}\n{oops\n[1]\n{"kind":"b","n":1e400}\n{"kind":"c"}');
  const { sink, events } = aSink();
  const refusing: Sink = {
    ...sink,
    async importRows(...piece) {
      const answer = await sink.importRows(...piece);
      const rejected = [1, 2, 3].map((index) => ({ index, code: 'EVENT_NOT_OBJECT', detail: 'not an object' }));
      return { ...answer, accepted: 2, rejected };
    },
  };
  const result = await runImport({
    path,
    app: 'shop',
    mapping: { eventFrom: 'kind', timeZone: 'UTC' },
    sink: refusing,
  });
  expect(events()).toEqual([{ event: 'a', data: {} }, null, null, null, { event: 'c', data: {} }]);
  expect(result.rejected.map(({ row, detail }) => [row, detail])).toEqual([
    [2, 'the line is not valid JSON'],
    [3, 'a line must hold one JSON object'],
    [4, 'Infinity is no number that JSON holds'],
  ]);
  expect(result.rejectedTotal).toBe(3);
});

it('maps columns of CSV, with numbers and booleans as such and local times in the zone given', async () => {
  const path = file('x.csv', '\ufeffwhen,who,n,zip,ok,note\r\n2026-07-01 12:00,ann,1.5,007,true,"a,\nb"\r\n,,,,,\r\n');
  const { sink, events } = aSink();
  const mapping: Mapping = { event: 'visit', time: 'when', user: 'who', timeZone: 'America/Chicago' };
  await runImport({ path, app: 'shop', mapping, sink });
  expect(events()).toEqual([
    {
      event: 'visit',
      // 12:00 in Chicago in July is 17:00 UTC.
      timestamp: Date.UTC(2026, 6, 1, 17),
      user: 'ann',
      data: { n: 1.5, zip: '007', ok: true, note: 'a,\nb' },
    },
    // Without its time it is for the server to refuse.
    { event: 'visit', timestamp: '', data: {} },
  ]);
});

it('leaves out records of CSV that cannot be read, says so, and counts rows alike', async () => {
  const path = file('x.csv', 'kind,n\na,1\nb,2,3\nc"x,3\nd,4\n');
  const { sink, events } = aSink();
  const result = await runImport({ path, app: 'shop', mapping: { eventFrom: 'kind', timeZone: 'UTC' }, sink });
  expect(events()).toEqual([
    { event: 'a', data: { n: 1 } },
    { event: 'd', data: { n: 4 } },
  ]);
  expect(result.unreadable).toHaveLength(2);
  expect(result.unreadable[0]).toMatch(/line 3/);
});

it('reads events of a CSV export: cells that are empty are absent, data is JSON', async () => {
  const header = 'uuid,app,id,event,timestamp,receivedAt,clientTimestamp,user,device,session,data';
  const row = 'u1,shop,a,A,2026-03-02T09:00:00.000Z,2026-03-02T09:00:01.000Z,,ann,,,"{""n"":1}"';
  const { sink, events } = aSink();
  await runImport({ path: file('e.csv', `${header}\n${row}\n`), app: 'shop', mapping: plain, sink });
  expect(events()).toEqual([
    {
      uuid: 'u1',
      app: 'shop',
      id: 'a',
      event: 'A',
      timestamp: '2026-03-02T09:00:00.000Z',
      receivedAt: '2026-03-02T09:00:01.000Z',
      user: 'ann',
      data: { n: 1 },
    },
  ]);
});

it('reads times without offset of events as such in the zone given', async () => {
  const path = file('e.ndjson', '{"event":"a","timestamp":"2026-07-01 12:00"}\n{"event":"b","timestamp":5}');
  const { sink, events } = aSink();
  await runImport({ path, app: 'shop', mapping: { timeZone: 'America/Chicago' }, sink });
  expect(events()).toEqual([
    { event: 'a', timestamp: Date.UTC(2026, 6, 1, 17) },
    { event: 'b', timestamp: 5 },
  ]);
});

it('reads a JSON array, and tells formats by how files begin', async () => {
  const { sink, lines } = aSink();
  await runImport({ path: file('x', ' [{"event":"a"},\n{"event":"b"}]'), app: 'shop', mapping: plain, sink });
  expect(lines).toEqual(['{"event":"a"}', '{"event":"b"}']);
  const formats = [
    file('a', '{"event":"a"}'),
    file('b', 'event,n\na,1'),
    file('c', gzipSync('event,n\na,1')),
    file('d.csv.gz', gzipSync('{"event":"a"}')),
    file('e', gzipSync('\ufeff{"event":"a"}')),
    file('f', ''),
  ];
  const found = await Promise.all(formats.map(async (path) => (await openSource(path, undefined)).format));
  expect(found).toEqual(['ndjson', 'csv', 'csv', 'csv', 'ndjson', 'ndjson']);
});

it('refuses a column that no row has, before anything is sent', async () => {
  const { sink, lines } = aSink();
  for (const path of [file('x.csv', 'kind,at\na,1\n'), file('x.ndjson', '{"kind":"a","at":1}')])
    await expect(
      runImport({ path, app: 'shop', mapping: { eventFrom: 'kind', time: 'when', timeZone: 'UTC' }, sink }),
    ).rejects.toThrow('No row has a column "when"; there are: kind, at.');
  expect(lines).toEqual([]);
});

it('goes on where an interrupted run stopped, and does nothing when run a third time', async () => {
  const path = file('big.ndjson', Array.from({ length: 12_000 }, (_, i) => `{"event":"e${i}"}`).join('\n'));
  const { sink, lines, events, mend } = aSink(1);
  await expect(runImport({ path, app: 'shop', mapping: plain, sink })).rejects.toThrow('broken');
  expect(lines.length).toBeGreaterThan(0);
  const { length } = lines;
  mend();
  expect(await runImport({ path, app: 'shop', mapping: plain, sink })).toMatchObject({
    resumedAt: length,
    rows: 12_000,
  });
  expect(events()).toEqual(Array.from({ length: 12_000 }, (_, i) => ({ event: `e${i}` })));
  expect(await runImport({ path, app: 'shop', mapping: plain, sink })).toMatchObject({
    accepted: 0,
    resumedAt: 12_000,
  });
  // The same file with another mapping is another import.
  const mapping = { ...plain, event: 'x' };
  expect(await runImport({ path, app: 'shop', mapping, sink })).toMatchObject({ resumedAt: 0, accepted: 12_000 });
});

it('asks again when the server says "later", and not when it says "no"', async () => {
  const path = file('a.ndjson', '{"event":"a"}');
  const { sink, lines } = aSink();
  let refusals = 3;
  let retry = true;
  const busy: Sink = {
    ...sink,
    async importRows(...piece) {
      if (refusals-- > 0) throw new CommandFailure('full', 1, { code: 'JOURNAL_FULL', remedy: undefined, retry });
      return await sink.importRows(...piece);
    },
  };
  const waits: (string | undefined)[] = [];
  const onProgress = ({ waitsFor }: { waitsFor?: string }) => void waits.push(waitsFor);
  await runImport({ path, app: 'shop', mapping: plain, sink: busy, onProgress });
  expect([lines.length, waits]).toEqual([1, ['full', 'full', 'full', undefined]]);
  refusals = 1;
  retry = false;
  await expect(runImport({ path, app: 'shop2', mapping: { ...plain, event: 'x' }, sink: busy })).rejects.toThrow(
    'full',
  );
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
    timeOf('1700000000', 'UTC', false),
    timeOf(1_700_000_000.5, 'UTC', false),
    timeOf(new Date(0), 'America/Chicago', true),
    timeOf('2001-02-30', 'UTC', false),
  ]).toEqual([
    Date.UTC(2001, 0, 1, 6, 47),
    Date.UTC(2001, 0, 1),
    '2001-01-01T00:00:00Z',
    1_700_000_000_000,
    1_700_000_000_000,
    1_700_000_000_500,
    6 * 3_600_000,
    '2001-02-30',
  ]);
});
