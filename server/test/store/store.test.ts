import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { countsOf } from '../../src/reports/counts.ts';
import { writeUuid } from '../../src/row/row.ts';
import { createClickHouseStore } from '../../src/store/clickhouse/clickhouse-store.ts';
import { openConnection } from '../../src/store/clickhouse/connection.ts';
import { startEmbeddedEngine } from '../../src/store/clickhouse/embedded/supervisor.ts';

const JOURNAL = '11111111-2222-4333-8444-555555555555';
const control = { maxSeconds: 30, maxBytes: 1e9, maxRows: 1e6 };
const T0 = Date.UTC(2026, 0, 1);
const range = { from: T0, to: T0 + 86_400_000 };
const text = (value: string) => Buffer.concat([Buffer.from([Buffer.byteLength(value)]), Buffer.from(value)]);

function row(seq: number, user: string, texts: Record<string, string>, numbers: Record<string, number>): Buffer {
  const head = Buffer.alloc(70);
  head.writeBigUInt64LE(BigInt(seq), 0);
  writeUuid(JOURNAL, head, 8);
  head.writeBigInt64LE(BigInt(T0 + seq * 3_600_000), 24);
  head.writeBigInt64LE(BigInt(T0), 32);
  head.writeBigInt64LE(-1n, 40);
  head.writeUInt16LE(T0 / 86_400_000, 48);
  writeUuid(`00000000-0000-4000-8000-00000000000${seq}`, head, 54);
  const float = (n: number) => {
    const b = Buffer.alloc(8);
    b.writeDoubleLE(n);
    return b;
  };
  return Buffer.concat([
    head,
    ...['web', 'a', 'A', user, '', '', '', '{}'].map(text),
    Buffer.from([Object.keys(texts).length]),
    ...Object.entries(texts).flatMap(([k, v]) => [text(k), text(v)]),
    Buffer.from([Object.keys(numbers).length]),
    ...Object.entries(numbers).flatMap(([k, v]) => [text(k), float(v)]),
    Buffer.from([0]),
  ]);
}

test('what is inserted is counted, grouped, paged and erased', { timeout: 30_000 }, async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'seismo-store-'));
  const logger = { info() {}, warn() {}, error() {} };
  const engine = await startEmbeddedEngine({ dataDir, memoryBytes: 1_200_000_000, logger });
  const store = createClickHouseStore({
    connection: openConnection({ socketPath: engine.socketPath }, { logger }),
    zoneOf: () => 'UTC',
  });
  try {
    await store.open();
    const payload = [row(1, 'u', { p: "it's" }, {}), row(2, 'u', {}, { p: 1 }), row(3, 'v', { 'a\\.b': 'x' }, {})];
    await store.insert({ journal: JOURNAL, firstSeq: 1, endSeq: 4, rows: 3, token: 't1', rowVersion: 2, payload });
    expect(await store.storedRanges(JOURNAL, 0, 9)).toEqual([{ from: 1, to: 4 }]);
    const q = { app: 'web', range, filters: [], exact: false };
    expect(await countsOf(store.analysis, { ...q, timeZone: 'UTC', buckets: [T0, T0 + 7_200_000] }, control)).toEqual({
      total: 3,
      users: 2,
      usersExact: true,
      series: [
        { from: T0, total: 1, users: 1 },
        { from: T0 + 7_200_000, total: 2, users: 2 },
      ],
    });
    const attribute = { kind: 'property', path: ['p'], literal: false } as const;
    const groups = await store.groups({ ...q, attribute, limit: 1 }, control);
    expect([groups.groups.length, groups.other, groups.missing]).toEqual([
      1,
      { total: 1, users: 1 },
      { total: 1, users: 1 },
    ]);
    const page = await store.events({ app: 'web', range, filters: [], order: 'desc', limit: 2 }, control);
    expect(page.map((e) => e.seq.split('-')[0])).toEqual(['3', '2']);
    expect((await store.properties('web', undefined, control)).map((p) => p.name).sort()).toEqual(['["a.b"]', 'p']);
    const dotted = {
      field: { kind: 'property', path: ['a', 'b'], literal: false },
      operator: 'is',
      matches: [{ text: 'x' }],
    } as const;
    expect(await store.erase('web', range, [dotted])).toBe(1);
    expect((await countsOf(store.analysis, { ...q, timeZone: 'UTC' }, control)).total).toBe(2);
  } finally {
    await store.close();
    await (engine as unknown as { close(): Promise<void> }).close();
    await rm(dataDir, { recursive: true, force: true });
  }
});
