/** What Explore does to a question, without a browser. */
import { describe, expect, it } from 'vitest';
import { isComplete } from '../src/components/condition-form.tsx';
import { inWords, operatorsFor, scalarOf } from '../src/components/filters.ts';
import { labelOf, rangeIn } from '../src/components/range.ts';
import {
  change,
  convertToKind,
  KINDS,
  missing,
  moved,
  ofGroup,
  rangeOfQuestion,
  SELECTORS_MAX,
  uniqueFilters,
  withExtraStep,
  withoutStep,
  withRange,
} from '../src/pages/explore/question.ts';
import { exploreSearch } from '../src/pages/explore/search.ts';

const NAMES = ['request', '$identify', 'page viewed', 'purchased'];
const PRO = { field: 'data.plan', value: 'pro' };
const TREND = {
  kind: 'trend',
  last: '7d',
  timeZone: 'Asia/Tokyo',
  filters: [PRO],
  segment: { saved: 'abc' },
  series: [{ event: 'purchased', measure: 'sum', property: 'data.price', filters: [PRO] }, { event: 'page viewed' }],
  interval: 'hour',
  breakdown: ['data.country'],
  formula: 'A / B',
} as const;
type Trend = Parameters<typeof withExtraStep>[0] & { kind: 'trend' };
const trend: Trend = JSON.parse(JSON.stringify(TREND));
const SHARED = { last: '7d', timeZone: 'Asia/Tokyo', filters: [PRO], segment: { saved: 'abc' } };
const BOUGHT = { event: 'purchased', filters: [PRO] };
const VIEWED = { event: 'page viewed' };

describe('another kind', () => {
  it.each([
    ['funnel', { steps: [BOUGHT, VIEWED] }],
    ['retention', { start: BOUGHT, return: VIEWED, interval: 'week' }],
    ['paths', { start: BOUGHT }],
    ['stickiness', { ...BOUGHT, interval: 'day' }],
    ['lifecycle', { ...BOUGHT, interval: 'week' }],
    ['sessions', { interval: 'day' }],
    ['performance', { ...BOUGHT, property: '', by: 'event' }],
  ] as const)('%s keeps events, their filters and the range, and leaves what it has no place for', (kind, own) => {
    expect(convertToKind(kind, trend, NAMES)).toEqual({ kind, ...SHARED, ...own });
  });

  it('is the same question when it is the kind already', () => {
    expect(convertToKind('trend', trend, NAMES)).toBe(trend);
  });

  it('gives a funnel two steps: events that there are, and none of the server', () => {
    expect(convertToKind('funnel', { kind: 'trend', series: [{ event: 'request' }] }, NAMES)).toEqual({
      kind: 'funnel',
      steps: [{ event: 'request' }, { event: 'page viewed' }],
    });
    expect(convertToKind('funnel', { kind: 'trend', series: [{}] }, [])).toEqual({ kind: 'funnel', steps: [{}, {}] });
    // All events are no step when there are names.
    expect(convertToKind('funnel', { kind: 'trend', series: [{}] }, NAMES)).toEqual({
      kind: 'funnel',
      steps: [{ event: 'request' }, { event: 'page viewed' }],
    });
  });

  it('starts performance with requests by route, where there are any', () => {
    const requests = { kind: 'performance', event: 'request', property: 'data.ms', by: 'data.route' };
    expect(convertToKind('performance', { kind: 'trend', series: [{}] }, NAMES)).toEqual(requests);
    expect(convertToKind('performance', { kind: 'trend', series: [{ event: 'request' }] }, NAMES)).toEqual(requests);
    expect(convertToKind('performance', { kind: 'trend', series: [{}] }, ['purchased'])).toEqual({
      kind: 'performance',
      property: '',
      by: 'event',
    });
  });

  it('comes back from every kind to a trend of the same range', () => {
    for (const { kind } of KINDS)
      expect(convertToKind('trend', convertToKind(kind, trend, NAMES), NAMES)).toMatchObject({
        kind: 'trend',
        ...SHARED,
      });
  });
});

describe('parts of a question', () => {
  it('leaves out what is undefined', () => {
    expect(change(trend, { formula: undefined, breakdown: undefined })).not.toHaveProperty('formula');
  });

  it('grows to as many as the server takes, and no further', () => {
    let question: Parameters<typeof withExtraStep>[0] = { kind: 'funnel', steps: [{}, {}] };
    for (let n = 0; n < 20; n++) question = withExtraStep(question);
    expect(question).toMatchObject({ steps: { length: SELECTORS_MAX } });
    expect(withExtraStep(question)).toBe(question);
    const sessions: typeof question = { kind: 'sessions' };
    expect(withExtraStep(sessions)).toBe(sessions);
  });

  it('loses a step with what was excluded after it', () => {
    const funnel = {
      kind: 'funnel' as const,
      steps: [{ event: 'a' }, { event: 'b' }, { event: 'c' }],
      exclude: [{ event: 'x', after: 2 }, { event: 'y', after: 1 }, { event: 'z' }],
    };
    expect(withoutStep(funnel, 1)).toEqual({
      kind: 'funnel',
      steps: [{ event: 'a' }, { event: 'c' }],
      exclude: [{ event: 'x' }, { event: 'y', after: 1 }, { event: 'z' }],
    });
  });

  it('says what is missing, and nothing when nothing is', () => {
    expect(missing(trend)).toBeUndefined();
    expect(missing({ kind: 'trend', series: [{}, { measure: 'p95' }] })).toBe('Choose the property that B measures.');
    expect(missing({ kind: 'performance', property: '', by: 'event' })).toBe('Pick a numeric property, e.g. ms.');
    expect(missing({ kind: 'performance', property: 'data.ms', by: 'event' })).toBeUndefined();
  });

  it('moves one of a list', () => {
    expect(moved(['a', 'b', 'c'], 0, 2)).toEqual(['b', 'c', 'a']);
    expect(moved(['a', 'b', 'c'], 2, 0)).toEqual(['c', 'a', 'b']);
  });

  it('changes the range as a whole: days do not stay beside `last`', () => {
    const days = withRange(trend, { from: '2026-11-01', to: '2026-11-07' });
    expect(rangeOfQuestion(days)).toEqual({ from: '2026-11-01', to: '2026-11-07' });
    expect(rangeOfQuestion(withRange(days, { last: '30d', timeZone: 'UTC' }))).toEqual({
      last: '30d',
      timeZone: 'UTC',
    });
  });
});

describe('conditions', () => {
  it.each([
    ['42', ['number'], 42],
    ['42', ['text'], '42'],
    ['-0.05', ['number'], -0.05],
    ['', ['number'], ''],
    ['true', ['boolean'], true],
    ['true', ['text'], 'true'],
    ['null', ['null', 'number'], null],
    ['null', ['null', 'text'], 'null'],
    ['1e999', ['number'], '1e999'],
  ] as const)('takes %j of %j as %j', (text, types, value) => {
    expect(scalarOf(text, types)).toBe(value);
  });

  it('offers what fits the types', () => {
    expect(operatorsFor(['text'])).not.toContain('gt');
    expect(operatorsFor(['number'])).not.toContain('contains');
    expect(operatorsFor(['number', 'text'])).toEqual(expect.arrayContaining(['gt', 'contains', 'between']));
    expect(operatorsFor([])).toEqual(expect.arrayContaining(['gt', 'contains', 'between']));
  });

  it.each([
    [{}, undefined],
    [{ field: 'user' }, undefined],
    [
      { field: 'user', operator: 'exists' },
      { field: 'user', operator: 'exists', value: true },
    ],
    [{ field: 'data.n', operator: 'in', value: [] }, undefined],
    [{ field: 'data.n', operator: 'gt', value: 'five' }, undefined],
    [
      { field: 'data.n', operator: 'gt', value: 0 },
      { field: 'data.n', operator: 'gt', value: 0 },
    ],
    [{ field: 'data.n', operator: 'contains', value: '' }, undefined],
    [
      { field: 'data.n', value: false },
      { field: 'data.n', operator: 'is', value: false },
    ],
  ] as const)('is whole or not: %j', (draft, whole) => {
    expect(isComplete(JSON.parse(JSON.stringify(draft)))).toEqual(whole);
  });

  it('reads as words, however deep', () => {
    expect(
      inWords({
        or: [
          { field: 'data.plan', operator: 'in', value: ['pro', 'team'] },
          {
            and: [
              { field: 'data.ms', operator: 'between', value: [1, 2] },
              { field: 'user', operator: 'exists' },
            ],
          },
        ],
      }),
    ).toBe('plan is one of pro, team or ms between 1 and 2 and user is set');
  });
});

describe('the address', () => {
  it('gives the question as it stands, and nothing of what cannot be one', () => {
    expect(exploreSearch({ q: trend, chart: 'bar', report: 'abc', more: 1 })).toEqual({
      q: trend,
      chart: 'bar',
      report: 'abc',
    });
    expect(exploreSearch({ q: 'trend', chart: 'cake' })).toEqual({});
    expect(exploreSearch({ q: null })).toEqual({});
  });

  it('reads ranges, and calls them by their names', () => {
    expect(labelOf(rangeIn({ last: '7d' }))).toBe('Last 7 days');
    expect(labelOf(rangeIn({ from: 'yesterday', to: 'yesterday' }))).toBe('Yesterday');
    const plain = (text: string) => text.replaceAll(/\s/g, ' ');
    expect(plain(labelOf(rangeIn({ from: '2020-11-01', to: '2020-11-07' })))).toBe('Nov 1 – 7, 2020');
    // A day and an hour of a chart, as it is picked: its end is excluded.
    const ny = 'America/New_York';
    const at = (time: string) => `2020-11-${time}:00.000Z`;
    expect(plain(labelOf(rangeIn({ from: at('13T05:00'), to: at('14T05:00') }), ny))).toBe('Nov 13, 2020');
    expect(plain(labelOf(rangeIn({ from: at('13T22:00'), to: at('13T23:00') }), ny))).toBe(
      'Nov 13, 2020, 5:00 – 6:00 PM',
    );
    expect(rangeIn({ last: 'for ever', to: '2026-11-07' })).toEqual({});
  });
});

describe('what was picked', () => {
  it('of a group of a funnel is the funnel of those whose first step was in it', () => {
    const funnel = {
      kind: 'funnel' as const,
      steps: [{ event: 'a', filters: [PRO] }, { event: 'b' }],
      breakdown: 'data.country',
      limit: 5,
    };
    const swiss = { field: 'data.country', value: 'CH' };
    expect(ofGroup(funnel, [swiss])).toEqual({
      kind: 'funnel',
      steps: [{ event: 'a', filters: [PRO, swiss] }, { event: 'b' }],
    });
  });

  it('says each condition once', () => {
    expect(uniqueFilters([PRO, { field: 'user', value: 'ann' }, { ...PRO }])).toEqual([
      PRO,
      { field: 'user', value: 'ann' },
    ]);
  });
});
