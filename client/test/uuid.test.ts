import { webcrypto } from 'node:crypto';
import { expect, it } from 'vitest';
import { uuidV7 } from '../src/uuid.ts';

const random = (array: Uint16Array<ArrayBuffer>) => webcrypto.getRandomValues(array);

it('is a UUIDv7 of its time, in the order of making, also within a millisecond and when the clock goes back', () => {
  const now = Date.now() + 1_000_000;
  const ids = [...Array(10_000)].map((_, i) => uuidV7(now + (i > 9_000 ? -50_000 : 0), random));
  expect(ids.every((id) => /^[\da-f]{8}-[\da-f]{4}-7[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/.test(id))).toBe(true);
  expect(ids.toSorted()).toEqual(ids);
  expect(new Set(ids).size).toBe(10_000);
  // RFC 9562: the first 48 bits are the milliseconds. 10,000 of them need three counters of 4,096.
  const times = ids.map((id) => Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16));
  expect([times[0], times.at(-1)]).toEqual([now, now + 2]);
});

it('takes its chance from what it is given', () => {
  const fixed = uuidV7(Date.now() + 2_000_000, (array) => array.fill(0xffff));
  expect(fixed.slice(18)).toBe('-bfff-ffffffffffff');
});
