import { parquetMetadata, parquetReadObjects } from 'hyparquet';
import { expect, it } from 'vitest';
import { parquetOf } from '../../src/http/parquet.ts';
import type { EventRow } from '../../src/model/event.ts';
import { anEventRow, NOW } from './doubles.ts';

async function fileOf(pages: readonly (readonly EventRow[])[]): Promise<{ file: ArrayBuffer; pieces: number }> {
  const pieces: Buffer[] = [];
  const source = async function* () {
    yield* pages;
  };
  for await (const piece of parquetOf(source())) pieces.push(piece);
  const whole = Buffer.concat(pieces);
  return {
    file: whole.buffer.slice(whole.byteOffset, whole.byteOffset + whole.length) as ArrayBuffer,
    pieces: pieces.length,
  };
}

it('holds every field of every event, and nothing where there is none', async () => {
  const full = anEventRow({
    event: 'Zoë "paid" 🦊',
    timestamp: 0,
    receivedAt: NOW,
    clientTimestamp: NOW - 1,
    user: '',
    device: 'd\n1',
    session: 's',
    dataText: '{"a":1.50,"big":"9007199254740993","nested":{"x":[null,"\\u0000"]}}',
  });
  const { file } = await fileOf([[full, anEventRow({ timestamp: 4_102_444_800_000 })], [], [anEventRow()]]);
  const rows = await parquetReadObjects({ file });
  expect(rows).toHaveLength(3);
  const { seq: _, dataText, ...fields } = full;
  expect(rows[0]).toEqual({
    ...fields,
    timestamp: new Date(0),
    receivedAt: new Date(NOW),
    clientTimestamp: new Date(NOW - 1),
    data: dataText,
  });
  expect(Object.keys(rows[0]!)).toEqual(
    'uuid,app,id,event,timestamp,receivedAt,clientTimestamp,user,device,session,data'.split(','),
  );
  const empty = { user: undefined, device: undefined, session: undefined, clientTimestamp: undefined, data: undefined };
  expect({ ...empty, ...rows[1] }).toMatchObject({ timestamp: new Date(4_102_444_800_000), event: 'paid' });
  for (const name of Object.keys(empty)) expect(rows[2]![name] ?? undefined).toBeUndefined();
});

it('is a file also without events', async () => {
  const { file } = await fileOf([]);
  expect(parquetMetadata(file).num_rows).toBe(0n);
  expect(await parquetReadObjects({ file })).toEqual([]);
});

it('is written in groups of rows, so that little of it is held', async () => {
  const small = Array.from({ length: 12_000 }, (_, n) => anEventRow({ user: `u${n}` }));
  const pages = [small.slice(0, 7_000), small.slice(7_000)];
  const first = await fileOf(pages);
  expect(parquetMetadata(first.file).row_groups.map((group) => Number(group.num_rows))).toEqual([5_000, 5_000, 2_000]);
  expect(first.pieces).toBe(3);
  const read = await parquetReadObjects({ file: first.file, columns: ['user'] });
  expect(read.map(({ user }) => user)).toEqual(small.map(({ user }) => user));
  // Events of a megabyte each: four or so fill a group.
  const large = Array.from({ length: 10 }, () =>
    anEventRow({ dataText: JSON.stringify({ a: 'x'.repeat(1_000_000) }) }),
  );
  const second = await fileOf([large]);
  expect(parquetMetadata(second.file).row_groups.map((group) => Number(group.num_rows))).toEqual([5, 5]);
});
