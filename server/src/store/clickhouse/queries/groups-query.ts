import type { GroupsQuery, GroupsResult, JsonValue } from '../../../model/query.ts';
import { areUsersExact } from '../analysis/sql/exact-users.ts';
import type { EngineContext } from '../engine-context.ts';
import { whereSql } from '../filter-sql.ts';
import type { PropertySql } from '../property-sql.ts';
import { Bound, isExact, mergedUsersSql, options, type Row, usersStateSql } from '../sql.ts';

/**
 * Counts by the value of a property, in one pass: a state a value, then the most frequent by themselves, and the rest merged
 * into `other`, so that its users are distinct and not summed. Where typed values are a column they are what is grouped by; else putting
 * them together for each row takes longer than grouping by the three maps.
 */
export async function groups(context: EngineContext, query: GroupsQuery): Promise<GroupsResult> {
  const { connection, identities, hotColumnsOf, control } = context;
  const bound = new Bound(hotColumnsOf);
  const isUsersExact = await areUsersExact(context, query);
  const identity = (await identities.of(query.app, control))(bound);
  const where = whereSql(query.app, query.range, query.filters, bound);
  const of = (sql: (property: PropertySql) => string): string => bound.propertyOf(query.attribute, sql);
  const state = usersStateSql(isUsersExact, identity.personOrNull);
  const counted = `count() AS n, ${state} AS s FROM ${identity.from} WHERE ${where}`;
  const named = bound.isTypedStored(query.attribute)
    ? `SELECT ${of(({ typed }) => typed)} AS v, ${counted} GROUP BY v`
    : `SELECT multiIf(t != '', concat('t', t), f != 0, concat('n', toString(f)), o = '""', 't', o = '0', 'n0', o != '', concat('o', o), '') AS v, n, s
        FROM (SELECT ${of(({ texts }) => texts)} AS t, ${of(({ numbers }) => numbers)} AS f, ${of(({ others }) => others)} AS o, ${counted} GROUP BY t, f, o)`;
  const limit = bound.add('UInt64', query.limit);
  const rows = await connection.query<Row>(
    `WITH named AS (${named}),
      ranked AS (SELECT v, n, s, row_number() OVER (PARTITION BY v = '' ORDER BY n DESC, v) AS place FROM named)
    SELECT multiIf(v = '', 'missing', place <= ${limit}, 'group', 'other') AS kind, if(kind = 'group', v, '') AS value,
      sum(n) AS total, ${mergedUsersSql(isUsersExact, 's')} AS users, grouping(kind) AS isWhole
    FROM ranked GROUP BY GROUPING SETS ((kind, value), ()) ORDER BY total DESC, value`,
    bound.values,
    options({ ...control, maxRows: Math.max(control.maxRows, query.limit + 3) }),
  );
  const tally = (row: Row | undefined) => {
    const total = Number(row?.['total'] ?? 0);
    // An estimate is at most what is certain: no event has two users.
    return { total, users: Math.min(total, Number(row?.['users'] ?? 0)) };
  };
  const whole = tally(rows.find((row) => Number(row['isWhole']) === 1));
  const parts = rows.filter((row) => Number(row['isWhole']) === 0);
  return {
    groups: parts
      .filter(({ kind }) => kind === 'group')
      .map((row) => ({ value: valueOfSql(String(row['value'])), ...tally(row) })),
    other: tally(parts.find(({ kind }) => kind === 'other')),
    missing: tally(parts.find(({ kind }) => kind === 'missing')),
    ...whole,
    usersExact: isExact(isUsersExact, whole.users),
  };
}

/** A value with a letter for its type before it. */
export function valueOfSql(text: string): JsonValue {
  const value = text.slice(1);
  if (text[0] === 't') return value;
  return text[0] === 'n' ? Number(value) : (JSON.parse(value) as JsonValue);
}
