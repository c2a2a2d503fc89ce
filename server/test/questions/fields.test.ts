/**
 * Every field of every kind of question, wrong in every way its schema knows: of another type, out of its bounds, missing, or
 * one that nobody knows. Each must be refused with the path to that field and no other.
 */
import type { TSchema } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Kind, QUESTIONS } from '../../src/questions/kinds.ts';
import { FilterSchema, SegmentSchema } from '../../src/questions/parts.ts';
import { aRoom, refusalOf } from '../saved/room.ts';

const NAMED: readonly TSchema[] = [FilterSchema, SegmentSchema];
const filters = [
  { field: 'data.plan', operator: 'is', value: 'pro' },
  {
    or: [
      { field: 'data.n', operator: 'between', value: [1, 5] },
      { and: [{ field: 'user', operator: 'exists', value: true }] },
    ],
  },
];
const selector = { event: 'paid', name: 'Payments', filters };
const byId = { id: 'paid' };
const segment = {
  and: [
    { did: selector, atLeast: 1, atMost: 9, last: '30d' },
    { or: [{ did: byId, from: '2026-01-01', to: 1_780_000_000_000 }, { not: { saved: 'loyal' } }] },
    { firstSeen: { from: '2026-01-01', to: '2026-02-01' } },
    { lastSeen: { from: 'yesterday' } },
  ],
};
const common = { last: '7d', timeZone: 'Europe/Zurich', weekStart: 'monday', filters, segment, exact: true };
const range = { from: '2026-03-01', to: '2026-03-10T12:00' };

/** Every field at least once. */
const FULL: { readonly [K in Kind]: readonly object[] } = {
  trend: [
    {
      ...{ kind: 'trend', ...common, interval: 'day', breakdown: ['data.plan', 'event'], limit: 5 },
      series: [selector, { ...byId, measure: 'p95', property: 'data.ms' }],
      ...{ compare: 'previousPeriod', formula: 'A / B * 100', movingAverage: 7 },
    },
    {
      kind: 'trend',
      ...range,
      series: [{}],
      compare: { from: '2026-01-01', to: 'today' },
      cumulative: true,
      interval: 'hour',
    },
  ],
  funnel: [
    {
      ...{ kind: 'funnel', ...common, steps: [selector, byId, {}], window: '14d', order: 'ordered', by: 'session' },
      exclude: [{ event: 'left', after: 2 }],
      ...{ breakdown: 'data.plan', limit: 5, list: { step: 2, status: 'dropped', limit: 10 } },
    },
    { kind: 'funnel', ...range, steps: [selector, byId] },
  ],
  retention: [
    {
      ...{ kind: 'retention', ...common, start: selector, return: byId, interval: 'day', mode: 'unbounded' },
      ...{ breakdown: 'data.plan', limit: 3 },
    },
    { kind: 'retention', ...range, start: byId, interval: 'week' },
  ],
  stickiness: [
    { kind: 'stickiness', ...common, event: 'paid', name: 'Payments', interval: 'day', period: 'week' },
    { kind: 'stickiness', ...range, id: 'paid' },
  ],
  lifecycle: [
    { kind: 'lifecycle', ...common, event: 'paid', name: 'Payments', interval: 'day' },
    { kind: 'lifecycle', ...range, id: 'paid', interval: 'month' },
  ],
  web: [
    {
      ...{ kind: 'web', ...common, interval: 'day', compare: 'sameWeekdays', current: true, goal: 2 },
      goals: [selector, byId],
      cards: [
        { card: 'sources', limit: 20, offset: 10, search: 'goo', sort: 'conversionRate', order: 'asc' },
        { card: 'pages' },
      ],
    },
    {
      kind: 'web',
      ...range,
      compare: { from: '2026-01-01', to: 'today' },
      goals: [{ page: '/thanks*', name: 'Thanks' }],
    },
  ],
  paths: [
    {
      ...{
        kind: 'paths',
        ...common,
        start: selector,
        steps: 4,
        node: 'data.page',
        sessionGap: '30min',
        collapse: false,
      },
      limit: 5,
    },
    { kind: 'paths', ...range, end: byId },
  ],
  sessions: [
    {
      kind: 'sessions',
      ...common,
      gap: '30min',
      interval: 'day',
      limit: 5,
      list: 10,
      breakdown: ['data.plan', 'event'],
    },
    { kind: 'sessions', ...range },
  ],
  users: [
    { kind: 'users', ...common, search: 'a', sort: 'events', order: 'asc', limit: 10, offset: 5 },
    { kind: 'users', ...range },
  ],
  timeline: [
    {
      ...{ kind: 'timeline', ...common, segment: undefined, user: 'ann', order: 'asc', limit: 10 },
      after: `1773000000000.5-${'0'.repeat(32)}`,
    },
    { kind: 'timeline', ...range, device: 'd' },
  ],
  performance: [
    {
      ...{ kind: 'performance', ...common, event: 'paid', name: 'Payments', property: 'data.ms', by: 'data.route' },
      ...{ condition: filters[1], interval: 'hour', sort: 'rate', limit: 5 },
    },
    { kind: 'performance', ...range, id: 'paid', property: 'data.ms', by: 'event' },
  ],
  sql: [
    { kind: 'sql', ...common, sql: 'SELECT count() FROM events' },
    { kind: 'sql', ...range, sql: 'SELECT 1' },
  ],
};

interface Wrong {
  /** The question with this one thing wrong. */
  readonly question: object;
  readonly field: string;
}

const OTHERS: readonly unknown[] = [null, true, -1, 0.5, 1e9, 'no such text', '', [], [[]]];
const OBJECTS: readonly unknown[] = [{}, { a: 1 }];

/** Wrong values for a schema, from its own words. */
function wrongOf(schema: TSchema): unknown[] {
  // Of one object, what it lacks and what it has too much is at fault, and is tried below.
  const isOneObject = membersOf(schema).filter(({ type }) => type === 'object').length === 1;
  const values = isOneObject ? [...OTHERS] : [...OTHERS, ...OBJECTS];
  for (const { minimum, maximum, minLength, maxLength, minItems, maxItems, items } of membersOf(schema)) {
    if (minimum !== undefined) values.push(minimum - 1, minimum + 0.5);
    if (maximum !== undefined) values.push(maximum + 1);
    if (minLength !== undefined) values.push('x'.repeat(minLength - 1));
    if (maxLength !== undefined) values.push('x'.repeat(maxLength + 1));
    const item = items === undefined ? undefined : itemOf(items);
    if (minItems !== undefined) values.push(Array(minItems - 1).fill(item));
    if (maxItems !== undefined) values.push(Array(maxItems + 1).fill(item));
  }
  // Lists whose items are wrong are at fault further down.
  return values.filter((value) => !isRight(schema, value) && !(Array.isArray(value) && isFurtherDown(schema, value)));
}

const membersOf = (schema: TSchema): TSchema[] => {
  const named = schema['$ref'] === undefined ? schema : NAMED.find(({ $id }) => $id === schema['$ref'])!;
  return named['anyOf'] ? (named['anyOf'] as TSchema[]).flatMap(membersOf) : [named];
};
const isRight = (schema: TSchema, value: unknown): boolean => Value.Check(schema, [...NAMED], value);
const itemOf = (items: TSchema): unknown =>
  ['x', { field: 'user', value: 'x' }, {}, { did: {} }, 1].find((value) => isRight(items, value));
const isFurtherDown = (schema: TSchema, value: readonly unknown[]): boolean =>
  membersOf(schema).some(
    ({ items, minItems = 0, maxItems = 1e9 }) => items && value.length >= minItems && value.length <= maxItems,
  );

function* wrongs(schema: TSchema, value: unknown, path: string, put: (value: unknown) => object): Generator<Wrong> {
  if (path !== '') for (const wrong of wrongOf(schema)) yield { question: put(wrong), field: path };
  const own = membersOf(schema).find((member) => isRight(member, value));
  if (own === undefined) throw new Error(`${path} is not right to begin with: ${JSON.stringify(value)}`);
  if (own['type'] === 'array' && Array.isArray(value)) {
    for (const [i, item] of value.entries())
      yield* wrongs(own['items'], item, `${path}[${i}]`, (next) => put(value.with(i, next)));
  } else if (own['type'] === 'object') {
    const fields = value as Record<string, unknown>;
    const at = (name: string): string => (path === '' ? name : `${path}.${name}`);
    yield { question: put({ ...fields, unheardOf: 1 }), field: at('unheardOf') };
    for (const [name, inner] of Object.entries<TSchema>(own['properties'])) {
      if (name === 'kind') continue;
      if (name in fields) yield* wrongs(inner, fields[name], at(name), (next) => put({ ...fields, [name]: next }));
      if (own['required']?.includes(name)) {
        const { [name]: _, ...left } = fields;
        // Nothing is left of it that tells what was meant.
        const known = membersOf(schema).flatMap(({ properties = {} }) => Object.keys(properties as object));
        const isAny = membersOf(schema).length > 1 && !Object.keys(left).some((each) => known.includes(each));
        yield { question: put(left), field: isAny ? path : at(name) };
      }
    }
  }
}

let room: ReturnType<typeof aRoom>;
beforeAll(() => {
  room = aRoom();
});
afterAll(() => room.close());

const withoutAbsent = (question: object): object => JSON.parse(JSON.stringify(question)) as object;

describe.each(Object.keys(FULL) as Kind[])('%s', (kind) => {
  const right = FULL[kind].map(withoutAbsent);

  it('has every field of its schema in the questions below', () => {
    const known = Object.keys(QUESTIONS[kind].properties).filter(
      (name) => !(kind === 'timeline' && name === 'segment'),
    );
    expect([...new Set(right.flatMap(Object.keys))].toSorted()).toEqual(known.toSorted());
  });

  it('is refused at the field that is wrong', async () => {
    let tried = 0;
    const astray: unknown[] = [];
    for (const base of right)
      for (const { question, field } of wrongs(QUESTIONS[kind], base, '', (value) => value as object)) {
        tried++;
        const refused = await refusalOf(() => room.analysis.check('shop', question)).catch(() => ({
          code: 'taken',
          field: undefined,
          detail: '',
        }));
        if (
          refused.code !== 'QUESTION_INVALID' ||
          refused.field !== field ||
          !refused.detail.replaceAll('`', '').startsWith(field)
        )
          astray.push({
            due: field,
            is: refused.field,
            code: refused.code,
            detail: refused.detail.slice(0, 150),
            question: JSON.stringify(question).slice(0, 300),
          });
      }
    expect(astray).toEqual([]);
    expect(tried).toBeGreaterThan(100);
  });
});

const last = { last: '7d' };
const trend = (more: object) => ({ kind: 'trend', ...last, series: [{}], ...more });
const funnel = (more: object) => ({ kind: 'funnel', ...last, steps: [{}, {}], ...more });
const did = (more: object) => trend({ segment: { not: { did: {}, ...more } } });

it.each([
  [trend({ last: undefined }), 'from'],
  [trend({ from: '2026-03-01' }), 'from'],
  [trend({ to: '2026-03-01' }), 'to'],
  [trend({ last: undefined, from: '2026-03-02', to: '2026-03-01' }), 'from'],
  [trend({ last: undefined, from: '2026-02-30' }), 'from'],
  [trend({ last: undefined, from: '2026-03-01', to: 'noon' }), 'to'],
  [trend({ last: undefined, from: -1e15 }), 'from'],
  [trend({ last: '99y' }), 'last'],
  [trend({ timeZone: 'Mars/Base' }), 'timeZone'],
  [trend({ filters: [{ field: 'plan', value: 1 }] }), 'filters[0].field'],
  [trend({ filters: [{ field: 'data[a]', value: 1 }] }), 'filters[0].field'],
  [trend({ filters: [{ or: [{ field: 'data.a' }] }] }), 'filters[0].or[0].value'],
  [trend({ filters: [{ field: 'data.a', operator: 'in', value: 1 }] }), 'filters[0].value'],
  [trend({ filters: [{ field: 'data.a', value: [1] }] }), 'filters[0].value'],
  [trend({ filters: [{ field: 'data.a', operator: 'between', value: [1, 2, 3] }] }), 'filters[0].value'],
  [trend({ filters: [{ field: 'data.a', operator: 'gt', value: '1' }] }), 'filters[0].value'],
  [trend({ filters: [{ field: 'data.a', operator: 'exists', value: 'yes' }] }), 'filters[0].value'],
  [trend({ filters: [{ field: 'data.a', operator: 'matches', value: '(?=a)' }] }), 'filters[0].value'],
  [trend({ filters: [{ field: 'data.a', operator: 'contains', value: '' }] }), 'filters[0].value'],
  [trend({ filters: [{ field: 'user', operator: 'lt', value: 5 }] }), 'filters[0].operator'],
  [trend({ filters: [{ field: 'user', value: 5 }] }), 'filters[0].value'],
  [did({ atLeast: 3, atMost: 2 }), 'segment.not.atMost'],
  [did({ from: '2026-03-02', to: '2026-03-01' }), 'segment.not.from'],
  [did({ last: '7d', to: '2026-03-01' }), 'segment.not.last'],
  [did({ did: { event: 'a', id: 'a' } }), 'segment.not.did.id'],
  [trend({ segment: { lastSeen: { from: 'then' } } }), 'segment.lastSeen.from'],
  [trend({ segment: { and: [{ saved: '0123456789ab' }] } }), 'segment.and[0].saved'],
  [trend({ series: [{ event: 'a', id: 'a' }] }), 'series[0].id'],
  [trend({ series: [{ measure: 'sum' }] }), 'series[0].property'],
  [trend({ series: [{ measure: 'sum', property: 'event' }] }), 'series[0].property'],
  [trend({ series: [{ property: 'data.a' }] }), 'series[0].property'],
  [trend({ series: [{}, { filters: [{ field: 'x', value: 1 }] }] }), 'series[1].filters[0].field'],
  [trend({ breakdown: ['event', 'plan'] }), 'breakdown[1]'],
  [trend({ compare: { from: '2026-03-02', to: '2026-03-01' } }), 'compare.from'],
  [trend({ formula: 'A / B' }), 'formula'],
  [trend({ cumulative: true }), 'cumulative'],
  [trend({ movingAverage: 7 }), 'movingAverage'],
  [trend({ cumulative: true, interval: 'day', series: [{ measure: 'p95', property: 'data.a' }] }), 'cumulative'],
  [funnel({ order: 'any', exclude: [{}] }), 'exclude'],
  [funnel({ exclude: [{ after: 2 }] }), 'exclude[0].after'],
  [funnel({ list: { step: 3 } }), 'list.step'],
  [funnel({ steps: [{}, { event: 'a', id: 'a' }] }), 'steps[1].id'],
  [funnel({ exclude: [{ event: 'a', id: 'a' }] }), 'exclude[0].id'],
  [funnel({ breakdown: 'plan' }), 'breakdown'],
  [{ kind: 'retention', last: '400d', start: {}, interval: 'day' }, 'interval'],
  [{ kind: 'retention', ...last, start: {}, return: { event: 'a', id: 'a' }, interval: 'day' }, 'return.id'],
  [{ kind: 'retention', ...last, start: {}, interval: 'day', breakdown: 'plan' }, 'breakdown'],
  [{ kind: 'stickiness', ...last, interval: 'week', period: 'week' }, 'period'],
  [{ kind: 'stickiness', ...last, interval: 'week', period: 'month' }, 'period'],
  [{ kind: 'stickiness', ...last, event: 'a', id: 'a' }, 'id'],
  [{ kind: 'stickiness', last: '400d' }, 'interval'],
  [{ kind: 'lifecycle', ...last, interval: 'day', event: 'a', id: 'a' }, 'id'],
  [{ kind: 'lifecycle', last: '400d', interval: 'day' }, 'interval'],
  [{ kind: 'paths', ...last, start: {}, end: {} }, 'end'],
  [{ kind: 'paths', ...last, end: { event: 'a', id: 'a' } }, 'end.id'],
  [{ kind: 'paths', ...last, node: 'page' }, 'node'],
  [{ kind: 'timeline', ...last }, 'user'],
  [{ kind: 'timeline', ...last, user: 'a', device: 'b' }, 'device'],
  [{ kind: 'timeline', ...last, user: 'a', segment: { did: {} } }, 'segment'],
  [{ kind: 'timeline', ...last, user: 'a', after: 'page 2' }, 'after'],
  [{ kind: 'performance', ...last, property: 'event', by: 'event' }, 'property'],
  [{ kind: 'performance', ...last, property: 'data.ms', by: 'route' }, 'by'],
  [{ kind: 'performance', ...last, property: 'data.ms', by: 'event', sort: 'rate' }, 'sort'],
  [
    { kind: 'performance', ...last, property: 'data.ms', by: 'event', condition: { field: 'x', value: 1 } },
    'condition.field',
  ],
  [{ kind: 'sql', ...last, sql: 'SELECT' }, 'sql'],
  [{ kind: 'sql', ...last, sql: 'SELECT 1 FROM system.tables' }, 'sql'],
])('%j, right in form and wrong in meaning, is refused at %s', async (question, field) => {
  expect(await refusalOf(() => room.analysis.check('shop', withoutAbsent(question)))).toMatchObject({
    code: 'QUESTION_INVALID',
    field,
  });
});

it.each([
  [trend({ interval: 'minute', last: '30d' })],
  [{ kind: 'sessions', last: '30d', interval: 'minute' }],
  [{ kind: 'performance', last: '30d', interval: 'minute', property: 'data.ms', by: 'event' }],
])('%j has too many buckets', async (question) => {
  // 30 days have 43,200 minutes; 10,000 buckets are answered at most.
  expect(await refusalOf(() => room.analysis.check('shop', question))).toMatchObject({
    code: 'RANGE_TOO_MANY_BUCKETS',
  });
});

it('a day that a zone left out is an empty range, and no mistake', async () => {
  // Samoa went from the 29th of December 2011 to the 31st.
  const day = { from: '2011-12-30', to: '2011-12-30' };
  await room.analysis.check('shop', { kind: 'trend', ...day, timeZone: 'Pacific/Apia', series: [{}] });
});
