/** Legal questions of every size up to their limits are answered, or refused with the limit named: never a fault of ours, never a cut connection. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CONDITIONS_MAX, SEGMENT_PARTS_MAX } from '../../src/analysis/question-bounds.ts';
import { aWorld, control, NOW, ON_SERVER, type World } from './world.ts';

const USERS = 1_000;
const PAD = 900;
/** 900 characters, another for each. */
const pad = (i: number): string => `${i}-`.padEnd(PAD, 'é%&{p1:String}\'"');

let world: World;
beforeAll(async () => {
  world = await aWorld();
  await world.post(
    'shop',
    Array.from({ length: USERS }, (_, i) => ({
      ...{ event: 'view', user: `u${i}`, timestamp: NOW - 3_600_000 + i * 1_000 },
      data: { pad: pad(i), rev: pad(USERS - i), ms: i, n: i % 3 },
    })),
  );
});
afterAll(async () => await world.close());

const CALLERS = /^(QUESTION_INVALID|QUERY_LIMIT_\w+|RANGE_TOO_MANY_BUCKETS)$/;
async function asked(question: object): Promise<{ total?: unknown; code?: string; detail?: string }> {
  try {
    const { answer } = await world.analysis.ask('shop', { last: '1d', ...question }, { isFresh: false, control });
    return { total: JSON.stringify(answer.result).length };
  } catch (error) {
    const { code, detail } = error as { code: string; detail: string };
    expect(code, detail).toMatch(CALLERS);
    return { code, detail };
  }
}
const trend = (filters: readonly object[], more: object = {}) => ({ kind: 'trend', series: [{}], filters, ...more });
/** A ClickHouse server reads a form of so many fields, each so long, that these questions do not fit unless its settings are raised. */
const isLargerThanAForm = (isLarge: boolean): unknown =>
  ON_SERVER && isLarge ? expect.objectContaining({ code: 'QUERY_LIMIT_SIZE' }) : { total: expect.any(Number) };
const isPad = { field: 'data.pad', operator: 'is', value: 'x' };

describe('a question of every size', () => {
  it.each([1, 2, 100, 799, 1_000])('%d values of in, in 20 filters', async (count) => {
    const value = Array.from({ length: count }, (_, i) => `u${i}`);
    for (const field of ['user', 'data.pad', 'uuid', 'event'])
      expect(await asked(trend(Array.from({ length: 20 }, () => ({ field, operator: 'in', value }))))).toHaveProperty(
        'total',
      );
  });

  it.each([1, 2, 3])('in means each of its values, of every type (%d)', async (from) => {
    const rows = await world.ask<{ total: unknown }>('shop', {
      ...{ kind: 'sql', last: '1d', sql: 'SELECT count() FROM events' },
      filters: [{ field: 'data.n', operator: 'in', value: [0, 1, 2, '0', null, true, ''].slice(from) }],
    });
    // 1,000 users' n is 0, 1 or 2: 334, 333 and 333 of them.
    expect(rows.rows[0]![0]).toBe([666, 333, 0][from - 1]);
  });

  it.each([1, 50, 499, CONDITIONS_MAX, CONDITIONS_MAX + 1, 4_000])('%d conditions', async (count) => {
    const lists = Array.from({ length: Math.ceil(count / 50) }, (_, i) => ({
      or: Array(Math.min(50, count - i * 50)).fill(isPad),
    }));
    const groups = Array.from({ length: Math.ceil(lists.length / 50) }, (_, i) => ({
      and: lists.slice(i * 50, i * 50 + 50),
    }));
    const said = await asked(trend(groups, { series: [{}, { measure: 'users' }], breakdown: ['data.pad'] }));
    if (count <= CONDITIONS_MAX) expect(said).toEqual(isLargerThanAForm(count * 5 > 1_000));
    else
      expect(said).toMatchObject({
        code: 'QUESTION_INVALID',
        detail: expect.stringContaining(`at most ${CONDITIONS_MAX}`),
      });
  });

  it.each([1, 10, SEGMENT_PARTS_MAX, SEGMENT_PARTS_MAX + 1, 100, 800])('a segment of %d parts', async (count) => {
    const parts = Array.from({ length: count }, () => ({ did: { event: 'view' } }));
    const lists = Array.from({ length: Math.ceil(count / 10) }, (_, i) => ({ or: parts.slice(i * 10, i * 10 + 10) }));
    const ofLists = Array.from({ length: Math.ceil(lists.length / 10) }, (_, i) => ({
      and: lists.slice(i * 10, i * 10 + 10),
    }));
    const said = await asked({ ...trend([]), segment: { and: ofLists } });
    if (count <= SEGMENT_PARTS_MAX) expect(said).toHaveProperty('total');
    else
      expect(said).toMatchObject({
        code: 'QUESTION_INVALID',
        detail: expect.stringContaining(`at most ${SEGMENT_PARTS_MAX}`),
      });
  });

  it.each([1, 10, 100, 1_000])('a breakdown of two long texts with %d groups', async (limit) => {
    expect(await asked(trend([], { breakdown: ['data.pad', 'data.rev'], limit, interval: 'hour' }))).toEqual(
      isLargerThanAForm(limit > 10),
    );
  });

  it('paths and performance by long texts', async () => {
    expect(await asked({ kind: 'paths', node: 'data.pad', start: { event: 'view' } })).toEqual(isLargerThanAForm(true));
    expect(await asked({ kind: 'performance', property: 'data.ms', by: 'data.pad', limit: 1_000 })).toEqual(
      isLargerThanAForm(false),
    );
  });

  it.each([1, 10, 23, 24, 25, 100, 2_000])('filters in each other, %d deep', async (depth) => {
    let filter: object = isPad;
    for (let i = 0; i < depth; i++) filter = { and: [filter] };
    const said = await asked(trend([filter]));
    if (said.code !== undefined) expect(said.detail).toContain('nested more than 24 levels deep');
    else expect(depth).toBeLessThan(25);
  });
});
