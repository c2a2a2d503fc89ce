import { describe, expect, it } from 'vitest';
import type { Connection } from '../../src/live/connection.ts';
import { LiveMatchBudget } from '../../src/live/match-budget.ts';
import { LiveMessage, Subscription, type SubscriptionSource } from '../../src/live/subscription.ts';
import { MatchTooCostly } from '../../src/model/filter-match.ts';
import { filtersOf } from '../../src/questions/filters.ts';

describe('the budget of live readers’ regular expressions', () => {
  it('tests nothing that would take more than 200,000 steps', () => {
    const budget = new LiveMatchBudget(() => 0);
    expect(budget.spend(200_000, () => true)).toBe(true);
    expect(() => budget.spend(200_001, () => true)).toThrow(MatchTooCostly);
  });

  it('is a twentieth of the time: 100 ms at once, and 50 ms a second after that', () => {
    let nowMs = 0;
    const budget = new LiveMatchBudget(() => nowMs);
    const take = (ms: number): boolean =>
      budget.spend(1, () => {
        nowMs += ms;
        return true;
      });
    expect(take(100)).toBe(true);
    // 100 ms have passed, which give 5.
    expect(take(5)).toBe(true);
    nowMs -= 5;
    expect(() => take(1)).toThrow(MatchTooCostly);
    nowMs += 1_000;
    expect(take(49)).toBe(true);
  });

  it('counts once what is spent within a test', () => {
    let nowMs = 0;
    const budget = new LiveMatchBudget(() => nowMs);
    const take = (ms: number) => (): boolean => {
      nowMs += ms;
      return true;
    };
    budget.spend(0, () => budget.spend(1, take(30)) && budget.spend(1, take(30)));
    // 60 of 100 ms are spent. Were they counted twice, nothing would be left.
    expect(budget.spend(1, take(1))).toBe(true);
    expect(() => budget.spend(0, take(60)) && budget.spend(0, take(1))).toThrow(MatchTooCostly);
  });
});

describe('what is counted', () => {
  const spent: number[] = [];
  const budget = {
    spend(steps: number, test: () => boolean): boolean {
      spent.push(steps);
      return test();
    },
  };
  const offered = (filters: Parameters<typeof filtersOf>[0], text: string): number[] => {
    spent.length = 0;
    const source = { ...{ endSeq: 0, budget, idOf: String } } as unknown as SubscriptionSource;
    const reader = { app: 'shop', isFull: false, write: () => {} } as unknown as Connection;
    new Subscription(reader, filtersOf(filters, 'filters'), source, undefined).offer(
      new LiveMessage(0, '0', {
        ...{ uuid: '', app: 'shop', id: 'e', event: 'e', timestamp: 0, receivedAt: 0 },
        dataText: JSON.stringify({ text }),
      }),
    );
    return [...spent];
  };
  const contains = { field: 'data.text', operator: 'contains', value: 'b' } as const;
  const isIn = (count: number) =>
    ({ field: 'data.text', operator: 'in', value: Array.from({ length: count }, (_, i) => `v${i}`) }) as const;

  it('a search in a long text, a step for ten characters, and none in a short one', () => {
    expect(offered([contains], 'a'.repeat(1_000))).toEqual([]);
    expect(offered([contains], 'a'.repeat(200_000))).toEqual([20_000]);
  });

  it('all of a filter that compares with more than 20 values', () => {
    expect(offered([isIn(20)], 'a')).toEqual([]);
    expect(offered([isIn(21)], 'a')).toEqual([0]);
    expect(offered([{ or: [isIn(20), { ...contains, value: 'c' }] }], 'a')).toEqual([0]);
  });
});

describe('a reader whose expression costs too much for the event loop', () => {
  it('is told from the store, each event once, in order', async () => {
    const written: string[] = [];
    const read: [number, number][] = [];
    const event = (seq: number, note: string): LiveMessage =>
      new LiveMessage(seq, `${seq}`, {
        ...{ uuid: '', app: 'shop', id: 'e', event: `e${seq}`, timestamp: 0, receivedAt: 0 },
        dataText: JSON.stringify({ note }),
      });
    const costly = event(4, `${'a'.repeat(4_000)}b`);
    let endSeq = 3;
    const source: SubscriptionSource = {
      get endSeq() {
        return endSeq;
      },
      ...{ bufferMaxBytes: 1_000_000, budget: new LiveMatchBudget(() => 0), idOf: (seq: number) => `${seq}` },
      spend: () => true,
      catchUp: async () => {},
      count: async () => 1,
      async *read(_app, _filters, fromSeq, toSeq) {
        read.push([fromSeq, toSeq]);
        yield [costly];
      },
      onFailure: (error) => {
        throw error;
      },
    };
    const reader = {
      ...{ app: 'shop', isFull: false, isClosed: false, closed: new AbortController() },
      write: (text: string) => written.push(/"event":"(e\d)"/.exec(text)?.[1] ?? text),
      drained: async () => {},
    } as unknown as Connection;
    // 62 classes of two instructions each, for each of 4,001 characters: half a million steps.
    const filters = filtersOf([{ field: 'data.note', operator: 'matches', value: '[ab]*a[ab]{60}' }], 'filters');
    const follower = new Subscription(reader, filters, source, undefined);
    const offer = (told: LiveMessage): void => {
      endSeq = told.seq + 1;
      follower.offer(told);
    };
    offer(event(3, 'ab'.repeat(40)));
    expect([written, read]).toEqual([['e3'], []]);
    offer(costly);
    while (written.length < 2) await new Promise((resolve) => setImmediate(resolve));
    expect([written, read]).toEqual([['e3', 'e4'], [[4, 5]]]);
    await new Promise((resolve) => setImmediate(resolve));
    offer(event(5, 'ab'.repeat(40)));
    expect(written).toEqual(['e3', 'e4', 'e5']);
  });
});
