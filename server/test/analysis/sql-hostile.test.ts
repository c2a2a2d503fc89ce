/** Statements that try to get out: each is refused before the engine sees it, or answers nothing but the app's own events. */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SqlAnswer } from '../../src/analysis/sql.ts';
import { parseSql } from '../../src/sql/parse.ts';
import { NO_HOT_COLUMNS } from '../../src/store/clickhouse/property-sql.ts';
import { Bound } from '../../src/store/clickhouse/sql.ts';
import { SqlPrinter } from '../../src/store/clickhouse/user-sql/sql-print.ts';
import { FUNCTIONS, STATEMENTS } from './hostile-statements.ts';
import { aWorld, type World } from './world.ts';

const SECRET = 'top-secret-7f3a';
let world: World;
let folder: string;
beforeAll(async () => {
  world = await aWorld();
  folder = mkdtempSync(join(tmpdir(), 'seismo-hostile-'));
  writeFileSync(join(folder, 'secret.txt'), SECRET);
  const timestamp = Date.UTC(2026, 2, 5);
  await world.post('mine', [{ event: 'A', user: 'me', timestamp, data: { plan: 'pro', ms: 1 } }]);
  await world.post('other', [{ event: SECRET, user: SECRET, timestamp, data: { plan: SECRET } }]);
});
afterAll(async () => {
  await world.close();
  rmSync(folder, { recursive: true });
});

const ask = async (sql: string) =>
  (await world.ask<SqlAnswer>('mine', { kind: 'sql', from: '2026-03-01', to: '2026-03-20', sql })).result.rows;

describe('a hostile statement', () => {
  const refused = [
    ...FUNCTIONS.flatMap((name) => [`SELECT ${name}('/etc/hostname')`, `SELECT * FROM ${name}('/etc/hostname')`]),
    ...STATEMENTS,
  ];

  it('is one of very many', () => {
    expect(new Set(refused).size).toBeGreaterThan(600);
  });

  it.each(refused)('is refused before the engine sees it: %s', async (sql) => {
    expect(() => new SqlPrinter('SELECT 1', new Bound(NO_HOT_COLUMNS)).print(parseSql(sql))).toThrow(
      expect.objectContaining({ code: 'QUESTION_INVALID' }),
    );
    await expect(ask(sql)).rejects.toMatchObject({ code: 'QUESTION_INVALID' });
  });
});

describe('a statement that looks hostile and is not', () => {
  it.each([
    ["SELECT 'it''s; DROP TABLE events --'", "it's; DROP TABLE events --"],
    ["SELECT '\\' FROM system.tables --'", "' FROM system.tables --"],
    ["SELECT '{p1:String}'", '{p1:String}'],
    ["SELECT '/* x */'", '/* x */'],
    ["SELECT '$$'", '$$'],
    ["SELECT 'Ünï 🦊 \\n\\t\\\\'", 'Ünï 🦊 \n\t\\'],
    ['SELECT event AS "`; DROP TABLE x; --" FROM events', 'A'],
    ['SELECT event AS `a\\`b` FROM events', 'A'],
    ['SELECT event AS "select" FROM events', 'A'],
    ["SELECT data['x`; --'] FROM events", null],
    ['SELECT coalesce(data["plan\'"], data.plan) FROM events', 'pro'],
    ['SELECT `e`.`event` FROM `events` AS `e`', 'A'],
    ['WITH system AS (SELECT event AS tables FROM events) SELECT system.tables FROM system', 'A'],
    ['WITH tables AS (SELECT event FROM events) SELECT event FROM tables', 'A'],
    ['SELECT t.event FROM (SELECT event FROM events) AS t', 'A'],
  ])('%s', async (sql, expected) => {
    expect(await ask(sql)).toEqual([[expected]]);
  });

  it('sees the events of its app alone, however it asks', async () => {
    for (const sql of [
      'SELECT * FROM events',
      'SELECT event, user, data.plan FROM events WHERE 1 OR 1 = 1',
      "SELECT event FROM events WHERE event != '' OR NOT (1 = 2) ORDER BY event LIMIT 100",
      'SELECT a.event, b.event FROM events AS a FULL JOIN events AS b ON a.person != b.person OR 1 = 1',
      'SELECT groupArray(user), groupUniqArray(data.plan) FROM events',
      'WITH a AS (SELECT * FROM events), b AS (SELECT event FROM a) SELECT * FROM b CROSS JOIN a AS c',
      'SELECT (SELECT any(user) FROM events), count() FROM events',
      `SELECT event FROM events WHERE user IN (SELECT user FROM events) OR user = '${SECRET}'`,
    ])
      expect(JSON.stringify(await ask(sql).catch((error: { code: string }) => error.code))).not.toMatch(
        /7f3a(?!['"]?\))/,
      );
  });

  it('leaves nothing on the disk', () => {
    expect(readdirSync(folder)).toEqual(['secret.txt']);
  });
});

describe('the engine itself, were the parser deceived', () => {
  it('runs a statement of this kind under readonly', async () => {
    // The ways out that ENGINE.md names for readonly = 1, past the parser: writing and settings end there.
    const settings = 'SETTINGS readonly = 1';
    await expect(world.connection.table(`CREATE TABLE evil (a Int8) ENGINE = Memory ${settings}`)).rejects.toThrow();
    for (const statement of ["INSERT INTO events (app) SELECT 'x'", 'CREATE USER evil'])
      await expect(world.connection.table(`${statement} ${settings}`)).rejects.toThrow();
  });
});
