import { afterAll, beforeAll, expect, it } from 'vitest';
import { createAnalysis } from '../../src/analysis/create-analysis.ts';
import { bitsOf, eventSequences } from '../../src/store/clickhouse/analysis/sql/event-sequence-sql.ts';
import { createClickHouseStore } from '../../src/store/clickhouse/clickhouse-store.ts';
import { aWorld, ON_SERVER, SEEDS, someEvents, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await aWorld();
});
afterAll(() => world.close());

const control = { maxSeconds: 60, maxBytes: 1_000_000_000, maxRows: 1_000_000 };
const FROM = Date.UTC(1970, 0, 1);
const range = { from: '1970-01-01', to: '1970-01-26' };
const STEPS = [{ event: 'A' }, { event: 'B' }, { event: 'C' }];
const QUESTIONS = [
  { kind: 'funnel', ...range, steps: STEPS },
  { kind: 'funnel', ...range, steps: STEPS, list: { step: 2 } },
  { kind: 'funnel', ...range, steps: STEPS, order: 'strict', by: 'session' },
  { kind: 'funnel', ...range, steps: STEPS, order: 'any', breakdown: 'data.country' },
  {
    kind: 'funnel',
    ...range,
    steps: STEPS,
    exclude: [{ event: 'D' }, { event: 'A', after: 2 }],
    breakdown: 'data.plan',
  },
  { kind: 'paths', ...range, start: { event: 'A' } },
  { kind: 'paths', ...range, end: { event: 'B' }, node: 'data.country' },
  { kind: 'paths', ...range, steps: 6, collapse: false },
  { kind: 'sessions', ...range, interval: 'day', list: 20 },
];

it.each(SEEDS)(
  'are the same in 64 bits and in 128, with ties and in the first milliseconds (seed %i)',
  async (seed) => {
    const app = `sequences-${seed}`;
    await world.post(app, someEvents({ seed, count: 1_500, from: FROM, days: 26, stepMs: 3_600_000 }));
    const zoneOf = () => 'UTC';
    // Where others write too, the highest place is not known.
    const wide = createClickHouseStore({ connection: world.connection, zoneOf });
    await wide.open();
    const asked = createAnalysis(wide.analysis, {
      now: () => Date.UTC(2026, 5, 1),
      calendarOf: () => ({ timeZone: 'UTC', weekStart: 'monday' }),
      catchUp: async () => {},
      asOf: () => 0,
      isNotIndexed: () => false,
      segmentOf: () => undefined,
    });
    for (const question of QUESTIONS) {
      const before = world.sent.length;
      const { result } = await world.ask(app, question);
      // Which user a device was in the hands of is looked up by 128 bits in both.
      const sequences = world.sent
        .slice(before)
        .join()
        .replaceAll(/ASOF LEFT JOIN .* >= i\.since/gs, '');
      // A server that others write to as well does not know its highest place either.
      if (!ON_SERVER) expect(sequences).not.toContain('toUInt128');
      const middle = world.sent.length;
      const { answer } = await asked.ask(app, question, { isFresh: true, control });
      expect(world.sent.slice(middle).join()).toContain('toUInt128');
      expect(answer.result).toEqual(result);
      expect(JSON.stringify(result).length).toBeGreaterThan(100);
    }
  },
);

it('take 64 bits as long as all fits', () => {
  // By hand: 2^31 ms and less take 31 bits and a place below 2^25 takes 25; with 8 marks that is 64.
  const month = { from: 1_000, to: 1_000 + 2 ** 31 - 1 };
  expect([bitsOf(0), bitsOf(1), bitsOf(2), bitsOf(255), bitsOf(256), bitsOf(2 ** 31 - 1), bitsOf(2 ** 31)]).toEqual([
    0, 1, 2, 8, 9, 31, 32,
  ]);
  expect(eventSequences(month, 8, 2 ** 25 - 1).packed('0')).toContain('toUInt64(seq)');
  expect(eventSequences(month, 9, 2 ** 25 - 1).packed('0')).toContain('toUInt128(seq)');
  expect(eventSequences(month, 8, 2 ** 25).packed('0')).toContain('toUInt128(seq)');
  expect(eventSequences({ from: 1_000, to: 1_000 + 2 ** 31 }, 8, 2 ** 25 - 1).packed('0')).toContain('toUInt128(seq)');
  expect(eventSequences(month, 0, undefined).packed('0')).toContain('toUInt128(seq)');
});
