import { pino } from 'pino';
import { expect, it } from 'vitest';
import { retainOnce } from '../../src/app/enforce-retention.ts';

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
