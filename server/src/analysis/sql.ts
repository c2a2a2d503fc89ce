import type { JsonValue, QueryControl } from '../model/query.ts';
import { PATTERNS_MAX } from '../model/regexp.ts';
import { wrong } from '../questions/check.ts';
import type { QuestionOf } from '../questions/kinds.ts';
import { checkSql } from '../sql/check.ts';
import { parseSql } from '../sql/parse.ts';
import type { AnalysisStore } from '../store/analysis-store.ts';
import type { KindResult } from './answer.ts';
import type { Resolved } from './scope.ts';

export interface SqlAnswer {
  /** In the order of `columns`. */
  readonly rows: readonly (readonly JsonValue[])[];
}

/** @throws QUESTION_INVALID for anything but a SELECT as docs/analyze/sql.md describes it */
export async function sql(
  store: AnalysisStore,
  question: QuestionOf<'sql'>,
  { scope, patterns }: Resolved,
  control: QueryControl,
): Promise<KindResult<SqlAnswer>> {
  const select = parseSql(question.sql);
  const traits = checkSql(question.sql, select);
  if (patterns.length + traits.patterns.length > PATTERNS_MAX)
    throw wrong(
      'sql',
      `\`sql\` and \`filters\` together have more than ${PATTERNS_MAX} regular expressions. Combine some with \`|\`.`,
    );
  const { columns, rows } = await store.sql({ ...scope, select, traits }, control);
  return { exact: true, skipped: 0, columns, result: { rows }, rows: () => rows };
}
