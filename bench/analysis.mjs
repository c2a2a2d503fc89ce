// The analysis questions that the bench times, over the 30 days (12 weeks for retention) before a given moment.
import { NAMES, randomOf, userOf } from './events.mjs';

const DAY_MS = 86_400_000;
const days = (endMs, back) => ({
  from: new Date(endMs - back * DAY_MS).toISOString().slice(0, 10),
  to: new Date(endMs - DAY_MS).toISOString().slice(0, 10),
  timeZone: 'UTC',
});
const month = (endMs) => days(endMs, 30);
const step = (event) => ({ event });

const slowness = (endMs, choice) => ({
  kind: 'trend',
  ...month(endMs),
  interval: 'day',
  series: [{ ...choice, measure: 'p95', property: 'data.ms' }],
  breakdown: ['data.country'],
});

/** With the required time and the target; `turn` picks a different user each time. */
export const QUESTIONS = [
  {
    what: 'trend, 30 days by day, users, 10 events',
    must: '350 ms',
    aim: '50 ms',
    ask: (endMs) => ({
      kind: 'trend',
      ...month(endMs),
      interval: 'day',
      series: NAMES.slice(0, 10).map((event) => ({ event, measure: 'users' })),
    }),
  },
  {
    what: 'trend by property, p95 of a number, 30 days',
    must: '250 ms',
    aim: '60 ms',
    ask: (endMs) => slowness(endMs, {}),
  },
  {
    what: 'the same of one event',
    must: '–',
    aim: '–',
    ask: (endMs) => slowness(endMs, step('item viewed')),
  },
  {
    what: '4-step funnel, 30 days',
    must: '900 ms',
    aim: '350 ms',
    ask: (endMs) => ({
      kind: 'funnel',
      ...month(endMs),
      steps: ['page viewed', 'search executed', 'item viewed', 'item bought'].map(step),
      window: '14d',
    }),
  },
  {
    what: 'weekly retention, 12 weeks',
    must: '2 s',
    aim: '700 ms',
    ask: (endMs) => ({ kind: 'retention', ...days(endMs, 84), start: step('signed up'), interval: 'week' }),
  },
  {
    what: 'paths of 4 steps, 30 days',
    must: '2.5 s',
    aim: '1 s',
    ask: (endMs) => ({ kind: 'paths', ...month(endMs), start: step('search executed'), steps: 4 }),
  },
  {
    // A user as the events have them: users with more events come up more often.
    what: 'one user’s timeline, 90 days',
    must: '120 ms',
    aim: '25 ms',
    ask: (endMs, turn) => ({
      kind: 'timeline',
      ...days(endMs, 90),
      user: userOf(randomOf(100 + turn)),
      limit: 100,
    }),
  },
];
