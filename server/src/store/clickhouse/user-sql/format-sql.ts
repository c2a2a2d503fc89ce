import type { QueryControl, Statement } from '../../../model/query.ts';
import type { Connection } from '../connection.ts';
import { options } from '../sql.ts';

/** By the engine's own parser, so that what is shown is what it understands; a statement that it cannot format stays as it is. */
export async function formatSql(
  connection: Connection,
  statements: readonly Statement[],
  control: QueryControl,
): Promise<readonly Statement[]> {
  const { onStatement: _, ...limits } = options(control, true);
  const [row] = await connection.query<{ laid: string[] }>(
    'SELECT arrayMap(q -> ifNull(formatQueryOrNull(q), q), {q:Array(String)}) AS laid',
    { q: statements.map(({ sql }) => sql) },
    limits,
  );
  return statements.map(({ sql, parameters }, i) => ({ sql: row?.laid[i] ?? sql, parameters }));
}
