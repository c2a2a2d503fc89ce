import { pino } from 'pino';
import { expect, it } from 'vitest';
import { eraseOld, retainOnce } from '../../src/app/enforce-retention.ts';
import { SeismoError } from '../../src/model/errors.ts';

const NOW = Date.UTC(2026, 2, 20);
const daysAgo = (days: number): number => NOW - days * 86_400_000;

it('erases what is older than its app keeps, also when only set-aside events are, and goes on past an app that fails', async () => {
  const erased: unknown[] = [];
  const app = (name: string, days: number) => ({ app: name, total: 1, firstSeen: daysAgo(days), lastSeen: NOW });
  const aside = (name: string, days: number) => [name, daysAgo(days)] as const;
  const logged: string[] = [];
  await retainOnce({
    store: { apps: async () => [app('away', 50), app('old', 31), app('young', 30), app('free', 900)] },
    oldestRejectedRows: () => new Map([aside('young', 40), aside('gone', 40), aside('old', 1)]),
    async erase(...what) {
      if (what[0] === 'away') throw new Error('The engine is away.');
      erased.push(what);
      return 1;
    },
    retentionDaysOf: (name) => (name === 'free' ? undefined : 30),
    now: () => NOW,
    logger: pino({ level: 'warn' }, { write: (line: string) => void logged.push(line) }),
  });
  const range = { from: 0, to: daysAgo(30) };
  expect(erased).toEqual([
    ['old', range],
    ['young', range],
    ['gone', range],
  ]);
  expect(logged.map((line) => JSON.parse(line).app)).toEqual(['away']);
});

it('says once, and not as a failure, that it waits until the engine is filled from MongoDB', async () => {
  const logged: string[] = [];
  const app = (name: string) => ({ app: name, total: 1, firstSeen: daysAgo(50), lastSeen: NOW });
  await retainOnce({
    store: { apps: async () => [app('a'), app('b')] },
    oldestRejectedRows: () => new Map(),
    erase: () => Promise.reject(new SeismoError('STORE_FILLING', 'The engine is being filled from MongoDB.')),
    retentionDaysOf: () => 30,
    now: () => NOW,
    logger: pino({ base: null }, { write: (line: string) => void logged.push(line) }),
  });
  expect(logged.map((line) => JSON.parse(line))).toMatchObject([
    { level: 30, msg: 'old events are deleted after the engine is filled from MongoDB; tried again in six hours' },
  ]);
});

it('stops in the store what takes too long, so that erasures of the app can run', async () => {
  const stopped: string[] = [];
  const erasing = new Set<string>();
  const old = eraseOld({
    erase: ({ id, signal }) =>
      new Promise((_, fail) => {
        erasing.add(id);
        signal.addEventListener('abort', () => fail(signal.reason));
      }),
    stop: async ({ id, signal }) => {
      expect(signal.aborted).toBe(false);
      stopped.push(id);
    },
    signal: new AbortController().signal,
    maxMs: 1,
  });
  await expect(old).rejects.toThrow('timeout');
  expect(stopped).toEqual([...erasing]);
  expect(stopped).toHaveLength(1);
});

it('leaves it to the engine when the server stops', async () => {
  const server = new AbortController();
  const old = eraseOld({
    erase: ({ signal }) =>
      new Promise((_, fail) => {
        signal.addEventListener('abort', () => fail(signal.reason));
        server.abort(new Error('stopping'));
      }),
    stop: async () => expect.fail('stopped'),
    signal: server.signal,
  });
  await expect(old).rejects.toThrow('stopping');
});
