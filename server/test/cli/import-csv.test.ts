import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Mapping } from '../../src/cli/import/mapping.ts';
import { runImport } from '../../src/cli/import/run.ts';
import { isIdentifier, writtenNumber } from '../../src/cli/import/written-number.ts';
import { aSink } from './import-sink.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'seismo-import-csv-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const fileOf = (name: string): string => fileURLToPath(new URL(`import-files/${name}`, import.meta.url));
const file = (content: string, name = 'x.csv'): string => {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
};

async function imported(path: string, mapping: Partial<Mapping> = {}) {
  const { sink, events } = aSink();
  const named = mapping.eventFrom === undefined ? { event: 'x' } : {};
  const result = await runImport({ path, app: 'shop', mapping: { ...named, timeZone: 'UTC', ...mapping }, sink });
  return { result, rows: events() as ({ data: Record<string, unknown> } & Record<string, unknown>)[] };
}

/** The values of each column of a file. */
async function columnsOf(text: string, mapping: Partial<Mapping> = {}) {
  const { rows, result } = await imported(file(text), mapping);
  const names = [...new Set(rows.flatMap(({ data }) => Object.keys(data)))];
  const columns = Object.fromEntries(names.map((name) => [name, rows.map(({ data }) => data[name])]));
  return { columns, types: Object.fromEntries(result.columns.map(({ column, type }) => [column, type])), result };
}

describe('numbers as people write them', () => {
  const numbers: readonly (readonly [string, 'point' | 'comma', number | undefined])[] = [
    ['20.00', 'point', 20],
    ['1469.250000', 'point', 1469.25],
    ['5.0', 'point', 5],
    ['-3.10', 'point', -3.1],
    ['1e3', 'point', 1000],
    ['2.5E-1', 'point', 0.25],
    ['.5', 'point', 0.5],
    ['0', 'point', 0],
    ['-0.25', 'point', -0.25],
    ['1,234.50', 'point', 1234.5],
    ['1,234,567', 'point', 1234567],
    ['1 234.5', 'point', 1234.5],
    ['1\u202f234', 'point', 1234],
    ["1'234.50", 'point', 1234.5],
    ['−7', 'point', -7],
    [' 12 ', 'point', 12],
    ['1.234,50', 'comma', 1234.5],
    ['19,99', 'comma', 19.99],
    ['-0,5', 'comma', -0.5],
    ['1.234', 'comma', 1234],
    ['9007199254740991', 'point', 9007199254740991],
    // A double cannot hold it, or would make it 0.
    ['9007199254740992', 'point', undefined],
    ['1e400', 'point', undefined],
    ['1e-400', 'point', undefined],
    ['1,23', 'point', undefined],
    ['1,2345', 'point', undefined],
    ['12,34.5', 'point', undefined],
    ['1,234 567', 'point', undefined],
    ['1.234.5', 'comma', undefined],
    ['007', 'point', undefined],
    ['+5', 'point', undefined],
    ['0x10', 'point', undefined],
    ['NaN', 'point', undefined],
    ['Infinity', 'point', undefined],
    ['1-2', 'point', undefined],
    ['.', 'point', undefined],
    ['-', 'point', undefined],
    ['', 'point', undefined],
  ];
  it.each(numbers)('%j with a %s is %s', (text, decimal, number) => {
    expect(writtenNumber(text, decimal)).toBe(number);
  });

  it('tells identifiers', () => {
    for (const text of ['007', '+41791234567', '0800 555 555', '00', '9007199254740993', '12345678901234567890'])
      expect([text, isIdentifier(text)]).toEqual([text, true]);
    for (const text of ['7', '0', '0.5', '-0.5', '1,234', 'a', '', '9007199254740991'])
      expect([text, isIdentifier(text)]).toEqual([text, false]);
  });
});

it('takes amounts for numbers and flags for booleans, and says which value did not fit', async () => {
  const { rows, result } = await imported(fileOf('csv-two-decimals.csv'), { event: 'e', time: 'when', user: 'who' });
  expect(rows.map(({ data }) => data['amount'])).toEqual([19.99, 20, 5.5, 100, -3.1, 1234.5]);
  expect(rows.map(({ data }) => data['flag'])).toEqual([true, true, false, false, undefined, 'yes']);
  expect(result.columns).toEqual([
    { column: 'amount', type: 'number', values: 6, misfits: 0 },
    { column: 'qty', type: 'number', values: 6, misfits: 0 },
    { column: 'flag', type: 'boolean', values: 5, misfits: 1, misfit: 'yes' },
  ]);
});

it('leaves columns of identifiers and of mixed values texts, every value of them', async () => {
  const { columns, types } = await columnsOf(
    'zip,phone,big,mixed,size\n8001,+41791234567,9007199254740993,5,1\n0345,44,1,red,2\n12,44,2,true,n/a\n12,44,2,true,3\n12,44,2,true,4\n12,44,2,true,\n',
  );
  expect(columns['zip']).toEqual(['8001', '0345', '12', '12', '12', '12']);
  expect(columns['phone']!.slice(0, 2)).toEqual(['+41791234567', '44']);
  expect(columns['big']!.slice(0, 2)).toEqual(['9007199254740993', '1']);
  expect(columns['mixed']!.slice(0, 3)).toEqual(['5', 'red', 'true']);
  // Four of five are numbers.
  expect(columns['size']).toEqual([1, 2, 'n/a', 3, 4, undefined]);
  expect(types).toEqual({ zip: 'text', phone: 'text', big: 'text', mixed: 'text', size: 'number' });
});

it('reads decimal commas, and decides by the file where a column could be either', async () => {
  const german = await columnsOf('price;count;grouped;note\n19,99;1;1.234;a\n1.234,50;2;5.678;b\n-3;3;9.012;c\n');
  expect(german.columns).toEqual({
    price: [19.99, 1234.5, -3],
    count: [1, 2, 3],
    grouped: [1234, 5678, 9012],
    note: ['a', 'b', 'c'],
  });
  const english = await columnsOf('price;count;grouped\n19.99;1;1.234\n5.00;2;5.678\n');
  expect(english.columns).toEqual({ price: [19.99, 5], count: [1, 2], grouped: [1.234, 5.678] });
  const quoted = await columnsOf('price,count\n"19,99","1,234"\n"5,5","5,678"\n');
  expect(quoted.columns).toEqual({ price: [19.99, 5.5], count: [1234, 5678] });
});

it('does as --type says', async () => {
  const { columns, result } = await columnsOf('zip,code,ok\n8001,007,true\n3000,8,yes\n', {
    types: { zip: 'text', code: 'number', ok: 'text' },
  });
  expect(columns).toEqual({ zip: ['8001', '3000'], code: ['007', 8], ok: ['true', 'yes'] });
  expect(result.columns.find(({ column }) => column === 'code')).toEqual({
    column: 'code',
    type: 'number',
    values: 2,
    misfits: 1,
    misfit: '007',
  });
});

it('decides by the first 20,000 rows, by later ones for columns that were empty, and alike when it goes on', async () => {
  const lines = Array.from(
    { length: 30_000 },
    (_, i) => `${i % 2 ? 'a' : 'b'},${i < 25_000 ? i : 'x'},${i < 22_000 ? '' : '5.0'}`,
  );
  const path = file(`kind,n,late\n${lines.join('\n')}\n`);
  const mapping: Mapping = { eventFrom: 'kind', timeZone: 'UTC' };
  const { sink, events, mend } = aSink(5);
  await expect(runImport({ path, app: 'shop', mapping, sink })).rejects.toThrow('broken');
  mend();
  const { resumedAt, columns } = await runImport({ path, app: 'shop', mapping, sink });
  expect(resumedAt).toBe(25_000);
  const data = events().map((event) => (event as { data: unknown }).data);
  expect([data[0], data[24_999], data[25_000]]).toEqual([{ n: 0 }, { n: 24_999, late: 5 }, { n: 'x', late: 5 }]);
  expect(columns).toEqual([
    { column: 'n', type: 'number', values: 5_000, misfits: 5_000, misfit: 'x' },
    { column: 'late', type: 'number', values: 5_000, misfits: 0 },
  ]);
});

it('reads lines that end with CR alone, in cells too', async () => {
  const { rows } = await imported(file('kind,note\ra,"one\rtwo\nthree"\rb,four\r'), { eventFrom: 'kind' });
  expect(rows).toEqual([
    { event: 'a', data: { note: 'one\rtwo\nthree' } },
    { event: 'b', data: { note: 'four' } },
  ]);
});

it('obeys the first line sep=; of spreadsheets', async () => {
  for (const first of ['sep=;', '"sep=;"', '\ufeffSEP=;']) {
    const { rows, result } = await imported(file(`${first}\r\nkind;a,b\r\nx;"1;5"\r\ny\r\n`), { eventFrom: 'kind' });
    expect(rows).toEqual([{ event: 'x', data: { 'a,b': '1;5' } }]);
    // The fourth line of the file.
    expect(result.unreadable).toEqual([{ line: 4, detail: 'The record has 1 cells, but the header has 2.' }]);
  }
});

it('does not count separators inside of quoted names', async () => {
  const { rows } = await imported(fileOf('quoted-header-delimiter.csv'), { time: 'when', user: 'who' });
  expect(rows).toEqual([{ event: 'x', timestamp: '2026-03-02T10:00:00Z', user: 'u1', data: { 'note;x;y;z': 'a' } }]);
});

it('splits by --delimiter whatever the header holds', async () => {
  const { rows } = await imported(file('kind|a,b,c\nx|1,2,y\n'), { eventFrom: 'kind', delimiter: '|' });
  expect(rows).toEqual([{ event: 'x', data: { 'a,b,c': '1,2,y' } }]);
});

it('says what is likely when nothing of a file could be taken', async () => {
  const run = (path: string, mapping: Partial<Mapping> = {}) => imported(path, { eventFrom: 'kind', ...mapping });
  await expect(run(file('kind,n\n'))).rejects.toThrow('it has a header but no records');
  await expect(run(file('kind|n,m\na|1\nb|2\n'))).rejects.toThrow(
    'none of its 2 records could be read. Line 2: The record has 1 cells, but the header has 2. Check the delimiter (`--delimiter`)',
  );
  await expect(run(file('\n \n', 'x.ndjson'))).rejects.toThrow('it has only blank lines');
  await expect(run(file('[]', 'x.json'))).rejects.toThrow('its array is empty');
  // A file without a byte is no mistake.
  expect((await run(file('', 'empty.ndjson'))).result.rows).toBe(0);
});

it('knows zip archives, spreadsheets, UTF-16 and the like, and reads a text that holds U+0000', async () => {
  const zip = Buffer.concat([Buffer.from('PK\x03\x04'), Buffer.alloc(60)]).toString('latin1');
  await expect(imported(file(zip, 'a.xlsx'))).rejects.toThrow('it is a zip archive or a spreadsheet (.xlsx)');
  await expect(imported(file('k\0i\0n\0d\0', 'b.csv'))).rejects.toThrow('it is UTF-16');
  const { rows } = await imported(file('kind,note\nPK,a\0b\n'), { eventFrom: 'kind' });
  expect(rows).toEqual([{ event: 'PK', data: { note: 'a\0b' } }]);
});
