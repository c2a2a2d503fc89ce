import { expect, it } from 'vitest';
import { EventIds } from '../../src/live/event-ids.ts';
import { RejectionLog } from '../../src/live/rejection-log.ts';
import type { RejectedEvent } from '../../src/row/committed-rows.ts';

const aRefusal = (value: unknown = { event: '' }): RejectedEvent => ({
  code: 'EVENT_NAME_MISSING',
  detail: '`event` is missing.',
  field: 'event',
  index: undefined,
  value,
});

it('keeps the last 1,000 of an app', () => {
  const log = new RejectionLog();
  for (let i = 0; i < 30; i++)
    log.add(
      'shop',
      i,
      Array.from({ length: 50 }, () => aRefusal()),
    );
  const kept = log.after('shop', 0);
  expect([kept.length, kept[0]!.number, kept.at(-1)!.number]).toEqual([1_000, 501, 1_500]);
  expect(log.after('shop', 1_499).map(({ number }) => number)).toEqual([1_500]);
  expect(log.after('shop', 1_500)).toEqual([]);
});

it('keeps 2 kB of each, whatever was sent', () => {
  const log = new RejectionLog();
  const sent = [
    '\u0000'.repeat(5_000),
    '😀'.repeat(5_000),
    Buffer.alloc(9_000, 0xff),
    { a: '"'.repeat(3_000) },
    undefined,
  ];
  log.add('shop', 0, sent.map(aRefusal));
  for (const { json } of log.after('shop', 0)) {
    expect(Buffer.byteLength(json)).toBeLessThanOrEqual(2_048);
    expect(JSON.parse(json)).toMatchObject({ code: 'EVENT_NAME_MISSING', app: 'shop' });
  }
  expect(log.after('shop', 0)).toHaveLength(5);
});

it('is bounded in all; a flood of one app does not wash away the others', () => {
  const log = new RejectionLog(100_000);
  log.add('quiet', 0, [aRefusal(), aRefusal()]);
  for (let i = 0; i < 1_000; i++) log.add(`loud${i % 3}`, 0, [aRefusal({ filler: 'x'.repeat(600) })]);
  expect(log.bytes).toBeLessThanOrEqual(100_000);
  expect(log.after('quiet', 0)).toHaveLength(2);
  for (const app of ['loud0', 'loud1', 'loud2']) expect(log.after(app, 0).length).toBeGreaterThan(5);
  // The newest stay.
  expect(log.after('loud0', 0).at(-1)!.number).toBe(1_002);
});

it('forgets what came before a time, or all', () => {
  const log = new RejectionLog();
  for (const at of [1, 2, 3]) log.add('shop', at, [aRefusal()]);
  log.forget('shop', 3);
  expect(log.after('shop', 0).map(({ at }) => at)).toEqual([3]);
  log.forget('shop');
  log.forget('nobody');
  expect([log.after('shop', 0), log.bytes]).toEqual([[], 0]);
});

it('tells places of this and earlier runs from those it does not know', () => {
  const runs = ['1', '2', '3'].map((digit, i) => ({
    journal: `00000000-0000-4000-8000-00000000000${digit}`,
    firstSeq: [1, 10, 10][i]!,
  }));
  const places = new EventIds(runs);
  const hex = (run: number): string => runs[run]!.journal.replaceAll('-', '');
  expect(places.idOf(12)).toBe(`12-${hex(2)}`);
  expect(places.seqOf(`5-${hex(0)}`)).toBe(5);
  expect(places.seqOf('5-00000000000040008000000000000009')).toBeUndefined();
  expect(places.seqOf('5')).toBeUndefined();
  // The second run gave no place.
  expect(places.runsOf(5, 12)).toEqual([runs[0]!.journal, runs[2]!.journal]);
  expect(places.runsOf(10, 12)).toEqual([runs[2]!.journal]);
});
