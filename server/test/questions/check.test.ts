import { describe, expect, it } from 'vitest';
import { questionOf } from '../../src/questions/check.ts';
import { evaluate, parseFormula } from '../../src/questions/formula.ts';

const refusal = (question: unknown): { field?: string; detail: string } => {
  try {
    questionOf(question);
  } catch (error) {
    const { field, detail } = error as { field?: string; detail: string };
    return { ...(field !== undefined && { field }), detail };
  }
  throw new Error('was not refused');
};
const trend = (more: object) => ({ kind: 'trend', last: '7d', series: [{}], ...more });

describe('a question', () => {
  it('is taken when every field is right', () => {
    const question = trend({
      series: [
        {
          event: 'A',
          measure: 'p95',
          property: 'data.ms',
          filters: [{ or: [{ field: 'user', value: 'a' }, { and: [] }] }],
        },
      ],
      segment: {
        not: { or: [{ did: { event: 'A' }, atLeast: 2, last: '30d' }, { firstSeen: { from: '2026-01-01' } }] },
      },
    });
    expect(questionOf(question)).toEqual(question);
  });

  it.each([
    [null, undefined],
    [[], undefined],
    ['trend', undefined],
    [{}, 'kind'],
    [{ kind: 'trends' }, 'kind'],
    [{ kind: ['trend'] }, 'kind'],
    [{ kind: 'trend', last: '7d' }, 'series'],
    [trend({ series: [] }), 'series'],
    [trend({ series: Array(11).fill({}) }), 'series'],
    [trend({ series: [{}, { measure: 'mean' }] }), 'series[1].measure'],
    [trend({ series: [{ event: 5 }] }), 'series[0].event'],
    [trend({ series: [{ event: '' }] }), 'series[0].event'],
    [trend({ serie: [] }), 'serie'],
    [trend({ interval: 'year' }), 'interval'],
    [trend({ last: '30 days' }), 'last'],
    [trend({ last: '0d' }), 'last'],
    [trend({ filters: {} }), 'filters'],
    [trend({ filters: [5] }), 'filters[0]'],
    [trend({ filters: [{}] }), 'filters[0]'],
    [trend({ filters: [{ value: 1 }] }), 'filters[0].field'],
    [trend({ segment: { event: 'A' } }), 'segment'],
    [trend({ filters: [{ field: 'user', operator: 'like', value: 'a' }] }), 'filters[0].operator'],
    [trend({ filters: [{ field: 'user', value: { a: 1 } }] }), 'filters[0].value'],
    [trend({ filters: [{ field: 'user', is: 'a' }] }), 'filters[0].is'],
    [
      trend({ filters: [{ and: [{ or: [{ field: 'user', operator: 'is', valeu: 1 }] }] }] }),
      'filters[0].and[0].or[0].valeu',
    ],
    [trend({ segment: { did: { event: 'A', count: 3 } } }), 'segment.did.count'],
    [trend({ segment: { and: [{ not: { did: { event: 7 } } }] } }), 'segment.and[0].not.did.event'],
    [trend({ breakdown: ['a', 'b', 'c'] }), 'breakdown'],
    [trend({ compare: 'before' }), 'compare'],
    [trend({ compare: { from: '2026-01-01' } }), 'compare.to'],
    [trend({ limit: 0 }), 'limit'],
    [trend({ movingAverage: 1.5 }), 'movingAverage'],
    [JSON.parse('{"kind":"trend","last":"7d","series":[{"__proto__":{"event":"A"}}]}'), 'series[0].__proto__'],
  ])('%j is refused at %s', (question, field) => {
    expect(refusal(question).field).toBe(field);
  });

  it('says what would have been right', () => {
    expect(refusal(trend({ series: [{ measure: 'mean' }] })).detail).toBe(
      '`series[0].measure` must be `count`, `users`, `sessions`, `visits`, `bounceRate`, `sessionDuration`, `eventsPerSession`, `viewsPerVisit`, `entries`, `exits`, `perUser`, `sum`, `avg`, `min`, `max`, `median`, `p90`, `p95`, `p99` or `uniqueValues`.',
    );
    expect(refusal(trend({ segment: {} })).detail).toBe(
      '`segment` must have `did`, `saved`, `firstSeen`, `lastSeen`, `and`, `or` or `not`.',
    );
    expect(refusal(trend({ filters: [{ field: 'data.address', value: { city: 'Bern' } }] })).detail).toBe(
      '`filters[0].value` must be a string, a number, `true`, `false`, `null` or a list. To compare an object, use one condition for each of its members, such as `data.address.city`.',
    );
    expect(refusal(trend({ limit: 0 })).detail).toBe('`limit` must be a whole number from 1 to 1,000.');
    expect(refusal(trend({ filters: [{ field: 'user', is: 'a' }] })).detail).toBe(
      '`filters[0].is` is not a known field here. The known fields are `field`, `operator` and `value`.',
    );
  });

  it('is refused when it is nested beyond reason, without a deep stack', () => {
    let filter: object = { field: 'user', value: 'a' };
    for (let i = 0; i < 10_000; i++) filter = { and: [filter] };
    expect(refusal(trend({ filters: [filter] })).detail).toMatch(/nested more than/);
  });
});

describe('a formula', () => {
  it.each([
    ['A', 6],
    ['A / B * 100', 300],
    ['A - B - 1', 3],
    ['A-(B-1)', 5],
    ['-A + 2 * (B + 1.5)', 1],
    ['A / (B - 2)', null],
    ['C + 1', null],
    ['2 * -3', -6],
  ])('%s', (text, expected) => {
    // A = 6, B = 2, C has no value; worked out by hand.
    expect(evaluate(parseFormula(text, 3), [6, 2, null])).toBe(expected);
  });

  it.each([
    '',
    'A +',
    '(A',
    'A)',
    'A B',
    'D',
    'AB',
    'a',
    'A ** B',
    '1e5',
    'process.exit()',
    'A;B',
    '['.repeat(9),
    '('.repeat(1_000),
    '-'.repeat(1_000),
  ])('refuses %j', (text) => {
    expect(() => parseFormula(text, 3)).toThrow(
      expect.objectContaining({ code: 'QUESTION_INVALID', field: 'formula' }),
    );
  });
});
