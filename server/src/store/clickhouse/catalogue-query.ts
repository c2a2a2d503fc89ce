import type { JsonValue, QueryControl } from '../../query.ts';
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
const VALUES_EACH = 20;
const EXAMPLES = 5;

export async function properties(
  connection: Connection,
  app: string,
  control: QueryControl,
): Promise<PropertySummary[]> {
  const pairs = (map: string, value: string): string =>
    `arrayMap((k, v) -> (k, ${value}), mapKeys(${map}), mapValues(${map}))`;
  const rows = await connection.query<{ k: string; n: string; j: string[] }>(
    `SELECT p.1 AS k, count() AS n, groupUniqArray(${VALUES_EACH})(left(p.2, 1000)) AS j FROM (
      SELECT arrayJoin(arrayConcat(${pairs('texts', "concat('t', v)")}, ${pairs('numbers', "concat('n', toString(v))")}, ${pairs('others', "concat('o', v)")})) AS p
      FROM (SELECT mapApply((k, v) -> (toString(k), v), texts) AS texts, mapApply((k, v) -> (toString(k), v), numbers) AS numbers,
        mapApply((k, v) -> (toString(k), v), others) AS others
        FROM ${EVENTS} WHERE app = {a:String} ORDER BY timestamp DESC LIMIT ${SAMPLE_ROWS}))
    GROUP BY k ORDER BY n DESC, k`,
    { a: app },
    options(control),
  );
  return rows.map((row) => {
    const examples = row.j.map(exampleOf);
    return {
      name: spelled(row.k),
      total: Number(row.n),
      types: [...new Set(examples.map(typeOf))].sort(),
      examples: examples.slice(0, EXAMPLES),
    };
  });
}

/** As filters spell it: a key with a dot of its own in brackets. */
function spelled(path: string): string {
  if (path === '\\-') return '[""]';
  return path.includes('\\') || path.startsWith('[') ? JSON.stringify([path.replace(/\\(.)/g, '$1')]) : path;
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

function typeOf(value: JsonValue): PropertySummary['types'][number] {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  const type = typeof value;
  return type === 'string' ? 'text' : (type as 'number' | 'boolean' | 'object');
}
