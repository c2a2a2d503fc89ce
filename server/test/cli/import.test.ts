import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { CommandFailure } from '../../src/cli/failure.ts';
import { localTime } from '../../src/cli/import/local-time.ts';
import type { Mapping } from '../../src/cli/import/mapping.ts';
import { runImport, type Sink } from '../../src/cli/import/run.ts';
import { openSource } from '../../src/cli/import/source.ts';
import { notesOf } from '../../src/cli/import-summary.ts';
import { aSink } from './import-sink.ts';

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

it('sends lines of NDJSON as they are, gzip or not whatever the file is called', async () => {
  const text = '{"event":"a","data":{"n":1e400,"n":1}}\n\n{oops\r\n[1]\n{"event":"b"}';
  for (const path of [file('a.txt', text), file('b.json', gzipSync(text))]) {
    const { sink, lines } = aSink();
    expect(await runImport({ path, app: 'shop', mapping: plain, sink })).toMatchObject({ rows: 4, resumedAt: 0 });
    expect(lines).toEqual(['{"event":"a","data":{"n":1e400,"n":1}}', '{oops\r', '[1]', '{"event":"b"}']);
  }
});

it('keeps the place of lines that are no rows, and says why', async () => {
  const faulty = ['{oops', '[1]', '{"kind":"b","n":1e400}', '{"kind":"b","n":1,"n":2}', '{"kind":"\xff"}'];
  const path = file('a.ndjson', Buffer.from(`{"kind":"a"}\n\n${faulty.join('\n')}\n{"kind":"c"}`, 'latin1'));
  const { sink, events } = aSink();
  const refusing: Sink = {
    ...sink,
    async importRows(...piece) {
      const answer = await sink.importRows(...piece);
      const rejected = [1, 2, 3, 4, 5].map((index) => ({ index, code: 'EVENT_NOT_OBJECT', detail: 'not an object' }));
      return { ...answer, accepted: 2, rejected };
    },
  };
  const result = await runImport({
    path,
    app: 'shop',
    mapping: { eventFrom: 'kind', timeZone: 'UTC' },
    sink: refusing,
  });
  expect(events()).toEqual([{ event: 'a', data: {} }, ...faulty.map(() => null), { event: 'c', data: {} }]);
  // Line 2 is blank.
  expect(result.rejected).toEqual([
    { line: 3, code: 'BODY_NOT_JSON', detail: 'The row is not valid JSON.' },
    { line: 4, code: 'EVENT_NOT_OBJECT', detail: 'A row must be one JSON object.' },
    { line: 5, code: 'EVENT_NUMBER_UNSAFE', detail: expect.stringContaining('too large') },
    { line: 6, code: 'EVENT_KEY_REPEATED', detail: 'The key `n` appears twice in one object.' },
    { line: 7, code: 'BODY_NOT_UTF8', detail: 'The row is not UTF-8.' },
  ]);
  expect(result.rejectedTotal).toBe(5);
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
    { event: 'visit', data: {} },
  ]);
});

it('leaves out records of CSV that cannot be read, says so, and counts rows alike', async () => {
  const path = file('x.csv', 'kind,n\na,1\nb,2,3\nc"x,3\nd,4\ne\n');
  const { sink, events } = aSink();
  const result = await runImport({ path, app: 'shop', mapping: { eventFrom: 'kind', timeZone: 'UTC' }, sink });
  expect(events()).toEqual([
    { event: 'a', data: { n: 1 } },
    { event: 'd', data: { n: 4 } },
  ]);
  expect(result.unreadableTotal).toBe(3);
  expect(result.unreadable.map(({ line }) => line)).toEqual([3, 4, 6]);
});

it('sees what separates the cells, and refuses a header that names a column twice', async () => {
  const { sink, events } = aSink();
  for (const [name, separator] of [
    ['a.csv', ';'],
    ['b.tsv', '\t'],
  ] as const) {
    const path = file(name, `kind${separator}text${separator}n\na${separator}"x,y"${separator}1\n`);
    await runImport({ path, app: 'shop', mapping: { eventFrom: 'kind', timeZone: 'UTC' }, sink });
  }
  expect(events()).toEqual(Array(2).fill({ event: 'a', data: { text: 'x,y', n: 1 } }));
  const twice = file('c.csv', 'kind,n,n\na,1,2\n');
  await expect(
    runImport({ path: twice, app: 'shop', mapping: { eventFrom: 'kind', timeZone: 'UTC' }, sink }),
  ).rejects.toThrow('The column `n` appears twice in the header');
});

it('says of a file that is not whole, not text or not UTF-8, before anything is sent', async () => {
  const { sink, lines } = aSink();
  const zipped = gzipSync('{"event":"a"}\n'.repeat(1_000));
  const run = (path: string) => runImport({ path, app: 'shop', mapping: plain, sink });
  await expect(run(file('a.gz', zipped.subarray(0, -20)))).rejects.toThrow('is incomplete or damaged');
  await expect(run(file('b.csv', Buffer.from('\ufeffevent\na', 'utf16le')))).rejects.toThrow('neither UTF-8 text nor');
  await expect(run(file('c.csv', Buffer.from('event,timestamp\na,1\n\xe9,1\n', 'latin1')))).rejects.toThrow(
    'is not UTF-8 (somewhere after line',
  );
  expect(lines).toEqual([]);
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

it('leaves to the server what JSON.parse would lose in the data of a CSV export', async () => {
  const cells = ['"{""n"":1e400}"', '"{""n"":\n1}"', '{oops', '"{""n"":1,""n"":2}"'];
  const path = file('e.csv', `event,timestamp,data\n${cells.map((cell) => `a,2026-03-02,${cell}`).join('\n')}\n`);
  const { sink, lines } = aSink();
  await runImport({ path, app: 'shop', mapping: plain, sink });
  const time = Date.UTC(2026, 2, 2);
  expect(lines).toEqual([
    `{"event":"a","timestamp":${time},"data":{"n":1e400}}`,
    `{"event":"a","timestamp":${time},"data":{"n": 1}}`,
    'null',
    'null',
  ]);
});

it('says which times were twice or never in the zone, and how they are taken', async () => {
  // Zurich 2026: from 02:00 to 03:00 on 29 March, from 03:00 back to 02:00 on 25 October.
  const times = ['2026-03-29 02:30', '2026-10-25 02:30:00', '2026-10-25 03:30'];
  const path = file('x.csv', `at\n${times.join('\n')}\n`);
  const { sink, events } = aSink();
  const mapping: Mapping = { event: 'visit', time: 'at', timeZone: 'Europe/Zurich' };
  const result = await runImport({ path, app: 'shop', mapping, sink });
  expect(events()).toEqual(
    [Date.UTC(2026, 2, 29, 1), Date.UTC(2026, 9, 25, 0, 30), Date.UTC(2026, 9, 25, 2, 30)].map((timestamp) => ({
      event: 'visit',
      timestamp,
      data: {},
    })),
  );
  expect(result.doubtful).toEqual([
    {
      line: 2,
      detail:
        '2026-03-29 02:30:00 does not exist in Europe/Zurich, because the clocks went forward. It was imported as 2026-03-29T01:00:00.000Z.',
    },
    {
      line: 3,
      detail:
        '2026-10-25 02:30:00 exists twice in Europe/Zurich. It was imported as the first one, 2026-10-25T00:30:00.000Z.',
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

it('reads the items of a JSON array as they are written, each with its number, and says when it is cut', async () => {
  const { sink, lines } = aSink();
  const text = '\ufeff [{"event":"a","data":{"n":1e400,"x":"]},\\""}},\n\n{"event":\n"b"} , 5,[1]\n]\n';
  for (const path of [file('x', text), file('y', gzipSync(text))])
    await runImport({ path, app: 'shop', mapping: plain, sink });
  const expected = ['{"event":"a","data":{"n":1e400,"x":"]},\\""}}', '{"event":\r"b"}', '5', '[1]'];
  expect(lines.map((line) => line.trim())).toEqual([...expected, ...expected]);
  const refusing: Sink = {
    ...sink,
    importRows: async () => ({
      accepted: 3,
      duplicates: 0,
      rejected: [0, 1, 3].map((index) => ({ index, code: 'X', detail: 'x' })),
    }),
  };
  const { rejected } = await runImport({ path: file('z', `${text} `), app: 'shop', mapping: plain, sink: refusing });
  expect(rejected.map(({ line }) => line)).toEqual([1, 2, 4]);
  // On one line, as programs write it, a line's number would say nothing.
  const result = await runImport({
    path: file('o', '[{"event":"a"},{"event":"b"},{"event":7},8]'),
    app: 'shop',
    mapping: plain,
    sink: refusing,
  });
  expect(notesOf(result).slice(0, 3)).toEqual(['  element 1: x (X)', '  element 2: x (X)', '  element 4: x (X)']);
  const cut = runImport({ path: file('w', '[{"event":"a"}'), app: 'shop', mapping: plain, sink });
  await expect(cut).rejects.toThrow('The array has no end');
});

it('tells formats by how files begin', async () => {
  const formats = [
    file('a', '{"event":"a"}'),
    file('b', 'event,n\na,1'),
    file('c', gzipSync('event,n\na,1')),
    file('d.csv.gz', gzipSync('{"event":"a"}')),
    file('e', gzipSync('\ufeff{"event":"a"}')),
    file('f', ''),
  ];
  const found = await Promise.all(formats.map(async (path) => (await openSource(path)).format));
  expect(found).toEqual(['ndjson', 'csv', 'csv', 'csv', 'ndjson', 'ndjson']);
});

it('refuses a column that no row has, before anything is sent', async () => {
  const { sink, lines } = aSink();
  for (const path of [file('x.csv', 'kind,at\na,1\n'), file('x.ndjson', '{"kind":"a","at":1}')])
    await expect(
      runImport({ path, app: 'shop', mapping: { eventFrom: 'kind', time: 'when', timeZone: 'UTC' }, sink }),
    ).rejects.toThrow('No row has a column `when`. The columns are `kind` and `at`.');
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
  expect(await runImport({ path, app: 'shop', mapping: plain, again: true, sink })).toMatchObject({
    accepted: 12_000,
    resumedAt: 0,
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
  const source = await openSource(path);
  expect([source.format, source.rows, [...source.localTimes]]).toEqual(['parquet', 3_000_000, ['date']]);
  for await (const { rows } of source.read(2_999_990)) {
    expect(rows.length).toBe(10);
    expect(Object.keys(rows[0]!)).toEqual(['date', 'delay', 'distance', 'origin', 'destination']);
  }
});

it('reads times with an offset as they are, and leaves what it cannot read to the server', () => {
  expect([
    localTime('2001/01/01 00:47', 'America/Chicago', false),
    localTime('2001-01-01', 'UTC', false),
    localTime('2001-01-01T00:00:00Z', 'America/Chicago', false),
    localTime(1_700_000_000.5, 'UTC', false),
    localTime(new Date(0), 'America/Chicago', true),
    localTime(new Date(0), 'America/Chicago', false),
    localTime('2001-02-30', 'UTC', false),
  ]).toEqual([
    Date.UTC(2001, 0, 1, 6, 47),
    Date.UTC(2001, 0, 1),
    '2001-01-01T00:00:00Z',
    1_700_000_000.5,
    6 * 3_600_000,
    0,
    '2001-02-30',
  ]);
});

it('takes small numbers of a time column for seconds', async () => {
  const path = file(
    'x.ndjson',
    [1_700_000_000, 1_700_000_000_000, '1700000000'].map((at) => JSON.stringify({ at })).join('\n'),
  );
  const { sink, events } = aSink();
  await runImport({ path, app: 'shop', mapping: { event: 'a', time: 'at', timeZone: 'UTC' }, sink });
  expect(events()).toEqual(Array(3).fill({ event: 'a', timestamp: 1_700_000_000_000, data: {} }));
});
