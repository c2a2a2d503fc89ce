// The questions of the analysis API that the bench times, over the 30 days (12 weeks for retention) before a moment.
import { NAMES, randomOf, userOf } from './events.mjs';

const DAY_MS = 86_400_000;
const days = (endMs, back) => ({
  from: new Date(endMs - back * DAY_MS).toISOString().slice(0, 10),
  to: new Date(endMs - DAY_MS).toISOString().slice(0, 10),
  timeZone: 'UTC',
});
const month = (endMs) => days(endMs, 30);
const step = (event) => ({ event });

/** Each makes the question of its name; `turn` varies what a cache would remember. */
export const QUESTIONS = {
  'trend, 30 days by day, users, 10 events': (endMs) => ({
    kind: 'trend',
    ...month(endMs),
    interval: 'day',
    series: NAMES.slice(0, 10).map((event) => ({ event, measure: 'users' })),
  }),
  'trend by property, p95 of a number, 30 days': (endMs) => ({
    kind: 'trend',
    ...month(endMs),
    interval: 'day',
    series: [{ measure: 'p95', property: 'data.ms' }],
    breakdown: ['data.country'],
  }),
  'the same of one event': (endMs) => ({
    kind: 'trend',
    ...month(endMs),
    interval: 'day',
    series: [{ event: 'item viewed', measure: 'p95', property: 'data.ms' }],
    breakdown: ['data.country'],
  }),
  '4-step funnel, 30 days': (endMs) => ({
    kind: 'funnel',
    ...month(endMs),
    steps: ['page viewed', 'search executed', 'item viewed', 'item bought'].map(step),
    window: '14d',
  }),
  'weekly retention, 12 weeks': (endMs) => ({
    kind: 'retention',
    ...days(endMs, 84),
    start: step('signed up'),
    interval: 'week',
  }),
  'paths of 4 steps, 30 days': (endMs) => ({
    kind: 'paths',
    ...month(endMs),
    start: step('search executed'),
    steps: 4,
  }),
  // Of a user as the events have them: who has more events comes up more often.
  'one user’s timeline': (endMs, turn) => ({
    kind: 'timeline',
    ...days(endMs, 90),
    user: userOf(randomOf(100 + turn)),
    limit: 100,
  }),
};
