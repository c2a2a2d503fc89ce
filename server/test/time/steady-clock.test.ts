import { expect, it } from 'vitest';
import { steadyClock } from '../../src/time/steady-clock.ts';

it('begins at the later of its start and the machine\u2019s time, and then counts what passes', () => {
  let now = 1_000;
  let passed = 50;
  const clocks = [0, 5_000].map((start) =>
    steadyClock(
      start,
      () => now,
      () => passed,
    ),
  );
  now = 9_999_999;
  passed = 57;
  expect(clocks.map((clock) => clock())).toEqual([1_007, 5_007]);
  now = 0;
  passed = 60;
  expect(clocks.map((clock) => clock())).toEqual([1_010, 5_010]);
});
