import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Mapping } from '../../src/cli/import/mapping.ts';
import { runImport } from '../../src/cli/import/run.ts';
import { type ImportOptions, runOf } from '../../src/cli/import-options.ts';
import { notesOf, summaryOf } from '../../src/cli/import-summary.ts';
import { aSink } from './import-sink.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'seismo-import-columns-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const file = (name: string, content: string): string => {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
};
async function imported(path: string, mapping: Partial<Mapping> = {}) {
  const { sink, events } = aSink();
  const result = await runImport({ path, app: 'shop', mapping: { timeZone: 'UTC', ...mapping }, sink });
  return { result, events: events() };
}

it('takes user, device, session and id from columns, and from inside of columns', async () => {
  const row = {
    kind: 'a',
    properties: { distinct_id: 7, $device_id: 'd1', s: 's1', $insert_id: 'i1', rest: 1, deep: { at: 1772445600 } },
    'a.b': 'own',
    list: [1],
  };
  const { events } = await imported(file('x.ndjson', JSON.stringify(row)), {
    eventFrom: 'kind',
    time: 'properties.deep.at',
    user: 'properties.distinct_id',
    device: 'properties.$device_id',
    session: 'properties.s',
    idFrom: 'properties.$insert_id',
  });
  expect(events).toEqual([
    {
      event: 'a',
      timestamp: 1772445600000,
      user: '7',
      device: 'd1',
      session: 's1',
      uuid: 'i1',
      data: { properties: { rest: 1, deep: {} }, 'a.b': 'own', list: [1] },
    },
  ]);
  // A column of the very name counts before what is inside of another.
  const named = await imported(file('y.ndjson', '{"a.b":"u","a":{"b":"no"}}'), { event: 'x', user: 'a.b' });
  expect(named.events).toEqual([{ event: 'x', user: 'u', data: { a: { b: 'no' } } }]);
  const csv = await imported(file('z.csv', 'kind,dev,ses\na,d1,s1\n'), {
    eventFrom: 'kind',
    device: 'dev',
    session: 'ses',
  });
  expect(csv.events).toEqual([{ event: 'a', device: 'd1', session: 's1', data: {} }]);
});

it('rejects ids that JSON.parse has rounded, and keeps those of a CSV and of texts', async () => {
  const lines = '{"kind":"a","who":9007199254740993}\n{"kind":"b","who":"9007199254740993"}\n{"kind":"c","who":12}\n';
  const { events } = await imported(file('x.ndjson', lines), { eventFrom: 'kind', user: 'who' });
  expect(events).toEqual([
    null,
    { event: 'b', user: '9007199254740993', data: {} },
    { event: 'c', user: '12', data: {} },
  ]);
  const typed = await imported(file('y.ndjson', lines), { eventFrom: 'kind', types: { who: 'text' } });
  expect(typed.events).toEqual([
    null,
    { event: 'b', data: { who: '9007199254740993' } },
    { event: 'c', data: { who: '12' } },
  ]);
  const csv = await imported(file('x.csv', 'kind,who\na,9007199254740993\n'), { eventFrom: 'kind', user: 'who' });
  expect(csv.events).toEqual([{ event: 'a', user: '9007199254740993', data: {} }]);
});

it('refuses a column inside of another that no row has', async () => {
  const path = file('x.ndjson', '{"kind":"a","properties":{"id":1}}');
  await expect(imported(path, { eventFrom: 'kind', user: 'properties.user' })).rejects.toThrow(
    'No row has a column `properties.user`. The columns are `kind` and `properties`.',
  );
});

it('reads times in seconds, milliseconds, microseconds and nanoseconds', async () => {
  const times = ['1772445600', '1772445600123', '1772445600123456', '1772445600123456789', '1772445600.5'];
  const { events } = await imported(file('x.csv', `at\n${times.join('\n')}\n`), { event: 'a', time: 'at' });
  expect(events.map((event) => (event as { timestamp: number }).timestamp)).toEqual([
    1772445600000, 1772445600123, 1772445600123, 1772445600123, 1772445600500,
  ]);
});

it('knows an export of another app at its first rows, and takes it with --rename-app', async () => {
  const lines = '{"app":"blog","event":"a","timestamp":5,"data":{"n":1.5}}\n{"event":"b","timestamp":6}\n';
  const csv = 'uuid,app,event,timestamp,data\nu1,blog,a,1970-01-01T00:00:00.005Z,"{""n"":1.5}"\n';
  for (const path of [file('x.ndjson', lines), file('x.csv', csv)]) {
    await expect(imported(path)).rejects.toThrow(
      'The events belong to the app `blog`, not `shop`. Use `--app blog`, or `--rename-app` to import them into `shop`.',
    );
    const { events } = await imported(path, { renameApp: true });
    expect(events[0]).toMatchObject({ event: 'a', data: { n: 1.5 } });
    expect(events[0]).not.toHaveProperty('app');
  }
  // What is mixed is judged event by event, by the server.
  const mixed = await imported(file('mixed.ndjson', `${lines}{"app":"shop","event":"c","timestamp":7}\n`));
  expect(mixed.events).toHaveLength(3);
});

it('undoes the guard of a safe CSV in events, and not in the rows of others', async () => {
  const text = 'event,timestamp,user,data\n"\'=1+1",2026-03-02T00:00:00Z,"\'\'-x","{""a"":""x;\'=1""}"\n';
  const { events } = await imported(file('x.csv', text));
  expect(events).toEqual([{ event: '=1+1', timestamp: '2026-03-02T00:00:00Z', user: "'-x", data: { a: 'x;=1' } }]);
  const other = await imported(file('y.csv', "kind,note\na,'=1\n"), { eventFrom: 'kind' });
  expect(other.events).toEqual([{ event: 'a', data: { note: "'=1" } }]);
});

it('says in the summary what columns were taken for and what did not fit', async () => {
  const text = 'kind,n,ok,zip\na,1,true,007\na,2,true,8\na,3,false,9\na,4,true,1\na,x,,2\n';
  const { result } = await imported(file('x.csv', text), { eventFrom: 'kind' });
  expect(summaryOf(result)).toBe('5 of 5 rows imported.');
  expect(notesOf(result)).toEqual([
    'Detected column types: number: n; boolean: ok; text: zip. To change one, use `--type column=text`, `number` or `boolean`.',
    '  `n`: 1 of 5 values is not a number, such as "x", and was imported as text.',
  ]);
});

it('asks what columns mean when every row has fields that no event has', async () => {
  const { result } = await imported(file('x.ndjson', '{"kind":"a"}\n'));
  const rejected = [{ line: 1, code: 'EVENT_FIELD_UNKNOWN', detail: '`kind` is not a field of an event.' }];
  expect(notesOf({ ...result, accepted: 0, rejectedTotal: 1, rejected }).at(-1)).toContain(
    '`--event-from`, `--time` and `--user`',
  );
});

it.each<readonly [Partial<ImportOptions>, string]>([
  [{ type: ['n'], event: 'x' }, '`--type` must be `column=type`'],
  [
    { type: ['n=money'], event: 'x' },
    '`--type` must be `column=type`, where the type is `text`, `number` or `boolean`, not `n=money`',
  ],
  [{ type: ['n=text'] }, '`--type` needs `--event` or `--event-from`'],
  [{ device: 'd' }, '`--device` needs `--event` or `--event-from`'],
  [{ delimiter: ';;' }, '`--delimiter` must be one character'],
  [{ delimiter: '"' }, '`--delimiter` must be one character'],
  [{ format: 'excel' }, '`--format` must be `ndjson`, `csv`, `parquet`, `json`, `amplitude`'],
  [{ format: 'amplitude', user: 'u' }, '`--format amplitude` already defines what the columns mean. Remove `--user`'],
  [{ renameApp: true, event: 'x' }, "`--rename-app` can't be combined"],
])('refuses %j', (options, message) => {
  expect(() => runOf('-', { app: 'shop', timeZone: 'UTC', ...options } as ImportOptions)).toThrow(message);
});

it('takes options for what they say', () => {
  const options = { app: 'shop', timeZone: 'UTC', event: 'x', type: ['a=b=number', 'c=text'], delimiter: 'tab' };
  expect(runOf('-', options as unknown as ImportOptions).mapping).toEqual({
    timeZone: 'UTC',
    event: 'x',
    types: { 'a=b': 'number', c: 'text' },
    delimiter: '\t',
  });
  expect(runOf('-', { app: 'shop', timeZone: 'UTC', format: 'umami' } as ImportOptions)).toMatchObject({
    preset: 'umami',
  });
});
