import { ClickHouseError } from '@clickhouse/client';
import type { SqlQuery, SqlResult } from '../../../model/analysis-query.ts';
import { SeismoError } from '../../../model/errors.ts';
import type { QueryControl } from '../../../model/query.ts';
import { sourceOf } from '../analysis/sql/scope-sql.ts';
import type { Settings } from '../connection.ts';
import type { EngineContext } from '../engine-context.ts';
import { NO_HOT_COLUMNS } from '../property-sql.ts';
import { Bound, options, patternBlockRows } from '../sql.ts';
import { exactRows } from './sql-integers.ts';
import { SqlPrinter } from './sql-print.ts';

/** Of an answer: its rows are read and written on the event loop, which takes about 100 ms for this many (docs/decisions/sql-bounds.md). */
export const SQL_ROWS_MAX = 100_000;
const RESULT_MAX_BYTES = 8 * 1024 * 1024;
/**
 * What a statement may hold at once that takes long for each text and makes many texts of one: there the size of a block is no bound.
 * A regular expression of 66 steps took 0.7 µs a byte.
 */
const MULTIPLIED_BYTES = { most: 100_000_000, least: 32_000_000 };
const COSTLY_SIZE = 66;
/** For as many operators as a statement may have (sql/reader.ts), each within the brackets of the one before. */
const DEPTH: Settings = { max_parser_depth: 5_000, max_ast_depth: 4_000 };
const UNNAMED = '1001';
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
  { connection, identities, engineZones, control }: EngineContext,
  query: SqlQuery,
): Promise<SqlResult> {
  engineZones.admit([query.timeZone, ...query.traits.zones], query.app, control.caller);
  const identityOf = await identities.of(query.app, control);
  const bound = new Bound(NO_HOT_COLUMNS);
  const source = sourceOf(query, identityOf(bound), bound);
  const { person, user } = source.identity;
  const zone = bound.add('String', query.timeZone);
  const events = `SELECT toString(uuid) AS uuid, id, event, toTimeZone(timestamp, ${zone}) AS timestamp, toTimeZone(receivedAt, ${zone}) AS receivedAt,
    ${user} AS user, device, session, ${person} AS person, texts AS __texts, numbers AS __numbers, others AS __others
    FROM ${source.from} WHERE ${source.where()}`;
  // The engine does not count the rows of a SELECT without FROM: so one more than allowed is requested.
  const maxRows = Math.min(control.maxRows, SQL_ROWS_MAX);
  const limit = Math.min(query.select.limit ?? Number.POSITIVE_INFINITY, maxRows + 1);
  const printed = new SqlPrinter(events, bound).print({ ...query.select, limit });
  const { settings, ...rest } = options({ ...control, maxRows });
  try {
    const table = await connection.table(`${printed.sql} SETTINGS ${SETTINGS}`, bound.values, {
      settings: {
        ...settings,
        ...boundsOf(query, control),
        ...DEPTH,
        max_result_bytes: RESULT_MAX_BYTES,
        output_format_json_quote_64bit_integers: 1,
        output_format_json_quote_denormals: 0,
        date_time_output_format: 'iso',
      },
      ...rest,
    });
    if (table.rows.length > maxRows)
      throw new SeismoError(
        'QUERY_LIMIT_ROWS',
        `The result has more than ${maxRows} rows. Aggregate in the statement, or add a \`LIMIT\`.`,
      );
    return {
      columns: table.types.map((type, i) => ({ name: printed.labels[i]!, type: typeOf(type) })),
      rows: exactRows(table),
    };
  } catch (error) {
    throw asQuestionError(error);
  }
}

/** What keeps the engine able to stop the statement: small blocks, groups in small parts, little memory where one value becomes many. */
function boundsOf({ traits }: SqlQuery, control: QueryControl): Settings {
  if (!traits.isCostly) return {};
  const size = Math.max(COSTLY_SIZE, traits.patternSize + (control.patternSize ?? 0));
  const rows = patternBlockRows(size);
  const { least, most } = MULTIPLIED_BYTES;
  const bytes = Math.max(least, (most * COSTLY_SIZE) / size);
  return {
    max_block_size: rows,
    max_joined_block_size_rows: rows,
    group_by_two_level_threshold: 1_000,
    group_by_two_level_threshold_bytes: 1_000_000,
    ...(traits.isMultiplying && { max_memory_usage: Math.floor(Math.min(control.maxBytes, bytes)) }),
  };
}

function typeOf(type: string): SqlResult['columns'][number]['type'] {
  const plain = type.replace(/^(?:LowCardinality|Nullable)\((.*)\)$/, '$1').replace(/^Nullable\((.*)\)$/, '$1');
  if (/^(?:U?Int|Float|Decimal)/.test(plain)) return 'number';
  if (/^Date/.test(plain)) return 'time';
  if (plain === 'Bool') return 'boolean';
  return /^(?:String|FixedString|UUID|Enum|IPv)/.test(plain) ? 'text' : 'json';
}

/** A statement that the engine rejects is the caller's fault: the first sentence of the engine's message is passed on, without the statement. */
function asQuestionError(error: unknown): unknown {
  if (!(error instanceof SeismoError) || !(error.cause instanceof ClickHouseError)) return error;
  // What the engine cannot name, it says of a text that it cannot read.
  if (error.code !== 'BUG' && error.code !== 'PARAMETER_INVALID' && error.cause.code !== UNNAMED) return error;
  const [said = ''] = error.cause.message.split(
    /(?:[.:,]? (?:In scope|in scope|In query|While |while |Maybe you meant)|: In |\n)/,
  );
  const reason = said
    .replaceAll(/`?__\w+`?/g, '…')
    .slice(0, 200)
    .trim()
    .replace(/\.$/, '');
  return new SeismoError('QUESTION_INVALID', `\`sql\` was rejected by the engine: ${reason}.`, {
    field: 'sql',
    cause: error,
  });
}
