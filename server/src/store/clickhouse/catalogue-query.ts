import { propertyName } from '../../property-name.ts';
import type { JsonValue, QueryControl } from '../../query.ts';
import { keysOfPath } from '../../shape.ts';
import type { AppSummary, EventNameSummary, PropertySummary } from '../store.ts';
import type { Connection } from './connection.ts';
import { EVENTS, options, type Row } from './sql.ts';

/** Answered by the roll-up of counts. */
const SEEN = 'count() AS n, toUnixTimestamp64Milli(min(timestamp)) AS f, toUnixTimestamp64Milli(max(timestamp)) AS l';
const seen = (row: Row) => ({ total: Number(row['n']), firstSeen: Number(row['f']), lastSeen: Number(row['l']) });

export async function apps(connection: Connection, control: QueryControl): Promise<AppSummary[]> {
  const rows = await connection.query<Row>(
    `SELECT app, ${SEEN} FROM ${EVENTS} GROUP BY app ORDER BY app`,
    {},
    options(control, true),
  );
  return rows.map((row) => ({ app: String(row['app']), ...seen(row) }));
}

export async function eventNames(
  connection: Connection,
  app: string,
  control: QueryControl,
): Promise<EventNameSummary[]> {
  const rows = await connection.query<Row>(
    `SELECT id, event, ${SEEN} FROM ${EVENTS} WHERE app = {a:String} GROUP BY id, event ORDER BY n DESC, id, event`,
    { a: app },
    options(control, true),
  );
  return rows.map((row) => ({ id: String(row['id']), event: String(row['event']), ...seen(row) }));
}

/** The newest events tell what properties there are: reading all of them would take seconds. */
const SAMPLE_ROWS = 100_000;
const EXAMPLES = 5;
const EXAMPLE_MAX_BYTES = 1000;
/** The map of a value, and where that is `others` the first sign of its JSON too: together they tell the type. */
const KIND = "if(startsWith(p.2, 'o'), left(p.2, 2), left(p.2, 1))";

export async function properties(
  connection: Connection,
  app: string,
  control: QueryControl,
): Promise<PropertySummary[]> {
  const pairs = (map: string, value: string): string =>
    `arrayMap((k, v) -> (k, ${value}), mapKeys(${map}), mapValues(${map}))`;
  const rows = await connection.query<{ k: string; n: string; j: string[]; t: string[] }>(
    `SELECT p.1 AS k, count() AS n, groupUniqArray(${EXAMPLES})(left(p.2, ${EXAMPLE_MAX_BYTES})) AS j, groupUniqArray(${KIND}) AS t FROM (
      SELECT arrayJoin(arrayConcat(${pairs('texts', "concat('t', v)")}, ${pairs('numbers', "concat('n', toString(v))")}, ${pairs('others', "concat('o', v)")})) AS p
      FROM (SELECT mapApply((k, v) -> (toString(k), v), texts) AS texts, mapApply((k, v) -> (toString(k), v), numbers) AS numbers,
        mapApply((k, v) -> (toString(k), v), others) AS others
        FROM ${EVENTS} WHERE app = {a:String} ORDER BY timestamp DESC LIMIT ${SAMPLE_ROWS}))
    GROUP BY k ORDER BY n DESC, k`,
    { a: app },
    options(control),
  );
  return rows.map((row) => ({
    name: propertyName(keysOfPath(row.k)),
    total: Number(row.n),
    types: [...new Set(row.t.map(typeOf))].sort(),
    examples: row.j.map(exampleOf),
  }));
}

function exampleOf(text: string): JsonValue {
  const value = text.slice(1);
  if (text[0] === 't') return value;
  if (text[0] === 'n') return Number(value);
  try {
    return JSON.parse(value) as JsonValue;
  } catch {
    // A long array was cut.
    return [];
  }
}

function typeOf(kind: string): PropertySummary['types'][number] {
  switch (kind) {
    case 't':
    case 'o"':
      return 'text';
    case 'ot':
    case 'of':
      return 'boolean';
    case 'on':
      return 'null';
    case 'o[':
      return 'array';
    case 'o{':
      return 'object';
    default:
      return 'number';
  }
}
