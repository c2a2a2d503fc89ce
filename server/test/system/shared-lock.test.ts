import { expect, it } from 'vitest';
import { SharedLock } from '../../src/system/shared-lock.ts';

const NEVER = new AbortController().signal;

function held(log: string[], name: string) {
  let end = (): void => {};
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  return {
    end: () => end(),
    work: async () => {
      log.push(`${name} starts`);
      await ended;
      log.push(`${name} ends`);
    },
  };
}
const turn = () => new Promise((resolve) => setImmediate(resolve));

it('is held once all work has ended, and work that comes meanwhile waits until it is released', async () => {
  const lock = new SharedLock();
  const log: string[] = [];
  const [a, b, c] = [held(log, 'a'), held(log, 'b'), held(log, 'c')];
  const first = [lock.shared(a.work), lock.shared(b.work)];
  const holding = lock.hold(NEVER).then((release) => {
    log.push('held');
    return release;
  });
  const later = lock.shared(c.work);
  a.end();
  await first[0];
  await turn();
  expect(log).toEqual(['a starts', 'b starts', 'a ends']);
  b.end();
  const release = await holding;
  await turn();
  expect(log.slice(3)).toEqual(['b ends', 'held']);
  release();
  c.end();
  await later;
  expect(log.slice(5)).toEqual(['c starts', 'c ends']);
});

it('lets work go on if whoever wants to hold it gives up', async () => {
  const lock = new SharedLock();
  const log: string[] = [];
  const [a, b] = [held(log, 'a'), held(log, 'b')];
  const first = lock.shared(a.work);
  const giveUp = new AbortController();
  const holding = lock.hold(giveUp.signal);
  const second = lock.shared(b.work);
  giveUp.abort(new Error('too long'));
  await expect(holding).rejects.toThrow('too long');
  b.end();
  await second;
  expect(log).toEqual(['a starts', 'b starts', 'b ends']);
  a.end();
  await first;
});

it('counts work that fails as ended', async () => {
  const lock = new SharedLock();
  await expect(lock.shared(async () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  (await lock.hold(NEVER))();
});
