import type { QueryControl, ValuesQuery, ValuesResult } from '../../../model/query.ts';
import type { Connection } from '../connection.ts';
import { whereSql } from '../filter-sql.ts';
import { NO_HOT_COLUMNS } from '../property-sql.ts';
import { Bound, EVENTS, options } from '../sql.ts';
import { valueOfSql } from './groups-query.ts';

/** Suggestions come while somebody types: those of all events would take seconds. */
const SAMPLE_ROWS = 100_000;
/** A longer value is nothing to choose from a list. */
const VALUE_MAX_BYTES = 1_000;

/** Never from a property's own columns: three characters typed would be three questions, and make some. */
export async function values(connection: Connection, query: ValuesQuery, control: QueryControl): Promise<ValuesResult> {
  const bound = new Bound(NO_HOT_COLUMNS);
  const where = whereSql(query.app, query.range, query.filters, bound);
  const newest = `SELECT ${valueSql(query, bound)} AS v FROM ${EVENTS} WHERE ${where} ORDER BY timestamp DESC LIMIT ${SAMPLE_ROWS}`;
  const search = query.search === undefined || query.search === '' ? undefined : bound.add('String', query.search);
  // After the letter of the type; 0: not in it.
  const place = search === undefined ? '1' : `positionCaseInsensitiveUTF8(substring(v, 2), ${search})`;
  const isOffered = `v != '' AND length(v) <= ${VALUE_MAX_BYTES + 1} AND NOT startsWith(v, 'o[') AND ${place} > 0`;
  const [row] = await connection.query<{ looked: string; found: [value: string, total: string][] }>(
    `SELECT sum(n) AS looked,
      arraySlice(arraySort(x -> (x.3 != 1, -x.2, x.1), groupArrayIf((v, toInt64(n), ${place}), ${isOffered})), 1, ${bound.add('UInt64', query.limit + 1)}) AS found
    FROM (SELECT v, count() AS n FROM (${newest}) GROUP BY v)`,
    bound.values,
    options(control),
  );
  const { looked, found } = row ?? { looked: '0', found: [] };
  return {
    values: found.slice(0, query.limit).map(([value, total]) => ({ value: valueOfSql(value), total: Number(total) })),
    areMore: found.length > query.limit,
    events: Number(looked),
    isSample: Number(looked) === SAMPLE_ROWS,
  };
}

/** With a letter for its type before it; empty where there is none. */
function valueSql({ field }: ValuesQuery, bound: Bound): string {
  if (field.kind === 'column') {
    const column = field.name === 'uuid' ? 'toString(uuid)' : field.name;
    return `if(empty(${column}), '', concat('t', ${column}))`;
  }
  return bound.propertyOf(field, ({ typed }) => typed);
}
