import { IDENTIFY } from '../../../model/event.ts';
import { fittingPage } from '../../../model/fitting-page.ts';
import { mergedTraits, type Traits } from '../../../model/traits.ts';
import type { EngineContext } from '../engine-context.ts';
import { EVENT_COLUMNS, eventOf, pageOptions, type StoredRow } from '../queries/events-query.ts';
import { type Bound, containsSql, EVENTS } from '../sql.ts';

/** Different `$identify` of a user that are read, the latest first; fewer where they are too large together. */
const READ_MAX = 1_000;
const ROWS_MAX = 100_000;

/** An event that says the same as a later one adds nothing, unless it changes what was there. */
const CHANGES = 'multiSearchAny(concat(shape, data), [\'"$set_once"\', \'"$add"\', \'"$unset"\'])';
const CONTENT = `if(${CHANGES}, seq, cityHash64(shape, data, texts, numbers, others))`;

/** What is known of these users, whenever it was said. */
export async function traitsOf(
  { connection, control }: EngineContext,
  app: string,
  users: readonly string[],
): Promise<ReadonlyMap<string, Traits>> {
  const names = users.filter((name) => name !== '');
  if (names.length === 0) return new Map();
  const { page } = await fittingPage(READ_MAX, (each) =>
    connection.query<StoredRow>(
      `SELECT * FROM (
        SELECT ${EVENT_COLUMNS} FROM ${EVENTS} WHERE app = {app:String} AND id = '${IDENTIFY}' AND user IN {names:Array(String)}
        ORDER BY timestamp DESC, seq DESC, journal DESC LIMIT 1 BY user, ${CONTENT}
      ) ORDER BY ts DESC, s DESC, j DESC LIMIT ${each} BY user`,
      { app, names },
      pageOptions(Math.min(ROWS_MAX, names.length * each), control),
    ),
  );
  const events = new Map<string, Traits[]>();
  for (const row of page) {
    const own = events.get(row.user) ?? [];
    events.set(row.user, own);
    own.push(traitsIn(row));
  }
  return new Map([...events].map(([user, own]) => [user, mergedTraits(own.reverse())]));
}

const traitsIn = (row: StoredRow): Traits => JSON.parse(eventOf(row).dataText ?? '{}');

/** In the order in which one event does them, as `mergedTraits` does. */
const [PLAIN, SET, ONCE, ADD, UNSET] = [1, 2, 3, 4, 5];
const OPERATIONS = `['$set', '$set_once', '$add', '$unset']`;

/**
 * Users one of whose traits is a text, or holds one, that contains the text: what `mergedTraits` would say. One bit a user and trait, so that
 * memory does not grow with the texts; and only of users who ever had such a text.
 */
export function withTraitSql(app: string, search: string, bound: Bound): string {
  const where = `app = ${bound.add('String', app)} AND id = '${IDENTIFY}' AND notEmpty(user)`;
  const contains = containsSql('text', search, bound);
  const place = '(timestamp, seq, op, bit)';
  return `SELECT named FROM (
      SELECT named, trait,
        argMaxIf((op, bit, timestamp, seq), ${place}, op != ${ONCE}) AS latest,
        argMinIf(bit, ${place}, op = ${ONCE}) AS firstOnce,
        argMaxIf((bit, timestamp, seq), ${place}, op = ${ONCE}) AS lastOnce
      FROM (
        SELECT cityHash64(user) AS named, timestamp, seq, arrayJoin(${changesSql(contains)}) AS change,
          change.1 AS trait, change.2 AS op, change.3 AS bit
        FROM ${EVENTS} WHERE ${where} AND cityHash64(user) IN (
          SELECT cityHash64(user) FROM ${EVENTS} WHERE ${where} AND arrayExists(text -> ${contains}, mapValues(texts)))
      ) GROUP BY named, trait
      HAVING multiIf(latest.1 = 0, firstOnce, latest.1 != ${UNSET}, latest.2, (lastOnce.2, lastOnce.3) > (latest.3, latest.4), lastOnce.1, 0) = 1
    )`;
}

/** Array of (hash of the trait's name, operation, whether its text contains the search). A trait is a path up to its first dot. */
function changesSql(contains: string): string {
  const key = String.raw`(?:[^.\\\\]|\\\\.)*`;
  const first = `extract(path, '^(${key})')`;
  const second = String.raw`extract(path, '^${key}\\.(${key})')`;
  const operation = `transform(${first}, ${OPERATIONS}, [${SET}, ${ONCE}, ${ADD}, ${UNSET}], ${PLAIN})`;
  const trait = `if(has(${OPERATIONS}, ${first}), ${second}, ${first})`;
  const change = (bit: string): string => `(cityHash64(${trait}), toUInt8(${operation}), toUInt8(${bit}))`;
  const escaped = String.raw`replaceRegexpAll(name, '[.\\\\]', '\\\\\\0')`;
  return `arrayConcat(
          arrayMap((path, text) -> ${change(contains)}, mapKeys(texts), mapValues(texts)),
          arrayMap(path -> ${change('0')}, arrayConcat(mapKeys(numbers), mapKeys(others))),
          arrayMap(name -> (cityHash64(${escaped}), toUInt8(${UNSET}), toUInt8(0)), JSONExtract(others['$unset'], 'Array(String)')))`;
}
