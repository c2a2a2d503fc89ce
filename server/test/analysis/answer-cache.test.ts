import { expect, it } from 'vitest';
import type { AnalysisResult } from '../../src/analysis/answer.ts';
import { AnswerCache } from '../../src/analysis/answer-cache.ts';
import { RowWriter } from '../../src/ingest/accept/row-writer.ts';
import type { Committed } from '../../src/row/committed-rows.ts';

const anAnswer = (length = 10): AnalysisResult =>
  ({ answer: { kind: 'sql', result: 'x'.repeat(length) }, rows: () => [] }) as unknown as AnalysisResult;

function committed(...events: { app?: string; at: number; id?: string }[]): Committed {
  const writer = new RowWriter();
  const starts = events.map(({ app = 'shop', at, id = 'paid' }) => {
    const start = writer.length;
    writer.begin(at, at, -1, Buffer.alloc(16));
    for (const text of [app, id, id, '', '', '', '', '']) writer.text(text);
    writer.noMaps();
    return start;
  });
  const apps = new Set(events.map(({ app = 'shop' }) => app));
  return {
    firstSeq: 1,
    count: events.length,
    apps,
    rows: () => starts.map((start) => ({ bytes: writer.bytes, start })),
  };
}

async function keep(cache: AnswerCache, key: string, app = 'shop', horizon = 100, length = 10): Promise<void> {
  await cache.keep(key, app, horizon, async () => anAnswer(length));
}
const has = (cache: AnswerCache, ...keys: string[]): boolean[] => keys.map((key) => cache.get(key) !== undefined);

it('drops what an event belongs to, and that alone', async () => {
  const cache = new AnswerCache(1e6);
  await keep(cache, 'a', 'shop', 100);
  await keep(cache, 'b', 'shop', 200);
  await keep(cache, 'c', 'blog', 200);
  cache.committed(committed({ at: 200 }, { at: 300 }));
  expect(has(cache, 'a', 'b', 'c')).toEqual([true, true, true]);
  cache.committed(committed({ at: 300 }, { at: 150 }));
  expect(has(cache, 'a', 'b', 'c')).toEqual([true, false, true]);
  cache.committed(committed({ at: 300, app: 'shop' }, { at: 5, app: 'blog' }));
  expect(has(cache, 'a', 'c')).toEqual([true, false]);
  cache.committed(committed({ at: 300, id: '$identify' }));
  expect(has(cache, 'a')).toEqual([false]);
  expect(cache.bytes).toBe(0);
});

it('does not keep an answer during whose making an event of its time came, or an erasure', async () => {
  const cache = new AnswerCache(1e6);
  await cache.keep('a', 'shop', 100, async () => {
    cache.committed(committed({ at: 99 }));
    return anAnswer();
  });
  await cache.keep('b', 'shop', 100, async () => {
    cache.forget('shop');
    return anAnswer();
  });
  await cache.keep('c', 'shop', 100, async () => {
    cache.committed(committed({ at: 100 }));
    cache.forget('blog');
    return anAnswer();
  });
  expect(has(cache, 'a', 'b', 'c')).toEqual([false, false, true]);
});

it('keeps nothing of a question that failed', async () => {
  const cache = new AnswerCache(1e6);
  await expect(cache.keep('a', 'shop', 100, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect([has(cache, 'a'), cache.bytes]).toEqual([[false], 0]);
});

it('is bounded in bytes: what was not asked for longest goes first, and what is too large is not kept', async () => {
  const cache = new AnswerCache(100_000);
  await keep(cache, 'large', 'shop', 100, 3_000);
  expect(has(cache, 'large')).toEqual([false]);
  for (let i = 0; i < 30; i++) {
    await keep(cache, `k${i}`, 'shop', 100, 1_500);
    cache.get('k0');
    expect(cache.bytes).toBeLessThanOrEqual(100_000);
  }
  // (1,500 + 30 characters or so) × 6 bytes: ten of them fit.
  expect(has(cache, 'k0', 'k20', 'k21', 'k29')).toEqual([true, false, true, true]);
});
