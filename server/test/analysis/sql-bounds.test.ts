/** What a statement may make the engine do: refused by its cause before the engine sees it, or written so that the engine's limits hold it. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SqlAnswer } from '../../src/analysis/sql.ts';
import { checkSql } from '../../src/sql/check.ts';
import { SQL_FUNCTIONS } from '../../src/sql/functions.ts';
import { parseSql } from '../../src/sql/parse.ts';
import { aWorld, control, NOW, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await aWorld();
  const big = '9007199254740993';
  await world.post('shop', [
    { event: 'buy', user: 'ann', timestamp: NOW - 60_000, data: { path: '/Shop/a-1', tags: 'a,b', n: 2, big } },
    { event: 'look', user: 'bob', timestamp: NOW - 50_000, data: { path: 'line\nfeed', pad: 'x'.repeat(5_000) } },
  ]);
});
afterAll(async () => await world.close());

const ask = async (sql: string, more: object = {}): Promise<unknown> =>
  (await world.ask<SqlAnswer>('shop', { kind: 'sql', last: '1d', sql, ...more })).result.rows;
const refusal = (sql: string, limits = control): Promise<unknown> =>
  world.analysis.ask('shop', { kind: 'sql', last: '1d', sql }, { isFresh: false, control: limits }).then(
    () => 'answered',
    ({ code, field, detail }) => [code, field, detail],
  );
const check = (sql: string) => checkSql(sql, parseSql(sql));

describe('a regular expression or LIKE in a statement', () => {
  it.each([
    ["SELECT match(event, '(((a|b){1,30}){1,30}c|d)') FROM events", 'counted repetition inside another'],
    [`SELECT extract(event, '${'a'.repeat(201)}') FROM events`, 'at most 200 characters'],
    ["SELECT extractAll(event, '.{999}') FROM events", 'use lower counts'],
    ["SELECT replaceRegexpOne(event, '(', '') FROM events", 'a valid RE2 regular expression'],
    ["SELECT replaceRegexpAll(event, '(a{2}){2}', '') FROM events", 'counted repetition'],
    ["SELECT splitByRegexp('(a{2}){2}', event) FROM events", 'counted repetition'],
    ['SELECT match(event, user) FROM events', 'needs a regular expression in quotes'],
    ["SELECT match(event, concat('a', 'b')) FROM events", 'needs a regular expression in quotes'],
    ['SELECT event LIKE user FROM events', 'needs a string in quotes as the pattern of `LIKE`'],
    ['SELECT event NOT ILIKE user FROM events', 'needs a string in quotes as the pattern of `ILIKE`'],
    [
      'SELECT ilike(event, user), notLike(event, user) FROM events',
      'needs a string in quotes as the pattern of `ilike`',
    ],
    [`SELECT like(event, '${'_'.repeat(201)}') FROM events`, 'more than 200 characters'],
    [`SELECT ${Array.from({ length: 6 }, (_, i) => `match(event, 'a${i}')`).join(' OR ')} FROM events`, 'more than 5'],
    ["SELECT arrayMap(x -> match(x, '(a{2}){2}'), ['a']) FROM events", 'counted repetition'],
    [
      "SELECT count() FROM (SELECT 1 FROM events WHERE user IN (SELECT user FROM events WHERE match(user, '(')))",
      'RE2',
    ],
  ])('%s is refused by its cause', async (sql, cause) => {
    expect(await refusal(sql)).toEqual(['QUESTION_INVALID', 'sql', expect.stringContaining(cause)]);
  });

  it('counts together with those of filters', async () => {
    const filters = Array.from({ length: 5 }, () => ({ field: 'event', operator: 'matches', value: 'b' }));
    await expect(ask("SELECT match(event, 'b') FROM events", { filters })).rejects.toMatchObject({ field: 'sql' });
    expect(await ask("SELECT match(event, 'b') FROM events", { filters: filters.slice(1) })).toEqual([[1]]);
  });

  it('looks at 4,096 characters, and a dot is the engine’s own, as ClickHouse has it', async () => {
    const sql = `SELECT length(extract(text(data.pad), 'x+')), length(splitByRegexp('y', text(data.pad))[1]),
      length(replaceRegexpAll(text(data.pad), 'x', 'yy')), match(text(data.path), 'line.feed'), match(text(data.path), '(?-s)line.feed')
      FROM events WHERE event = 'look'`;
    expect(await ask(sql)).toEqual([[4_096, 4_096, 8_192, 1, 0]]);
  });

  it('makes blocks small and, where lists multiply texts, memory', async () => {
    expect(check("SELECT arrayJoin(range(10)), match(event, 'a.b') FROM events")).toMatchObject({
      ...{ patterns: ['a.b'], isCostly: true, isMultiplying: true },
    });
    expect(check("SELECT event LIKE '%a%' FROM events").isCostly).toBe(false);
    expect(check("SELECT event LIKE '%a_b%' FROM events").isCostly).toBe(true);
    // One row of a million texts of 600 bytes: no block is that small, so memory is the bound.
    const sql = `SELECT arrayCount(x -> match(concat(leftPad('', 600, 'ab'), toString(x)), '[ab]*a[ab]{60}d'), range(900000))`;
    expect(await refusal(sql)).toContain('QUERY_LIMIT_MEMORY');
  });
});

describe('a function whose cost is a product', () => {
  it.each([
    ['SELECT hasAny(range(900000), arrayMap(x -> x + 1000000, range(99999)))', 'at most 100 values in square brackets'],
    ['SELECT hasAll(range(500000), range(500000))', 'at most 100 values in square brackets'],
    [`SELECT hasAny([1], [${'1, '.repeat(100)}2])`, 'at most 100 values'],
    ['SELECT quantileExact(number(data.n)) OVER (ORDER BY timestamp) FROM events', 'remove `ORDER BY`'],
    ['SELECT medianIf(number(data.n), 1) OVER (ORDER BY timestamp) FROM events', 'remove `ORDER BY`'],
    [`SELECT quantiles(${'0.5, '.repeat(50)}0.5)(number(data.n)) FROM events`, 'more than 50 parameters'],
    ["SELECT levenshteinDistance(leftPad('', 60000, 'ab'), leftPad('', 60000, 'ba'))", 'texts of at most 100 bytes'],
  ])('%s is refused by its cause', async (sql, cause) => {
    expect(await refusal(sql)).toEqual(['QUESTION_INVALID', 'sql', expect.stringContaining(cause)]);
  });

  // Each: a constant as large as it gets, searched for each of 100,000 values. Without the bound it took minutes in one block.
  const big = "leftPad('', 900000, 'ab')";
  it.each([
    `arrayCount(x -> position(${big}, toString(x)) = 0, range(100000))`,
    `arrayCount(x -> positionCaseInsensitive(${big}, toString(x)) = 0, range(100000))`,
    `arrayCount(x -> countSubstrings(${big}, toString(x)) = 0, range(100000))`,
    `arrayCount(x -> leftUTF8(${big}, x) = '', range(100000))`,
    'arrayCount(x -> indexOf(range(100000), x + 1000000) = 0, range(100000))',
    'arrayCount(x -> has(range(100000), x + 1000000), range(100000))',
    'arrayCount(x -> empty(arrayIntersect(range(100000), [x])), range(100000))',
    `arrayCount(x -> JSONHas(concat('{"a":[1', replaceAll(${big}, 'ab', ',1'), ']}'), toString(x)), range(100000))`,
  ])('%s meets the limit of memory', async (expression) => {
    expect(await refusal(`SELECT ${expression}`, { ...control, maxBytes: 5e8 })).toContain('QUERY_LIMIT_MEMORY');
  });

  it('answers as before where it is small', async () => {
    const sql = `SELECT levenshteinDistance('kitten', 'sitting'), levenshteinDistance(user, NULL), hasAny([1, 2], [2, 3]), hasAll(['a', 'b'], ['b']),
      positionCaseInsensitive(text(data.path), 'A-'), positionCaseInsensitiveUTF8('ÄÖ', 'ö'), has(['buy', 'x'], event),
      indexOf(splitByChar(',', text(data.tags)), 'b'), arraySort(arrayIntersect([3, 1, 2], [2, 3])), position(concat(event, '!'), '!')
      FROM events WHERE event = 'buy'`;
    expect(await ask(sql)).toEqual([[3, null, 1, 1, 7, 2, 1, 2, [2, 3], 4]]);
  });
});

describe('time zones of a statement', () => {
  it.each([
    ["SELECT toTimeZone(timestamp, 'Fixed/UTC+00:00:01') FROM events", "such as `'Europe/Zurich'`"],
    ["SELECT toHour(timestamp, 'file:/usr/share/zoneinfo/Europe/Zurich') FROM events", 'IANA time zone in quotes'],
    ["SELECT toTimeZone(timestamp, 'libc:localtime') FROM events", 'IANA time zone in quotes'],
    ["SELECT toTimeZone(timestamp, 'europe/zurich') FROM events", "such as `'Europe/Zurich'`"],
    ["SELECT toTimeZone(timestamp, '') FROM events", 'IANA time zone in quotes'],
    ["SELECT toTimeZone(timestamp, '\u0000') FROM events", 'IANA time zone in quotes'],
    ["SELECT toTimeZone(timestamp, concat('Europe/', 'Zurich')) FROM events", 'IANA time zone in quotes'],
    ['SELECT toString(timestamp, user) FROM events', 'IANA time zone in quotes'],
    [
      "SELECT toStartOfWeek(timestamp, 'Fixed/UTC+00:00:01') FROM events",
      'needs a number, the week mode, as the second argument',
    ],
    ["SELECT toStartOfInterval(timestamp, INTERVAL 1 DAY, timestamp, 'UTC') FROM events", 'more than 3 arguments'],
    ["SELECT addDays(timestamp, 1, 'UTC') FROM events", 'more than 2 arguments'],
    ["SELECT now('Fixed/UTC+00:00:02'), today('Fixed/UTC+00:00:02')", 'IANA time zone in quotes'],
    ["SELECT today('Fixed/UTC+00:00:02')", 'more than 0 arguments'],
  ])('%s is refused by its cause', async (sql, cause) => {
    expect(await refusal(sql)).toEqual(['QUESTION_INVALID', 'sql', expect.stringContaining(cause)]);
  });

  it('are at most ten', async () => {
    const zones = Intl.supportedValuesOf('timeZone')
      .filter((zone) => zone.startsWith('Europe/'))
      .slice(0, 11);
    const of = (count: number): string =>
      `SELECT ${zones
        .slice(0, count)
        .map((zone, i) => `toHour(timestamp, '${zone}') AS h${i}`)
        .join(', ')} FROM events`;
    expect(check(of(10)).zones).toHaveLength(10);
    expect(() => check(of(11))).toThrow('more than 10 time zones');
  });

  it('can be named nowhere else: every function of times either has a place for one or takes none', async () => {
    for (const { name } of SQL_FUNCTIONS.filter(({ group }) => group === 'time'))
      for (let before = 1; before < 4; before++) {
        const list = [...Array.from({ length: before }, () => 'timestamp'), "'Fixed/UTC+00:00:02'"];
        // There the text is a format.
        if (before === 1 && ['formatDateTime', 'fromUnixTimestamp'].includes(name)) continue;
        const said = await refusal(`SELECT ${name}(${list.join(', ')}) FROM events`);
        expect(said, `${name} behind ${before}`).toEqual(['QUESTION_INVALID', 'sql', expect.any(String)]);
      }
  });

  it('answer in the zone', async () => {
    // NOW is noon in UTC of 20 March 2026: 13:00 in Zurich, 17:45 in Kathmandu; a minute earlier it is 59 past.
    const sql = `SELECT toHour(timestamp, 'Europe/Zurich'), toString(timestamp, 'Asia/Kathmandu'), formatDateTime(timestamp, '%H', 'UTC'),
      toDayOfWeek(timestamp, 0, 'UTC'), dateDiff('day', timestamp, timestamp, 'UTC') FROM events WHERE event = 'buy'`;
    expect(await ask(sql)).toEqual([[12, '2026-03-20 17:44:00.000', '11', 5, 0]]);
  });
});

describe('integers of a statement', () => {
  it('beyond 2^53 are texts, exact, wherever they stand; others are numbers', async () => {
    const sql = `SELECT toInt64(text(data.big)) AS big, toInt64('-9223372036854775808') AS least, toUInt64('18446744073709551615') AS most, count() AS n,
      toInt64('9007199254740991') AS safe, [toUInt64('9007199254740992'), 1] AS list, tuple(toInt64('9007199254740993'), 'a', 1.5) AS pair,
      toNullable(toInt64('9007199254740993')) AS maybe, nullIf(toInt64('1'), 1) AS none, toInt32(7) AS small
      FROM events WHERE event = 'buy' GROUP BY big`;
    expect(await ask(sql)).toEqual([
      [
        ...['9007199254740993', '-9223372036854775808', '18446744073709551615', 1, 9007199254740991],
        ...[['9007199254740992', 1], ['9007199254740993', 'a', 1.5], '9007199254740993', null, 7],
      ],
    ]);
  });
});

describe('sizes up to their limits', () => {
  it.each([1, 10, 100, 250, 400, 500])('%d operators in a row', async (count) => {
    const sum = Array.from({ length: count + 1 }, () => '1').join(' + ');
    expect(await ask(`SELECT ${sum}`)).toEqual([[count + 1]]);
    const or = Array.from({ length: Math.floor(count / 2) }, (_, i) => `length(event) = ${i + 10}`);
    expect(await ask(`SELECT count() FROM events WHERE ${[...or, '1'].join(' OR ')}`)).toEqual([[2]]);
    const mixed = Array.from({ length: count }, (_, i) => (i % 2 ? '- 1' : '+ 1')).join(' ');
    expect(await ask(`SELECT 0 ${mixed}`)).toEqual([[count % 2]]);
  });

  it('one more is refused with the limit named, and so is what is 2,400 long', async () => {
    for (const count of [501, 2_400]) {
      const said = await refusal(`SELECT ${Array.from({ length: count + 1 }, () => '1').join('+')}`);
      expect(said).toEqual(['QUESTION_INVALID', 'sql', expect.stringContaining('more than 500 operators')]);
    }
    expect(await refusal(`SELECT ${'-'.repeat(70)}1`)).toEqual(['QUESTION_INVALID', 'sql', expect.any(String)]);
  });

  it.each(['(', 'NOT ', '- ', '['])('%s in each other, up to the limit', async (open) => {
    const close = open === '(' ? ')' : open === '[' ? ']' : '';
    for (const depth of [1, 20, 40, 58, 59, 60, 61, 100, 1_000]) {
      const said = await refusal(`SELECT ${open.repeat(depth)}1${close.repeat(depth)}`);
      if (said !== 'answered') expect(said).toEqual(['QUESTION_INVALID', 'sql', expect.any(String)]);
      else expect(depth).toBeLessThan(61);
    }
  });

  it('100,000 rows are answered, one more is refused', async () => {
    const rows = (count: number): string => `SELECT arrayJoin(range(${count})) AS n`;
    expect(await ask(`${rows(100_000)}`)).toHaveLength(100_000);
    expect(await refusal(rows(100_001))).toEqual([
      'QUERY_LIMIT_ROWS',
      undefined,
      expect.stringContaining('100000 rows'),
    ]);
    expect(
      await refusal(`SELECT concat(leftPad('', 100000, 'x'), toString(x)) FROM (SELECT arrayJoin(range(100)) AS x)`),
    ).toContain('QUERY_LIMIT_ROWS');
  });
});

describe('a name that may be two', () => {
  it.each([
    [
      'SELECT user FROM events AS a JOIN events AS b ON a.uuid = b.uuid',
      '`user` in two tables; name the table, as in `a.user`',
    ],
    [
      'SELECT data.n FROM events AS a JOIN events AS b ON a.uuid = b.uuid',
      '`data.n` in two tables; name the table, as in `a.data.n`',
    ],
  ])('%s is refused with a sentence that says which', async (sql, sentence) => {
    expect(await refusal(sql)).toEqual(['QUESTION_INVALID', 'sql', expect.stringContaining(sentence)]);
  });
});
