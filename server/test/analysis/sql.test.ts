import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SqlAnswer } from '../../src/analysis/sql.ts';
import { bucketName, distinct, groupBy, type Known, known, look, percentile } from './reference.ts';
import { aWorld, someEvents, type World } from './world.ts';

let world: World;
let events: Known[];
const app = 'sql';
beforeAll(async () => {
  world = await aWorld((name) => (name === app ? 'America/New_York' : 'UTC'));
  const given = someEvents({ seed: 11, count: 800, from: Date.UTC(2026, 2, 1), days: 15 });
  await world.post(app, given);
  events = known(given);
});
afterAll(() => world.close());

const ask = async (sql: string, more: object = {}) => {
  const { result, columns } = await world.ask<SqlAnswer>(app, {
    kind: 'sql',
    from: '2026-03-01',
    to: '2026-03-20',
    sql,
    ...more,
  });
  return { rows: result.rows, columns };
};
const rowsOf = async (sql: string, more?: object) => (await ask(sql, more)).rows;
const inZone = (zone: string): Known[] =>
  events.filter(({ timestamp }) => {
    const date = bucketName(timestamp, 'day', zone);
    return date >= '2026-03-01' && date <= '2026-03-20';
  });
const sorted = (rows: readonly (readonly unknown[])[]) => rows.map((row) => JSON.stringify(row)).toSorted();

describe('SQL over events', () => {
  it('counts, with the names and types of its columns', async () => {
    const { rows, columns } = await ask(
      "SELECT count(), uniqExact(person) AS people, max(timestamp), any(event) FROM events WHERE event = 'A' AND person != 0",
    );
    const own = inZone('America/New_York').filter(({ event, person }) => event === 'A' && person !== undefined);
    expect(rows).toEqual([
      [own.length, distinct(own.map(({ person }) => person)), new Date(own.at(-1)!.timestamp).toISOString(), 'A'],
    ]);
    expect(columns).toEqual([
      { name: 'count()', type: 'number' },
      { name: 'people', type: 'number' },
      { name: 'max(timestamp)', type: 'time' },
      { name: 'any(event)', type: 'text' },
    ]);
  });

  it('groups by properties as texts, and measures them as numbers where numbers are due', async () => {
    const rows = await rowsOf(
      `SELECT data.country AS country, count(*) AS n, avg(data.ms) AS mean, quantileExactInclusive(0.9)(data.ms), sum(data.ms * 2), countIf(data.plan = 'pro'), countIf(data.plan = 1), countIf(data.plan = true)
      FROM events WHERE data.ms > 10.5 GROUP BY country ORDER BY n DESC, country`,
    );
    const own = inZone('America/New_York').filter(
      (event) => Number(look(event, 'data.ms')) > 10.5 && typeof look(event, 'data.ms') === 'number',
    );
    const expected = [...groupBy(own, (event) => JSON.stringify(look(event, 'data.country') ?? null))].map(
      ([country, group]) => {
        const ms = group.map((event) => look(event, 'data.ms') as number);
        const sum = ms.reduce((a, b) => a + b, 0);
        const plan = (value: unknown) => group.filter((event) => look(event, 'data.plan') === value).length;
        return [
          JSON.parse(country),
          group.length,
          expect.closeTo(sum / ms.length, 6),
          expect.closeTo(percentile(ms, 0.9)!, 6),
          expect.closeTo(sum * 2, 6),
          plan('pro'),
          plan(1),
          plan(true),
        ];
      },
    );
    expect(rows).toHaveLength(expected.length);
    for (const row of expected) expect(rows).toContainEqual(row);
  });

  it('says of a property what form it has', async () => {
    const rows = await rowsOf(
      'SELECT text(data.plan), number(data.plan), bool(data.plan), json(data.plan), count() FROM events GROUP BY 1, 2, 3, 4',
    );
    const expected = [
      ...groupBy(inZone('America/New_York'), (event) => JSON.stringify(look(event, 'data.plan')) ?? 'missing'),
    ].map(([json, group]) => {
      const value = json === 'missing' ? undefined : JSON.parse(json);
      return [
        value === undefined ? null : typeof value === 'string' ? value : json,
        typeof value === 'number' ? value : null,
        typeof value === 'boolean' ? value : null,
        value === undefined ? null : json,
        group.length,
      ];
    });
    expect(sorted(rows)).toEqual(sorted(expected));
  });

  it('reads odd names', async () => {
    for (const [sql, field] of [
      ['data["a.b"]', 'data["a.b"]'],
      ['data.a.b', 'data.a.b'],
      ["data['it''s']", "data.it's"],
      ['data["quote\\""]', 'data.quote"'],
      ['data."with space"', 'data.with space'],
      ['data["back\\\\slash"]', 'data.back\\slash'],
      ['data["ünï"]', 'data.ünï'],
      ['data[""]', 'data[""]'],
      ['data.__proto__', 'data.__proto__'],
    ] as const) {
      const [[found]] = (await rowsOf(`SELECT count(${sql}) FROM events`)) as [[number]];
      expect([sql, found]).toEqual([
        sql,
        inZone('America/New_York').filter((event) => look(event, field) !== undefined).length,
      ]);
    }
  });

  it('knows its own WITH, joins, windows, cases, sets and lambdas', async () => {
    const own = inZone('America/New_York');
    const people = groupBy(
      own.filter(({ person }) => person !== undefined),
      ({ person }) => person!,
    );
    const expected = [...people.values()].filter((group) => group.length >= 5).length;
    expect(
      await rowsOf(`WITH per AS (SELECT person, count() AS n FROM events WHERE person != 0 GROUP BY person), big AS (SELECT * FROM per WHERE n >= 5)
        SELECT count() FROM big`),
    ).toEqual([[expected]]);
    expect(
      await rowsOf(`WITH big AS (SELECT person, count() AS n FROM events WHERE person != 0 GROUP BY person HAVING n >= 5)
        SELECT count() FROM events AS e INNER JOIN big AS b ON e.person = b.person`),
    ).toEqual([
      [[...people.values()].filter((group) => group.length >= 5).reduce((sum, { length }) => sum + length, 0)],
    ]);
    expect(
      await rowsOf(
        "SELECT count() FROM events WHERE event NOT IN ('A', 'B') AND person IN (SELECT person FROM events WHERE event = 'A')",
      ),
    ).toEqual([
      [
        own.filter(
          ({ event, person }) =>
            !['A', 'B'].includes(event) &&
            own.some((each) => each.event === 'A' && (each.person ?? 'nobody') === (person ?? 'nobody')),
        ).length,
      ],
    ]);
    expect(
      await rowsOf(
        "SELECT CASE WHEN event = 'A' THEN 1 WHEN event LIKE 'B%' THEN 2 ELSE 3 END AS k, count() FROM events GROUP BY k ORDER BY k",
      ),
    ).toEqual(
      [1, 2, 3].map((k) => [k, own.filter(({ event }) => (event === 'A' ? 1 : event === 'B' ? 2 : 3) === k).length]),
    );
    expect(
      await rowsOf(
        'SELECT arraySum(x -> x * 2, [1, 2, 3]), arrayMap((a, b) -> a + b, [1, 2], [10, 20])[2], -3 % 2, 7 BETWEEN 5 AND 9, NULL IS NULL, (1, 2) = (1, 2)',
      ),
    ).toEqual([[12, 22, -1, 1, 1, 1]]);
    expect(
      await rowsOf(
        'SELECT n, row_number() OVER (ORDER BY n DESC) AS r FROM (SELECT event, count() AS n FROM events GROUP BY event) AS t ORDER BY r LIMIT 1 OFFSET 1',
      ),
    ).toEqual([
      [[...groupBy(own, ({ event }) => event).values()].map(({ length }) => length).toSorted((a, b) => b - a)[1], 2],
    ]);
    expect(
      await rowsOf(
        'SELECT toStartOfDay(timestamp) + INTERVAL 1 DAY > timestamp AS t, (SELECT count() FROM events) > 0 AS u FROM events LIMIT 1',
      ),
    ).toEqual([[1, 1]]);
  });

  it('cuts days in the zone of the question, and keeps to its filters and segment', async () => {
    for (const zone of ['America/New_York', 'Asia/Kathmandu']) {
      const rows = await rowsOf(
        'SELECT toString(toDate(timestamp)) AS day, count() FROM events GROUP BY day ORDER BY day',
        { timeZone: zone },
      );
      expect(rows).toEqual(
        [...groupBy(inZone(zone), ({ timestamp }) => bucketName(timestamp, 'day', zone))]
          .map(([day, group]) => [day, group.length])
          .toSorted(),
      );
    }
    const own = inZone('America/New_York').filter(
      (event) => event.event === 'A' && look(event, 'data.country') === 'CH',
    );
    expect(
      await rowsOf("SELECT count() FROM events WHERE event = 'A'", {
        filters: [{ field: 'data.country', value: 'CH' }],
      }),
    ).toEqual([[own.length]]);
    const buyers = new Set(
      inZone('America/New_York')
        .filter(({ event }) => event === 'D')
        .map(({ person }) => person),
    );
    expect(await rowsOf('SELECT count() FROM events', { segment: { did: { event: 'D' } } })).toEqual([
      [inZone('America/New_York').filter(({ person }) => person !== undefined && buyers.has(person)).length],
    ]);
  });

  it('answers * with the columns of events', async () => {
    const { columns, rows } = await ask('SELECT * FROM events LIMIT 1');
    expect(columns.map(({ name }) => name)).toEqual([
      'uuid',
      'id',
      'event',
      'timestamp',
      'receivedAt',
      'user',
      'device',
      'session',
      'person',
    ]);
    expect(rows).toHaveLength(1);
  });

  it('leaves its connection as it was: other questions may still set what they need', async () => {
    for (let i = 0; i < 5; i++) await rowsOf('SELECT 1');
    const { result } = await world.ask<{ series: { total: number }[] }>(app, {
      kind: 'trend',
      from: '2026-03-01',
      to: '2026-03-20',
      series: [{}],
    });
    expect(result.series[0]!.total).toBe(inZone('America/New_York').length);
    await world.post(app, [{ event: 'after', timestamp: Date.UTC(2026, 1, 1) }]);
  });

  it.each([
    ['SELECT sum(event) FROM events', /Illegal type/],
    ['SELECT event FROM events GROUP BY user', /not under aggregate/],
    [
      'SELECT nothing FROM events',
      /no column `nothing`; the columns are `uuid`, `id`, `event`, .*, and properties such as `data\.plan`/,
    ],
    ['SELECT max(data.ms) FROM events', /use `text\(…\)` or `number\(…\)`/],
    ['SELECT event FROM events ORDER BY data.ms', /use `text\(…\)` or `number\(…\)`/],
    ['SELECT e.event FROM events', /no table `e`/],
    ['SELECT event FROM events AS a JOIN events AS b ON a.uuid = b.uuid', /`event` in two tables/],
    ['SELECT data.plan FROM (SELECT event FROM events)', /`data.plan` outside of `events`/],
    ['SELECT 1 AS a, 2 AS a', /two columns named `a`/],
    ["SELECT replaceRegexpAll(event, '(?=a)', '') FROM events", /valid RE2 regular expression, without look-around/],
  ])('says what is wrong with %s', async (sql, rule) => {
    await expect(ask(sql)).rejects.toMatchObject({
      code: 'QUESTION_INVALID',
      field: 'sql',
      detail: expect.stringMatching(rule),
    });
  });

  it('ends at its limits', async () => {
    const limited = (sql: string, limits: object) =>
      world.analysis.ask(
        app,
        { kind: 'sql', from: '2026-03-01', to: '2026-03-20', sql },
        { isFresh: true, control: { maxSeconds: 1, maxBytes: 2e8, maxRows: 1_000, ...limits } },
      );
    const code = async (sql: string, limits: object) =>
      await limited(sql, limits).then(
        () => 'answered',
        (error: { code: string }) => error.code,
      );
    expect([
      await code('SELECT arrayJoin(range(100000))', {}),
      await code(
        'SELECT count() FROM events a CROSS JOIN events b CROSS JOIN events c CROSS JOIN events d WHERE a.person + b.person + c.person + d.person = 7',
        {},
      ),
      await code('SELECT length(groupArray(arrayJoin(range(1000000)))) FROM events', { maxSeconds: 30 }),
    ]).toEqual(['QUERY_LIMIT_ROWS', 'QUERY_LIMIT_TIME', 'QUERY_LIMIT_MEMORY']);
    await expect(ask('SELECT range(100000000)')).rejects.toMatchObject({ code: 'QUESTION_INVALID' });
  });
});
