import { ClickHouseError } from '@clickhouse/client';
import type { SqlQuery, SqlResult } from '../../../analysis-query.ts';
import { SeismoError } from '../../../errors.ts';
import type { QueryControl } from '../../../query.ts';
import type { Connection } from '../connection.ts';
import { Bound, options } from '../sql.ts';
import type { Identities } from './people.ts';
import { sourceOf } from './scope-sql.ts';
import { SqlPrinter } from './sql-print.ts';

const RESULT_MAX_BYTES = 64 * 1024 * 1024;
/** In the statement, so that they end with it: a session under readonly could set nothing any more. */
const SETTINGS = [
  'readonly = 1',
  'prefer_column_name_to_alias = 1',
  'function_range_max_elements_in_block = 1000000',
  'allow_introspection_functions = 0',
  'allow_ddl = 0',
].join(', ');

/** A caller's SELECT, rebuilt around the app's own events (sql-print.ts). */
export async function sql(
  connection: Connection,
  identities: Identities,
  query: SqlQuery,
  control: QueryControl,
): Promise<SqlResult> {
  const peopleOf = await identities.of(query.app, control);
  const bound = new Bound();
  const source = sourceOf(query, peopleOf(bound), bound);
  const { person, user } = source.people;
  const zone = bound.add('String', query.timeZone);
  const events = `SELECT toString(uuid) AS uuid, id, event, toTimeZone(timestamp, ${zone}) AS timestamp, toTimeZone(receivedAt, ${zone}) AS receivedAt,
    ${user} AS user, device, session, ${person} AS person, texts AS __texts, numbers AS __numbers, others AS __others
    FROM ${source.from} WHERE ${source.where()}`;
  // The engine does not count the rows of a SELECT without FROM: one more than allowed tells.
  const limit = Math.min(query.select.limit ?? Number.POSITIVE_INFINITY, control.maxRows + 1);
  const printed = new SqlPrinter(events, bound).print({ ...query.select, limit });
  const { settings, ...rest } = options(control);
  try {
    const table = await connection.table(`${printed.sql} SETTINGS ${SETTINGS}`, bound.values, {
      settings: {
        ...settings,
        max_result_bytes: RESULT_MAX_BYTES,
        output_format_json_quote_64bit_integers: 0,
        output_format_json_quote_denormals: 0,
        date_time_output_format: 'iso',
      },
      ...rest,
    });
    if (table.rows.length > control.maxRows)
      throw new SeismoError('QUERY_LIMIT_ROWS', 'The answer has more rows than allowed.');
    return {
      columns: table.types.map((type, i) => ({ name: printed.labels[i]!, type: typeOf(type) })),
      rows: table.rows,
    };
  } catch (error) {
    throw asRefusal(error);
  }
}

function typeOf(type: string): SqlResult['columns'][number]['type'] {
  const plain = type.replace(/^(?:LowCardinality|Nullable)\((.*)\)$/, '$1').replace(/^Nullable\((.*)\)$/, '$1');
  if (/^(?:U?Int|Float|Decimal)/.test(plain)) return 'number';
  if (/^Date/.test(plain)) return 'time';
  if (plain === 'Bool') return 'boolean';
  return /^(?:String|FixedString|UUID|Enum|IPv)/.test(plain) ? 'text' : 'json';
}

/** A statement that the engine does not take is the caller's: what it says first is told, without the statement. */
function asRefusal(error: unknown): unknown {
  if (!(error instanceof SeismoError) || error.code !== 'BUG' || !(error.cause instanceof ClickHouseError))
    return error;
  const [said = ''] = error.cause.message.split(
    /(?:[.:,]? (?:In scope|in scope|In query|While |while |Maybe you meant)|: In |\n)/,
  );
  const reason = said
    .replaceAll(/`?__\w+`?/g, '…')
    .slice(0, 200)
    .trim()
    .replace(/\.$/, '');
  return new SeismoError('QUESTION_INVALID', `sql is not one that the engine takes: ${reason}.`, {
    field: 'sql',
    cause: error,
  });
}
