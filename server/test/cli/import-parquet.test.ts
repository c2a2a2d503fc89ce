import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { SchemaElement } from 'hyparquet';
import { parquetWriteFile } from 'hyparquet-writer';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { describeFailure } from '../../src/cli/failure.ts';
import type { Mapping } from '../../src/cli/import/mapping.ts';
import { runImport } from '../../src/cli/import/run.ts';
import { notesOf } from '../../src/cli/import-summary.ts';
import { aSink } from './import-sink.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'seismo-import-parquet-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const fileOf = (name: string): string => fileURLToPath(new URL(`import-files/${name}`, import.meta.url));

async function imported(path: string, mapping: Partial<Mapping> = {}) {
  const { sink, events } = aSink();
  const named = mapping.eventFrom === undefined ? { event: 'x' } : {};
  const result = await runImport({ path, app: 'shop', mapping: { ...named, timeZone: 'UTC', ...mapping }, sink });
  return { result, rows: events() as ({ data: Record<string, unknown> } & Record<string, unknown>)[] };
}

it('reads all 10,001 amounts from 0.00 to 100.00 as the nearest double, however the decimal is stored', async () => {
  const { rows } = await imported(fileOf('decimals.parquet'));
  expect(rows).toHaveLength(10_001);
  const wrong: unknown[] = [];
  rows.forEach(({ data }, cents) => {
    // The nearest double of a decimal is what JavaScript reads of its digits.
    const amount = Number(`${Math.floor(cents / 100)}.${String(cents % 100).padStart(2, '0')}`);
    for (const column of ['int32', 'int64', 'fixed'])
      if (data[column] !== amount) wrong.push([column, amount, data[column]]);
  });
  expect(wrong).toEqual([]);
});

it('reads decimals of BYTE_ARRAY', async () => {
  const { rows } = await imported(fileOf('byte_array_decimal.parquet'));
  expect(rows.map(({ data }) => data['value'])).toEqual(Array.from({ length: 24 }, (_, i) => i + 1));
});

it('keeps what a value means: days, clocks, 64-bit integers, decimals inside of others, text and bytes', async () => {
  const { rows, result } = await imported(fileOf('edges.parquet'), { time: 'when' });
  expect(rows[0]).toEqual({
    event: 'x',
    timestamp: Date.UTC(2026, 2, 2, 9, 30, 0, 123),
    data: {
      day: '2026-03-02',
      local: '2026-03-02T09:30:00.123',
      time_ms: '09:30:00',
      time_us: '23:59:59.0015',
      time_ns: '00:00:00.000001',
      big: '9007199254740992',
      safe: 9007199254740991,
      unsigned: '18446744073709551615',
      many_digits: 1234567.8900000001,
      huge: '-123456789012345678901234567890123456.78',
      very_small: 1e-30,
      wide: 0.145,
      prices: [0.57, null, 1.15],
      // The struct's other field is NULL.
      order: { total: 0.29 },
      by_name: { a: 8.29 },
      numbers: [1.5, null],
      half: 1.5,
      text: '\ufeffreport',
      unmarked: 'Zürich',
      // ff fe 80 in base64.
      bytes: '//6A',
    },
  });
  // All of it NULL, which is not there.
  expect(rows[1]).toEqual({ event: 'x', data: {} });
  expect(result.largeNumbers).toEqual([
    { column: 'big', values: 1 },
    { column: 'unsigned', values: 1 },
    { column: 'huge', values: 1 },
  ]);
});

it('takes integers as texts where --type says so', async () => {
  const { rows, result } = await imported(fileOf('edges.parquet'), {
    types: { safe: 'text', big: 'text', half: 'text', huge: 'text' },
  });
  expect(rows[0]!.data).toMatchObject({ safe: '9007199254740991', big: '9007199254740992', half: '1.5' });
  expect(rows[0]!.data['huge']).toBe('-123456789012345678901234567890123456.78');
  expect(result.largeNumbers).toEqual([{ column: 'unsigned', values: 1 }]);
});

it('names the columns whose numbers became texts, also those inside of lists and structs', async () => {
  const path = join(folder, 'nested.parquet');
  const list = (name: string, element: SchemaElement): SchemaElement[] => [
    { name, repetition_type: 'OPTIONAL', num_children: 1, converted_type: 'LIST' },
    { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
    { ...element, name: 'element', repetition_type: 'OPTIONAL' },
  ];
  parquetWriteFile({
    filename: path,
    schema: [
      { name: 'root', num_children: 2 },
      ...list('ids', { name: '', type: 'INT64' }),
      { name: 'order', repetition_type: 'OPTIONAL', num_children: 1 },
      { name: 'number', type: 'INT64', repetition_type: 'OPTIONAL' },
    ],
    columnData: [
      { name: 'ids', data: [[2n ** 53n - 1n, 2n ** 53n, -(2n ** 60n)], [1n]] },
      { name: 'order', data: [{ number: 2n ** 62n }, { number: 2n }] },
    ],
  });
  const { rows, result } = await imported(path);
  expect(rows.map(({ data }) => data)).toEqual([
    { ids: [9007199254740991, '9007199254740992', '-1152921504606846976'], order: { number: '4611686018427387904' } },
    { ids: [1], order: { number: 2 } },
  ]);
  expect(notesOf(result)).toEqual([
    '  `ids`: 2 numbers of 2^53 or more were imported as text.',
    '  `order.number`: 1 number of 2^53 or more was imported as text.',
  ]);
});

it('reads DATE and times without a zone in the zone given', async () => {
  // New York is at -05:00 on 2 March.
  const { rows } = await imported(fileOf('parquet-date32.parquet'), {
    eventFrom: 'event',
    time: 'at',
    user: 'who',
    timeZone: 'America/New_York',
  });
  expect(rows).toEqual(
    [0, 1, 2, 3, 4].map((n) => ({ event: 'v', user: `u${n}`, timestamp: Date.UTC(2026, 2, 2, 5), data: {} })),
  );
  const local = await imported(fileOf('edges.parquet'), { time: 'local', timeZone: 'America/New_York' });
  expect(local.rows[0]!['timestamp']).toBe(Date.UTC(2026, 2, 2, 14, 30, 0, 123));
});

it('keeps a leading U+FEFF, never makes U+FFFD of bytes, and leaves NaN out', async () => {
  const mapping = { eventFrom: 'event', time: 'at', user: 'who' };
  const data = async (name: string) => (await imported(fileOf(name), mapping)).rows.map((row) => row.data);
  expect(await data('parquet-bom-text.parquet')).toEqual([{ t: '\ufeffreport' }]);
  expect(await data('parquet-binary.parquet')).toEqual([{ raw: '//6A' }]);
  expect(await data('parquet-nan.parquet')).toEqual([{ ms: 1.5 }, {}, { ms: 2.5 }]);
});

it('rejects a row whose text is not UTF-8, and names the column', async () => {
  const { sink, events } = aSink();
  const refusing = {
    ...sink,
    async importRows(...piece: Parameters<typeof sink.importRows>) {
      await sink.importRows(...piece);
      return { accepted: 1, duplicates: 0, rejected: [{ index: 1, code: 'EVENT_NOT_OBJECT', detail: '' }] };
    },
  };
  const mapping = { eventFrom: 'kind', timeZone: 'UTC' };
  const result = await runImport({ path: fileOf('broken-text.parquet'), app: 'shop', mapping, sink: refusing });
  expect(events()).toEqual([{ event: 'a', data: { note: 'ok' } }, null]);
  expect(result.rejected).toEqual([
    { line: 2, code: 'BODY_NOT_UTF8', detail: 'The column `note` is declared as text but is not UTF-8.' },
  ]);
});

it('reads INTERVAL as ISO 8601 and JSON as what it holds', async () => {
  const { rows } = await imported(fileOf('duckdb.parquet'), { eventFrom: 'kind' });
  expect(rows[0]).toEqual({ event: 'a', data: { span: 'P1Y2M3DT4H5M6.007S', doc: { a: [1, 0.1] } } });
  // A key that is repeated is for the server to refuse.
  expect(rows[1]).toBeNull();
});

it('reads the rows of files that other readers stumble over', async () => {
  const { rows } = await imported(fileOf('nation.dict-malformed.parquet'));
  expect(rows).toHaveLength(25);
  // The last row as pyarrow 26 reads it.
  expect(rows[24]!.data).toMatchObject({ nation_key: 24, name: 'UNITED STATES', region_key: 1 });
  expect((await imported(fileOf('datapage_v2_empty_datapage.snappy.parquet'))).rows).toEqual([
    { event: 'x', data: {} },
  ]);
  const nulls = await imported(fileOf('null-pages.parquet'), { eventFrom: 'kind' });
  expect(nulls.rows.map(({ data }) => data['n'])).toEqual([undefined, undefined, undefined, 1.5, 2.5, undefined]);
});

it('goes by the row groups where the footer says that there are no rows', async () => {
  const { rows } = await imported(fileOf('repeated_no_annotation.parquet'));
  expect(rows.map(({ data }) => data['id'])).toEqual([1, 2, 3, 4, 5, 6]);
});

it('names the file when it is damaged, whatever the damage', async () => {
  const whole = readFileSync(fileOf('edges.parquet'));
  const footerBytes = whole.readUInt32LE(whole.length - 8);
  const damages: Record<string, Buffer> = {
    'cut.parquet': whole.subarray(0, -20),
    'no-footer.parquet': Buffer.concat([whole.subarray(0, 4), whole.subarray(-8)]),
    'garbled-footer.parquet': Buffer.concat([
      whole.subarray(0, -footerBytes - 8),
      Buffer.alloc(footerBytes, 0xff),
      whole.subarray(-8),
    ]),
    // The header of each page and the values.
    'garbled-pages.parquet': Buffer.concat([
      whole.subarray(0, 4),
      Buffer.alloc(whole.length - footerBytes - 12, 0x55),
      whole.subarray(-footerBytes - 8),
    ]),
  };
  for (const [name, bytes] of Object.entries(damages)) {
    const path = join(folder, name);
    writeFileSync(path, bytes);
    const error = await imported(path).catch((reason: unknown) => reason);
    const { text } = describeFailure(error);
    expect(text, name).toContain(`${path} can't be read as Parquet: `);
    expect(text).not.toContain('bug');
  }
});

it('does not take missing pages for NULLs', async () => {
  const path = join(folder, 'short.parquet');
  copyFileSync(fileOf('parquet-nan.parquet'), path);
  const bytes = readFileSync(path);
  // The row group says 4 rows where its columns hold 3: num_rows follows total_byte_size in the footer, zigzag 3 is 6.
  const { parquetMetadataAsync, asyncBufferFromFile } = await import('hyparquet');
  const before = await parquetMetadataAsync(await asyncBufferFromFile(path));
  expect(before.row_groups[0]!.num_rows).toBe(3n);
  const start = bytes.length - before.metadata_length - 8;
  for (let at = start; at < bytes.length - 8; at++) {
    if (bytes[at] !== 6) continue;
    const changed = Buffer.from(bytes);
    changed[at] = 8;
    writeFileSync(path, changed);
    const after = await parquetMetadataAsync(await asyncBufferFromFile(path)).catch(() => undefined);
    if (after?.row_groups[0]?.num_rows === 4n) break;
  }
  await expect(imported(path)).rejects.toThrow(`${path} can't be read as Parquet: rows 1 to 4`);
});
