/** Templates for dashboards: made of ordinary questions, saved through the API, and editable like any other. */
import type { Question, QuestionOf } from '../../api/wire.ts';
import type { Tile } from './queries.ts';

export interface Template {
  readonly id: string;
  readonly name: string;
  readonly about: string;
  tiles(events: readonly string[]): readonly Tile[];
}

/** Nobody reads more lines than these in a tile. */
export const EVENTS_MAX = 6;

type Trend = QuestionOf<'trend'>;
const trend = (rest: Omit<Trend, 'kind'>): Question => ({ kind: 'trend', ...rest });
const of = (events: readonly string[]) => events.slice(0, EVENTS_MAX).map((event) => ({ event }));

/** The six reports of the first Seismo: each period compared with the one before, as numbers and over time. */
const REPORTS: Template = {
  id: 'reports',
  name: 'Reports',
  about: 'Today, this week and this month compared to the previous period, for the events you choose.',
  tiles(events) {
    const series = of(events);
    const periods = [
      ['Today and yesterday', { from: 'today', to: 'today' }, 'hour'],
      ['This week and last week', { last: '1w' }, 'day'],
      ['This month and last month', { last: '1m' }, 'day'],
    ] as const;
    return periods.flatMap(([name, range, interval], i) => [
      {
        x: i * 4,
        y: 0,
        w: 4,
        h: 3,
        name,
        chart: 'number',
        question: trend({ ...range, series, compare: 'previousPeriod' }),
      },
      {
        x: 0,
        y: 3 + i * 4,
        w: 12,
        h: 4,
        name: `${name}, by ${interval}`,
        chart: 'line',
        question: trend({ ...range, series, interval, compare: 'previousPeriod' }),
      },
    ]);
  },
};

const PRODUCT: Template = {
  id: 'product',
  name: 'Product',
  about: 'Who uses it, how often they return, and what they do most.',
  tiles: (events) => [
    {
      x: 0,
      y: 0,
      w: 4,
      h: 3,
      name: 'Users',
      chart: 'number',
      question: trend({ last: '30d', series: [{ measure: 'users' }], compare: 'previousPeriod' }),
    },
    {
      x: 4,
      y: 0,
      w: 8,
      h: 3,
      name: 'Users by day',
      chart: 'line',
      question: trend({ last: '30d', interval: 'day', series: [{ measure: 'users' }], compare: 'previousPeriod' }),
    },
    {
      x: 0,
      y: 3,
      w: 6,
      h: 4,
      name: 'Top events',
      chart: 'line',
      question: trend({ last: '30d', interval: 'day', series: of(events) }),
    },
    {
      x: 6,
      y: 3,
      w: 6,
      h: 4,
      name: 'Lifecycle',
      chart: 'bar',
      question: { kind: 'lifecycle', last: '8w', interval: 'week' },
    },
    {
      x: 0,
      y: 7,
      w: 12,
      h: 5,
      name: 'Retention',
      chart: 'heatmap',
      question: { kind: 'retention', last: '8w', interval: 'week', start: {} },
    },
  ],
};

const WEB: Template = {
  id: 'web',
  name: 'Web',
  about: 'Visitors, page views, top pages and traffic sources.',
  tiles: () => {
    const views = [{ event: 'page viewed' }];
    const visitors = [{ event: 'page viewed', measure: 'users' }] as const;
    return [
      {
        x: 0,
        y: 0,
        w: 4,
        h: 3,
        name: 'Visitors',
        chart: 'number',
        question: trend({ last: '30d', series: visitors, compare: 'previousPeriod' }),
      },
      {
        x: 4,
        y: 0,
        w: 8,
        h: 3,
        name: 'Page views by day',
        chart: 'area',
        question: trend({ last: '30d', interval: 'day', series: views }),
      },
      {
        x: 0,
        y: 3,
        w: 6,
        h: 4,
        name: 'Pages',
        chart: 'table',
        question: trend({ last: '30d', series: views, breakdown: ['data.path'] }),
      },
      {
        x: 6,
        y: 3,
        w: 6,
        h: 4,
        name: 'Countries',
        chart: 'pie',
        question: trend({ last: '30d', series: visitors, breakdown: ['data.country'] }),
      },
    ];
  },
};

const HEALTH: Template = {
  id: 'health',
  name: 'Errors and performance',
  about: 'Errors, how often they happen, and slow routes.',
  tiles: () => [
    {
      x: 0,
      y: 0,
      w: 6,
      h: 4,
      name: 'Errors by hour',
      chart: 'bar',
      question: trend({ last: '48h', interval: 'hour', series: [{ event: 'error' }] }),
    },
    {
      x: 6,
      y: 0,
      w: 6,
      h: 4,
      name: 'Errors by message',
      chart: 'table',
      question: trend({ last: '7d', series: [{ event: 'error' }], breakdown: ['data.message'] }),
    },
    {
      x: 0,
      y: 4,
      w: 12,
      h: 4,
      name: 'Slowest routes',
      chart: 'table',
      question: {
        kind: 'performance',
        last: '7d',
        event: 'request',
        property: 'data.ms',
        by: 'data.route',
        sort: 'p95',
      },
    },
  ],
};

/** The templates that fit the events of this app. */
export function templatesFor(events: readonly string[]): readonly Template[] {
  const has = (name: string): boolean => events.includes(name);
  return [REPORTS, PRODUCT, ...(has('page viewed') ? [WEB] : []), ...(has('error') || has('request') ? [HEALTH] : [])];
}

/** The usual events of an app: without those that the clients send automatically. */
export const usualEvents = (events: readonly string[]): readonly string[] =>
  events.filter((event) => !event.startsWith('$') && !['request', 'web vital', 'error'].includes(event)).slice(0, 4);
