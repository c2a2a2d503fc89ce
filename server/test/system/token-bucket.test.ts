import { expect, it } from 'vitest';
import { TokenBucket } from '../../src/system/token-bucket.ts';

it('starts full, refills at its rate and never holds more than its capacity', () => {
  let nowMs = 5_000;
  const bucket = new TokenBucket({ capacity: 10, refill: { amount: 4, everyMs: 1_000 }, nowMs: () => nowMs });
  expect(bucket.left()).toBe(10);
  bucket.take(7);
  expect(bucket.left()).toBe(3);
  // 4 tokens a second: 500 ms give 2.
  nowMs += 500;
  expect(bucket.left()).toBe(5);
  nowMs += 60_000;
  expect(bucket.left()).toBe(10);
});

it('goes into debt as far as it may', () => {
  let nowMs = 0;
  const refill = { amount: 1, everyMs: 1_000 };
  const limited = new TokenBucket({ capacity: 2, refill, debtMax: 3, nowMs: () => nowMs });
  const unlimited = new TokenBucket({ capacity: 2, refill, nowMs: () => nowMs });
  limited.take(100);
  unlimited.take(100);
  expect([limited.left(), unlimited.left()]).toEqual([-3, -98]);
  nowMs = 4_000;
  expect([limited.left(), unlimited.left()]).toEqual([1, -94]);
});

it('gains nothing from a clock that is set back', () => {
  let nowMs = 10_000;
  const bucket = new TokenBucket({ capacity: 5, refill: { amount: 1, everyMs: 1_000 }, nowMs: () => nowMs });
  bucket.take(5);
  nowMs = 4_000;
  expect(bucket.left()).toBe(0);
  // Counted from the new time, not from 10 s.
  nowMs = 6_000;
  expect(bucket.left()).toBe(2);
});
