import { beforeEach, expect, it } from 'vitest';
import { KeyRate } from '../../src/auth/key-rate.ts';
import { SeismoError } from '../../src/model/errors.ts';

let now = 0;
let rate: KeyRate;

beforeEach(() => {
  now = 1_000_000;
  rate = new KeyRate({ eventsPerSecond: 10, bytesPerSecond: 1_000 }, () => now);
});

/** The code of what was thrown, with the seconds to wait. */
function answerOf(work: () => void): string {
  try {
    work();
  } catch (error) {
    if (!(error instanceof SeismoError)) throw error;
    return `${error.code} ${error.retryAfterSeconds ?? ''}`.trim();
  }
  return 'taken';
}
const events = (count: number) => answerOf(() => rate.takeEvents(count));
const bytes = (count: number) => answerOf(() => rate.takeBytes(count));
const open = () => answerOf(() => rate.checkOpen());

it('takes a second of events at once and two in debt, and is paid back at the rate', () => {
  expect([events(30), open()]).toEqual(['taken', 'RATE_LIMITED 3']);
  now += 2_000;
  expect(open()).toBe('RATE_LIMITED 1');
  now += 1;
  expect([open(), events(1)]).toEqual(['taken', 'taken']);
});

it('refuses for ever what is more than it takes at once, and for a while what does not fit now', () => {
  expect(events(31)).toBe('RATE_BATCH_TOO_LARGE');
  expect([events(5), events(30)]).toEqual(['taken', 'RATE_LIMITED 1']);
  // The refused batch was not charged: 5 are left, and 25 fit.
  expect(events(25)).toBe('taken');
});

it('charges what is taken while it is in debt', () => {
  expect([rate.streamEvents(25), rate.streamEvents(3), rate.streamEvents(9)]).toEqual([25, 3, 2]);
  expect(answerOf(() => rate.takeEvents(1))).toBe('RATE_LIMITED 3');
});

it.each([
  ['one batch', () => void rate.streamEvents(3_000_000)],
  ['parallel batches', () => Array.from({ length: 20 }, () => events(20))],
  ['batches that are refused', () => Array.from({ length: 1_000 }, () => events(1_000_000))],
  ['bodies that are refused', () => Array.from({ length: 1_000 }, () => bytes(10_000_000))],
  ['a stream of bytes', () => Array.from({ length: 1_000 }, () => rate.streamBytes(65_536))],
])('accepts the next visitor three seconds after a flood of %s', (_, flood) => {
  flood();
  now += 3_000;
  expect([open(), bytes(400), events(1)]).toEqual(['taken', 'taken', 'taken']);
});

it('never takes more than its rate over a minute, whatever is asked', () => {
  let taken = 0;
  let seed = 7;
  for (let ms = 0; ms < 60_000; ms += 10) {
    now += 10;
    // The minimal standard generator (Park and Miller): the same numbers in each run.
    seed = (seed * 48_271) % 2_147_483_647;
    const count = seed % 40;
    if (seed % 3 === 0) taken += rate.streamEvents(count);
    else if (open() === 'taken' && events(count) === 'taken') taken += count;
  }
  // 10 a second, and the two seconds that it may owe and the one it began with.
  expect(taken).toBeGreaterThan(550);
  expect(taken).toBeLessThanOrEqual(630);
});

it('charges bytes also when it refuses them', () => {
  expect([bytes(900), bytes(2_100)]).toEqual(['taken', 'taken']);
  expect([bytes(1), open()]).toEqual(['RATE_LIMITED 3', 'RATE_LIMITED 3']);
  now += 2_500;
  // 500 left; 3,001 are never taken, and cost what they were to read.
  expect(bytes(3_001)).toBe('RATE_BATCH_TOO_LARGE');
  expect(open()).toBe('RATE_LIMITED 3');
});

it('lets a stream go on until the debt is as large as it may be', () => {
  expect([rate.streamBytes(2_900), rate.streamBytes(100), rate.streamBytes(1)]).toEqual([true, true, false]);
  expect(
    answerOf(() => {
      throw rate.limited();
    }),
  ).toBe('RATE_LIMITED 3');
});

it('gives nothing for a clock that is set back', () => {
  events(30);
  now -= 60_000;
  expect(open()).toBe('RATE_LIMITED 3');
  now += 2_001;
  expect(open()).toBe('taken');
});
