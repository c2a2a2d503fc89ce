import { keysOfPath, pathPart, propertiesOf } from '../../../row/shape.ts';
import type { Connection } from '../connection.ts';
import { EVENTS, type Row } from '../sql.ts';

/** More shapes than these are not read: then the keys of the maps are, which takes 6 s at 20 million events where shapes take 0.1. */
const SHAPES_MAX = 20_000;
/** It runs after a change, and must not take the sessions of questions. */
const OPTIONS = { settings: { priority: 2, max_execution_time: 60 } };

/** The event names and properties of an app's stored events, so that names no longer in use can be freed. */
export async function storedNames(
  connection: Connection,
  app: string,
): Promise<{ readonly ids: ReadonlySet<string>; readonly properties: ReadonlySet<string> }> {
  const ask = async (sql: string): Promise<readonly Row[]> => await connection.query<Row>(sql, { a: app }, OPTIONS);
  const of = (more = ''): string => `FROM ${EVENTS} WHERE app = {a:String}${more}`;
  const ids = new Set((await ask(`SELECT toString(id) AS v ${of()} GROUP BY id`)).map(({ v }) => String(v)));
  const properties = new Set<string>();
  const shapes = await ask(
    `SELECT toString(shape) AS v ${of(" AND shape != ''")} GROUP BY shape LIMIT ${SHAPES_MAX + 1}`,
  );
  const areFew = shapes.length <= SHAPES_MAX;
  if (areFew)
    for (const { v } of shapes)
      for (const { path } of propertiesOf(String(v))) {
        properties.add(path);
        // The containing objects are properties too, in addition to what the shape lists.
        const keys = keysOfPath(path).map(pathPart);
        for (let depth = 1; depth < keys.length; depth++) properties.add(keys.slice(0, depth).join('.'));
      }
  for (const map of ['texts', 'numbers', 'others'])
    for (const { v } of await ask(
      `SELECT DISTINCT toString(arrayJoin(mapKeys(${map}))) AS v ${of(areFew ? " AND shape = ''" : '')}`,
    ))
      properties.add(String(v));
  return { ids, properties };
}
