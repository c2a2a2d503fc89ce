/** Regular expressions: one meaning in the engine and in memory, and their bounds in every place where a caller can write one. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { matchesFilters } from '../../src/model/filter-match.ts';
import type { JsonValue } from '../../src/model/query.ts';
import { MATCH_TEXT_MAX, PATTERNS_MAX } from '../../src/model/regexp.ts';
import { filtersOf } from '../../src/questions/filters.ts';
import { filtersOf as searchFiltersOf } from '../../src/reports/filters.ts';
import { aWorld, control, NOW, type World } from './world.ts';

const FOX = '🦊';
/** What stands in `note`, one event each. */
const NOTES: readonly JsonValue[] = [
  'one\ntwo',
  'one two',
  '',
  `${'x'.repeat(MATCH_TEXT_MAX - 1)}Qrest`,
  `${'x'.repeat(MATCH_TEXT_MAX)}Q`,
  `${FOX.repeat(MATCH_TEXT_MAX - 1)}Q`,
  `${FOX.repeat(MATCH_TEXT_MAX)}Q`,
  7,
];
/** Which of them match, worked out by hand from RE2's rules: `.` no line feed, `^` and `$` the whole text's ends. */
const CASES: readonly (readonly [pattern: string, matching: readonly number[]])[] = [
  ['one.two', [1]],
  ['(?s)one.two', [0, 1]],
  ['one[^x]two', [0, 1]],
  ['^two', []],
  ['(?m)^two', [0]],
  ['one$', []],
  ['^$', [2]],
  ['\\.', []],
  // The 4,096th character is the last that is looked at, however many bytes it takes.
  ['Q', [3, 5]],
  ['Q$', [3, 5]],
  ['x$', [4]],
];

let world: World;
beforeAll(async () => {
  world = await aWorld();
  await world.post(
    'shop',
    NOTES.map((note, i) => ({ event: `e${i}`, timestamp: NOW - 60_000, user: 'ann', data: { note } })),
  );
});
afterAll(async () => await world.close());

const question = (filters: readonly object[]) => ({
  kind: 'trend',
  last: '1d',
  series: [{}],
  breakdown: ['event'],
  filters,
});
const matching = async (filters: Parameters<typeof filtersOf>[0]): Promise<string[]> => {
  const range = { from: 0, to: NOW };
  const query = { app: 'shop', range, filters: filtersOf(filters, 'filters'), order: 'asc', limit: 100 } as const;
  return (await world.store.events(query, control)).map(({ event }) => event).sort();
};
const refusal = async (asked: object): Promise<unknown> =>
  await world.analysis.ask('shop', asked, { isFresh: true, control }).then(
    () => 'answered',
    ({ code, field, detail }) => ({ code, field, detail }),
  );

describe('a regular expression means the same', () => {
  it.each(CASES)('%s in the engine', async (value, found) => {
    expect(await matching([{ field: 'data.note', operator: 'matches', value }])).toEqual(found.map((i) => `e${i}`));
  });

  it.each(CASES)('%s in memory, for live readers and rejected rows', (value, matching) => {
    const filters = filtersOf([{ field: 'data.note', operator: 'matches', value }], 'filters');
    const event = {
      app: 'shop',
      event: 'e',
      id: 'e',
      timestamp: NOW,
      receivedAt: NOW,
      uuid: 'u',
      user: '',
      device: '',
      session: '',
    };
    const found = NOTES.flatMap((note, i) => (matchesFilters(event as never, { note }, filters) ? [i] : []));
    expect(found).toEqual(matching);
  });

  it('on an event name, where a dot is literal too', async () => {
    expect(await matching([{ field: 'event', operator: 'matches', value: '^e[01]$' }])).toEqual(['e0', 'e1']);
  });
});

describe('a question holds five regular expressions', () => {
  const some = (count: number) =>
    Array.from({ length: count }, (_, i) => ({ field: 'data.note', operator: 'matches', value: `one${i}*` }));

  it('wherever they stand', async () => {
    expect(await refusal(question(some(PATTERNS_MAX)))).toBe('answered');
    expect(await refusal(question([{ or: some(PATTERNS_MAX + 1) }]))).toMatchObject({
      code: 'QUESTION_INVALID',
      field: 'filters[0].or[5]',
      detail: expect.stringContaining('at most 5'),
    });
    const segment = { and: [{ did: { filters: some(3) } }, { not: { did: { filters: some(3) } } }] };
    expect(await refusal({ ...question([]), segment })).toMatchObject({ field: 'segment.and[1].not.did.filters[2]' });
    expect(() => world.analysis.checkSegment('shop', segment as never, 'segment')).toThrow('at most 5');
    const steps = [{ filters: some(3) }, { filters: some(3) }];
    expect(await refusal({ kind: 'funnel', last: '1d', steps })).toMatchObject({ field: 'steps[1].filters[2]' });
  });

  it('in a query string', () => {
    const each = new Map(some(6).map(({ value }, i) => [`data.note${i}[matches]`, value]));
    expect(() => searchFiltersOf(each, 'shop')).toThrow('more than 5 regular expressions');
    const asJson = new Map([['filters', JSON.stringify([{ and: some(6) }])]]);
    expect(() => searchFiltersOf(asJson, 'shop')).toThrow('more than 5 regular expressions');
  });

  it('each bounded in length and in what it costs, with the place, the rule and the fix', async () => {
    const asked = (value: string) => refusal(question([{ field: 'data.note', operator: 'matches', value }]));
    expect(await asked('(?:[a-z0-9]{1,30}){1,30}[QZ]')).toEqual({
      code: 'QUESTION_INVALID',
      field: 'filters[0].value',
      detail:
        '`filters[0].value` must be a regular expression without a counted repetition inside another one, such as `(a{2}b){3}`; write one of them out, or use `*` or `+`.',
    });
    expect(await asked('a'.repeat(201))).toMatchObject({ detail: expect.stringContaining('at most 200 characters') });
    expect(await asked('.{999}')).toMatchObject({ detail: expect.stringContaining('use lower counts') });
    expect(() => searchFiltersOf(new Map([['event[matches]', '(a{2}){2}']]), 'shop')).toThrow('counted repetition');
  });
});
