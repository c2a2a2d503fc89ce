/** Answers as the server gives them (their types are the server's), small enough to work out what is drawn by hand. */

import type { Answer, AnswerOf, Kind, QuestionOf } from '../../src/api/wire.ts';
import type { AnswerChartProps } from '../../src/charts/types.ts';

/** What a stranger may call an event. */
export const HOSTILE = '<img src=x onerror=alert(1)>{a|b}\n"quoted" & \u202ereversed';

const head = {
  from: '2026-11-16T00:00:00.000Z',
  to: '2026-11-19T00:00:00.000Z',
  timeZone: 'UTC',
  exact: true,
  skipped: 0,
  columns: [],
};
const DAYS = ['2026-11-16T00:00:00.000Z', '2026-11-17T00:00:00.000Z', '2026-11-18T00:00:00.000Z'] as const;
const BEFORE = ['2026-11-13T00:00:00.000Z', '2026-11-14T00:00:00.000Z', '2026-11-15T00:00:00.000Z'] as const;
const points = (values: readonly (number | null)[], starts: readonly string[] = DAYS) =>
  values.map((value, i) => ({ from: starts[i]!, value }));
export const answerTo = <K extends Kind>(kind: K, result: AnswerOf<K>['result'], more: Partial<Answer> = {}) =>
  ({ ...head, kind, result, ...more }) as unknown as AnswerOf<K>;

/** 5, 9, 2 events on three days: 16; 4, 4, 4 before. */
export const trend = answerTo('trend', {
  series: [
    {
      name: 'purchased',
      measure: 'count',
      total: 16,
      points: points([5, 9, 2]),
      compare: { from: BEFORE[0], to: DAYS[0], total: 12, points: points([4, 4, 4], BEFORE) },
    },
  ],
});
export const trendQuestion: QuestionOf<'trend'> = {
  kind: 'trend',
  from: '2026-11-16',
  to: '2026-11-18',
  interval: 'day',
  series: [{ event: 'purchased', filters: [{ field: 'data.price', operator: 'gte', value: 5 }] }],
  filters: [{ field: 'data.country', value: 'CH' }],
  compare: 'previousPeriod',
};

/** Two groups and the rest. */
export const broken = answerTo('trend', {
  series: [
    {
      name: 'purchased',
      measure: 'count',
      group: [{ field: 'data.plan', value: HOSTILE }],
      total: 6,
      points: points([1, 2, 3]),
    },
    {
      name: 'purchased',
      measure: 'count',
      group: [{ field: 'data.plan', missing: true }],
      total: 3,
      points: points([1, 1, 1]),
    },
    { name: 'purchased', measure: 'count', group: 'other', total: 1, points: points([0, 1, 0]) },
  ],
});
export const brokenQuestion: QuestionOf<'trend'> = {
  kind: 'trend',
  from: '2026-11-16',
  to: '2026-11-18',
  interval: 'day',
  series: [{ event: 'purchased' }],
  breakdown: ['data.plan'],
  limit: 2,
};

export const formula = answerTo('trend', {
  series: [
    { name: 'visit', measure: 'users', total: 3, points: points([2, 2, 0]) },
    { name: 'buy', measure: 'count', total: 3, points: points([1, 1, 1]) },
    { name: 'B / A', measure: 'formula', total: 1, points: points([0.5, 0.5, null]) },
  ],
});
export const formulaQuestion: QuestionOf<'trend'> = {
  kind: 'trend',
  interval: 'day',
  last: '3d',
  formula: 'B / A',
  series: [{ event: 'visit', measure: 'users' }, { event: 'buy' }],
};

const step = (at: number, name: string, total: number, first: number, previous: number | null, complete = true) => ({
  step: at,
  name,
  total,
  conversion: first === 0 ? null : total / first,
  conversionFromPrevious: previous === null ? 1 : total / previous,
  dropOff: previous === null ? 0 : previous - total,
  medianMs: previous === null ? null : 60_000,
  p90Ms: previous === null ? null : 120_000,
  complete,
});
/** Of 40 users 20 go on, and 5 of those: 50 % and 12.5 % of the first. */
const funnelSteps = (complete: boolean) => [
  step(1, HOSTILE, 40, 40, null),
  step(2, 'added to cart', 20, 40, 40, complete),
  step(3, 'purchased', 5, 40, 20, complete),
];
export const funnel = answerTo('funnel', { steps: funnelSteps(true) });
/** The same while windows run. */
export const funnelSoFar = answerTo('funnel', { steps: funnelSteps(false) });
export const funnelQuestion: QuestionOf<'funnel'> = {
  kind: 'funnel',
  last: '3d',
  steps: [{ event: HOSTILE }, { event: 'added to cart' }, { event: 'purchased' }],
};

const WEEKS = ['2026-11-02T00:00:00.000Z', '2026-11-09T00:00:00.000Z', '2026-11-16T00:00:00.000Z'] as const;
export const retention = answerTo(
  'retention',
  {
    cohorts: [
      {
        from: WEEKS[0],
        users: 10,
        periods: [
          { period: 0, users: 10, rate: 1, complete: true },
          { period: 1, users: 4, rate: 0.4, complete: true },
          { period: 2, users: 1, rate: 0.1, complete: false },
        ],
      },
      {
        from: WEEKS[1],
        users: 8,
        periods: [
          { period: 0, users: 8, rate: 1, complete: true },
          { period: 1, users: 2, rate: 0.25, complete: false },
        ],
      },
      { from: WEEKS[2], users: 0, periods: [{ period: 0, users: 0, rate: null, complete: false }] },
    ],
    average: [
      { period: 0, users: 18, rate: 1 },
      { period: 1, users: 6, rate: 1 / 3 },
      { period: 2, users: 1, rate: 0.1 },
    ],
  },
  { from: WEEKS[0], to: '2026-11-23T00:00:00.000Z' },
);
export const retentionQuestion: QuestionOf<'retention'> = {
  kind: 'retention',
  last: '3w',
  interval: 'week',
  start: { event: 'signed up' },
  return: { event: 'purchased' },
};

export const paths = answerTo('paths', {
  paths: 10,
  nodes: [
    { id: 0, step: 0, total: 10, ended: 3, value: HOSTILE },
    { id: 1, step: 1, total: 5, ended: 4, value: 'purchased' },
    { id: 2, step: 1, total: 2, ended: 2, other: true },
    { id: 3, step: 2, total: 1, ended: 0, value: 'purchased' },
  ],
  links: [
    { from: 0, to: 1, total: 5 },
    { from: 0, to: 2, total: 2 },
    { from: 1, to: 3, total: 1 },
  ],
});
export const pathsQuestion: QuestionOf<'paths'> = { kind: 'paths', last: '3d', start: { event: HOSTILE }, steps: 3 };

export const stickiness = answerTo('stickiness', {
  periods: [
    {
      from: DAYS[0],
      users: 3,
      average: 5 / 3,
      distribution: [
        { active: 1, users: 1 },
        { active: 2, users: 2 },
        { active: 3, users: 0 },
      ],
    },
  ],
});
export const lifecycle = answerTo('lifecycle', {
  intervals: [
    { from: DAYS[0], to: DAYS[1], complete: true, new: 3, returning: 0, resurrecting: 0, dormant: 1 },
    { from: DAYS[1], to: DAYS[2], complete: true, new: 1, returning: 2, resurrecting: 1, dormant: 1 },
    { from: DAYS[2], to: head.to, complete: true, new: 0, returning: 3, resurrecting: 0, dormant: 1 },
  ],
});
/** Weeks of which the range, 16 to 18 November, has the third alone in part. */
export const lifecycleCut = answerTo('lifecycle', {
  intervals: [
    {
      from: '2026-11-09T00:00:00.000Z',
      to: '2026-11-16T00:00:00.000Z',
      complete: true,
      new: 2,
      returning: 0,
      resurrecting: 0,
      dormant: 0,
    },
    {
      from: '2026-11-16T00:00:00.000Z',
      to: '2026-11-23T00:00:00.000Z',
      complete: false,
      new: 1,
      returning: 1,
      resurrecting: 0,
      dormant: 1,
    },
  ],
});
export const lifecycleQuestion: QuestionOf<'lifecycle'> = {
  kind: 'lifecycle',
  last: '3d',
  interval: 'day',
  event: 'purchased',
};

const measured = { eventsPerSession: 2.5, bounceRate: 0.25, averageMs: 90_000, medianMs: 60_000, p90Ms: 200_000 };
export const sessions = answerTo('sessions', {
  sessions: 7,
  users: 4,
  ...measured,
  points: DAYS.map((from, i) => ({ from, sessions: i + 1, users: 1 + (i > 0 ? 1 : 0), ...measured })),
  entry: [
    { event: HOSTILE, sessions: 5 },
    { other: true, sessions: 2 },
  ],
  exit: [{ event: 'purchased', sessions: 7 }],
});

const speed = (p95: number) => ({ count: 4, rate: 0.25, p50: p95 / 2, p95, p99: p95 + 1, max: p95 + 2 });
export const performance = answerTo('performance', {
  total: speed(300),
  groups: [
    {
      group: [{ field: 'data.route', value: HOSTILE }],
      ...speed(400),
      points: DAYS.map((from, i) => ({ from, ...speed(400 + i) })),
    },
    {
      group: [{ field: 'data.route', value: '/' }],
      ...speed(100),
      points: DAYS.map((from) => ({ from, ...speed(100) })),
    },
  ],
});
export const performanceQuestion: QuestionOf<'performance'> = {
  kind: 'performance',
  last: '3d',
  event: 'request',
  property: 'data.ms',
  by: 'data.route',
  interval: 'day',
};

const event = {
  uuid: '01a21024-e059-800a-9caa-0a2d2bab256f',
  app: 'shop',
  id: 'visit',
  event: HOSTILE,
  timestamp: DAYS[1],
  receivedAt: DAYS[1],
  user: HOSTILE,
  data: { page: HOSTILE },
};
export const users = answerTo('users', {
  total: 5,
  users: [{ user: HOSTILE, events: 6, firstSeen: DAYS[0], lastSeen: DAYS[1], last: event }],
});
export const timeline = answerTo('timeline', { events: [event] });
export const sql = answerTo(
  'sql',
  {
    rows: [
      [HOSTILE, 5, 3],
      ['buy', 3, 2],
      ['sign up', 3, null],
    ],
  },
  {
    columns: [
      { name: 'event', type: 'text' },
      { name: HOSTILE, type: 'number' },
      { name: 'users', type: 'number' },
    ],
  },
);

const visits = (from: string, visitors: number, bounceRate: number | null) => ({
  from,
  visitors,
  visits: visitors,
  pageViews: 2 * visitors,
  viewsPerVisit: visitors === 0 ? null : 2,
  bounceRate,
  durationMs: visitors === 0 ? null : 90_400,
});
const { from: _, ...webTotals } = visits('', 7, 0.25);
/** 5, none and 2 visitors on three days. */
export const web = answerTo('web', {
  totals: webTotals,
  points: [visits(DAYS[0], 5, 0.2), visits(DAYS[1], 0, null), visits(DAYS[2], 2, 0.5)],
  compare: {
    from: BEFORE[0],
    to: DAYS[0],
    totals: webTotals,
    points: BEFORE.map((from) => visits(from, 4, 0.5)),
  },
});
export const webQuestion: QuestionOf<'web'> = {
  kind: 'web',
  from: '2026-11-16',
  to: '2026-11-18',
  interval: 'day',
  compare: 'previousPeriod',
};

const NOTE = { id: 'a', version: 1, createdAt: DAYS[0], updatedAt: DAYS[0], createdBy: 'ann', updatedBy: 'ann' };
export const annotations = [{ ...NOTE, date: '2026-11-17', text: HOSTILE }];

type Case = Omit<AnswerChartProps, 'onPick' | 'handle'>;
/** What the harness can draw. */
export const CASES: Readonly<Record<string, Case>> = {
  trend: { question: trendQuestion, answer: trend, annotations },
  bars: { question: trendQuestion, answer: trend, chart: 'bar' },
  stacked: { question: brokenQuestion, answer: broken, chart: 'bar' },
  area: { question: brokenQuestion, answer: broken, chart: 'area' },
  pie: { question: brokenQuestion, answer: broken, chart: 'pie' },
  number: { question: trendQuestion, answer: trend, chart: 'number' },
  table: { question: brokenQuestion, answer: broken, chart: 'table' },
  funnel: { question: funnelQuestion, answer: funnel },
  retention: { question: retentionQuestion, answer: retention },
  average: { question: retentionQuestion, answer: retention, chart: 'line' },
  paths: { question: pathsQuestion, answer: paths },
  stickiness: { question: { kind: 'stickiness', last: '3d' }, answer: stickiness },
  lifecycle: { question: lifecycleQuestion, answer: lifecycle },
  sessions: { question: { kind: 'sessions', last: '3d', interval: 'day' }, answer: sessions },
  performance: { question: performanceQuestion, answer: performance },
  speed: { question: performanceQuestion, answer: performance, chart: 'line' },
  users: { question: { kind: 'users', last: '3d' }, answer: users },
  timeline: { question: { kind: 'timeline', last: '3d', user: 'ann' }, answer: timeline },
  sql: { question: { kind: 'sql', last: '3d', sql: 'SELECT 1' }, answer: sql },
  web: { question: webQuestion, answer: web, annotations },
  bounces: { question: webQuestion, answer: web, measure: 'bounceRate' },
  'sql-bars': { question: { kind: 'sql', last: '3d', sql: 'SELECT 1' }, answer: sql, chart: 'bar' },
};
