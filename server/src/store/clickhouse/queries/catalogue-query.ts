import { propertyName } from '../../../model/property-name.ts';
import type { JsonValue, QueryControl } from '../../../model/query.ts';
import { keysOfPath, objectsOf, propertiesOf } from '../../../row/shape.ts';
import type { AppSummary, EventNameSummary, PropertySummary } from '../../store.ts';
import type { Connection } from '../connection.ts';
import { EVENTS, options, type Row } from '../sql.ts';

/** Answered from the roll-up of counts. */
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

/** Examples come from the newest events: reading the values of all takes seconds. */
const SAMPLE_ROWS = 20_000;
const EXAMPLES = 5;
const EXAMPLE_MAX_BYTES = 1000;
/** Events of more shapes than these are counted by the keys of their maps: 6 s at 20 million, where the shapes take 0.1. */
const SHAPES_MAX = 20_000;
/** The map of a value, and for `others` also the first character of its JSON: together they give the type. */
const KIND = "if(startsWith(p.2, 'o'), left(p.2, 2), left(p.2, 1))";

/** The events that all statements here query: limited to one event where one is named. */
const OF_APP = 'app = {a:String}';

type Ask = <T>(sql: string, params?: object) => Promise<readonly T[]>;

interface Counted {
  total: number;
  readonly kinds: Set<string>;
}

/**
 * Totals over all events. So are the types, except for values that are neither strings nor numbers (and 0 and the empty string): for those the
 * newest events decide, or all events where the newest have none.
 */
export async function properties(
  connection: Connection,
  app: string,
  event: string | undefined,
  control: QueryControl,
): Promise<PropertySummary[]> {
  const limits = options({ ...control, maxRows: Math.max(control.maxRows, SHAPES_MAX + 1) });
  const where = event === undefined ? OF_APP : `${OF_APP} AND event = {e:String}`;
  const ask: Ask = async (sql, params = {}) =>
    await connection.query(sql.replaceAll(OF_APP, where), { a: app, e: event ?? '', ...params }, limits);
  const shapesSql = `SELECT shape, count() AS n FROM ${EVENTS} WHERE ${OF_APP} AND shape != '' GROUP BY shape LIMIT ${SHAPES_MAX + 1}`;
  const [shapes, samples] = await Promise.all([ask<{ shape: string; n: string }>(shapesSql), samplesOf(ask)]);
  const found = new Map<string, Counted>();
  const add = (path: string, kind: string, count: number): void => {
    const counted = found.get(path) ?? { total: 0, kinds: new Set() };
    counted.total += count;
    counted.kinds.add(kind);
    found.set(path, counted);
  };
  /** Listed by their members, and counted where the property is listed for other values too. */
  const objects: (readonly [path: string, count: number])[] = [];
  const areFew = shapes.length <= SHAPES_MAX;
  if (areFew)
    for (const { shape, n } of shapes) {
      for (const { kind, path } of propertiesOf(shape)) add(path, kind, Number(n));
      for (const path of objectsOf(shape)) objects.push([path, Number(n)]);
    }
  for (const { k, t, n } of await keysOfMaps(ask, areFew))
    if (t === WITH_MEMBERS) objects.push([k, Number(n)]);
    else add(k, t, Number(n));
  for (const [path, count] of objects) if (found.has(path)) add(path, 'o{', count);
  for (const { k, t } of samples) for (const kind of t) found.get(k)?.kinds.add(kind);
  await completeKinds(ask, found);
  const examples = new Map(samples.map(({ k, j }) => [k, j]));
  return [...found]
    .map(([path, { total, kinds }]) => ({
      path,
      name: propertyName(keysOfPath(path)),
      total,
      types: [...new Set([...kinds].filter((kind) => kind !== 'o').map(typeOf))].sort(),
      examples: (examples.get(path) ?? []).map(exampleOf),
    }))
    .sort((a, b) => b.total - a.total || (a.path < b.path ? -1 : 1))
    .map(({ path: _, ...each }) => each);
}

const PAIRS = (map: string, value: string): string =>
  `arrayMap((k, v) -> (k, ${value}), mapKeys(${map}), mapValues(${map}))`;

async function samplesOf(
  ask: Ask,
): Promise<readonly { readonly k: string; readonly j: string[]; readonly t: string[] }[]> {
  return await ask(
    `SELECT p.1 AS k, groupUniqArray(${EXAMPLES})(left(p.2, ${EXAMPLE_MAX_BYTES})) AS j, groupUniqArray(${KIND}) AS t FROM (
      SELECT arrayJoin(arrayConcat(${PAIRS('texts', "concat('t', v)")}, ${PAIRS('numbers', "concat('n', toString(v))")}, ${PAIRS('others', "concat('o', v)")})) AS p
      FROM (SELECT mapApply((k, v) -> (toString(k), v), texts) AS texts, mapApply((k, v) -> (toString(k), v), numbers) AS numbers,
        mapApply((k, v) -> (toString(k), v), others) AS others
        FROM ${EVENTS} WHERE ${OF_APP} ORDER BY timestamp DESC LIMIT ${SAMPLE_ROWS}))
    GROUP BY k`,
  );
}

/** @param shapeless only events with data but without a shape (shape.ts) */
async function keysOfMaps(
  ask: Ask,
  shapeless: boolean,
): Promise<readonly { readonly k: string; readonly t: string; readonly n: string }[]> {
  const from = `FROM ${EVENTS} WHERE ${OF_APP}${shapeless ? " AND shape = ''" : ''}`;
  const keys = (map: string, kind: string): string =>
    `SELECT toString(arrayJoin(mapKeys(${map}))) AS k, '${kind}' AS t, count() AS n ${from} GROUP BY k`;
  return await ask(
    `${keys('texts', 't')} UNION ALL ${keys('numbers', 'n')} UNION ALL SELECT toString(p.1) AS k, p.2 AS t, count() AS n
      FROM (SELECT arrayJoin(${PAIRS('others', KIND_OF_OTHER)}) AS p ${from}) GROUP BY k, t`,
  );
}

/** The type of an object with members. */
const WITH_MEMBERS = 'o{…';
const KIND_OF_OTHER = `if(startsWith(v, '{') AND v != '{}', '${WITH_MEMBERS}', concat('o', left(v, 1)))`;

/** What the newest events do not have is looked up among all, by its keys. */
async function completeKinds(ask: Ask, found: ReadonlyMap<string, Counted>): Promise<void> {
  const unclear = [...found].filter(([, { kinds }]) => kinds.has('o') && ![...kinds].some((kind) => kind.length === 2));
  if (unclear.length === 0) return;
  const rows = await ask<{ k: string; t: string[] }>(
    `SELECT toString(p.1) AS k, groupUniqArray(p.2) AS t
      FROM (SELECT arrayJoin(arrayFilter(p -> has({k:Array(String)}, toString(p.1)), ${PAIRS('others', "concat('o', left(v, 1))")})) AS p
        FROM ${EVENTS} WHERE ${OF_APP}) GROUP BY k`,
    { k: unclear.map(([path]) => path) },
  );
  for (const { k, t } of rows) for (const kind of t) found.get(k)?.kinds.add(kind);
}

function exampleOf(text: string): JsonValue {
  const value = text.slice(1);
  if (text[0] === 't') return value;
  if (text[0] === 'n') return Number(value);
  try {
    return JSON.parse(value) as JsonValue;
  } catch {
    // A long array was truncated.
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
