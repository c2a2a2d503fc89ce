import { expect, it } from 'vitest';
import { Turns } from '../../src/ingest/post/turns.ts';

const KIB = 1024;
const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

it('lets 256 KiB of bodies through in one turn of the event loop, and the others in the next ones, in order', async () => {
  const turns = new Turns();
  const done: number[] = [];
  // Each of 100 KiB: the third begins before 256 KiB are used up, the fourth after.
  const waits = [0, 1, 2, 3, 4, 5, 6].map((each) => {
    const wait = turns.take(100 * KIB);
    if (wait === undefined) done.push(each);
    return wait?.then(() => done.push(each));
  });
  expect(done).toEqual([0, 1, 2]);
  expect(turns.waiting).toBe(4);
  await waits[3];
  expect(done).toEqual([0, 1, 2, 3, 4, 5]);
  await Promise.all(waits);
  expect(done).toEqual([0, 1, 2, 3, 4, 5, 6]);
});

it('lets no body overtake one that waits, except those of 16 KiB and less', async () => {
  const turns = new Turns();
  expect(turns.take(300 * KIB)).toBeUndefined();
  const order: string[] = [];
  const first = turns.take(20 * KIB)?.then(() => order.push('first'));
  await nextTurn();
  const second = turns.take(20 * KIB)?.then(() => order.push('second'));
  expect(turns.take(16 * KIB)).toBeUndefined();
  await Promise.all([first, second]);
  expect(order).toEqual(['first', ...(second ? ['second'] : [])]);
});

it('serves who comes after everybody is done at once', async () => {
  const turns = new Turns();
  expect(turns.take(300 * KIB)).toBeUndefined();
  await nextTurn();
  await nextTurn();
  expect(turns.take(300 * KIB)).toBeUndefined();
});
