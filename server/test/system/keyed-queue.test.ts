import { expect, it } from 'vitest';
import { KeyedQueue } from '../../src/system/keyed-queue.ts';

/** Work that ends when it is told to. */
function held(log: string[], name: string) {
  let end: () => void = () => {};
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  const work = async (): Promise<string> => {
    log.push(`${name} starts`);
    await ended;
    log.push(`${name} ends`);
    return name;
  };
  return { work, end };
}

it('runs the work of one key one after another, and that of another key meanwhile', async () => {
  const queue = new KeyedQueue();
  const log: string[] = [];
  const [first, second, other] = [held(log, 'a1'), held(log, 'a2'), held(log, 'b1')];
  const done = [queue.run('a', first.work), queue.run('a', second.work), queue.run('b', other.work)];
  other.end();
  await done[2];
  expect(log).toEqual(['a1 starts', 'b1 starts', 'b1 ends']);
  second.end();
  first.end();
  expect(await Promise.all(done)).toEqual(['a1', 'a2', 'b1']);
  expect(log.slice(3)).toEqual(['a1 ends', 'a2 starts', 'a2 ends']);
});

it('gives a failure to its caller alone', async () => {
  const queue = new KeyedQueue();
  const failed = queue.run('a', () => Promise.reject(new Error('broken')));
  const next = queue.run('a', async () => 'runs');
  await expect(failed).rejects.toThrow('broken');
  expect(await next).toBe('runs');
});

it('has settled when everything queued has ended, also what failed', async () => {
  const queue = new KeyedQueue();
  const log: string[] = [];
  const work = held(log, 'a1');
  const failed = queue.run('b', () => Promise.reject(new Error('broken')));
  const done = queue.run('a', work.work);
  const settled = queue.settled().then(() => log.push('settled'));
  await expect(failed).rejects.toThrow('broken');
  work.end();
  await done;
  await settled;
  expect(log).toEqual(['a1 starts', 'a1 ends', 'settled']);
});
