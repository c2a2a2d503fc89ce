import type { JsonValue, QueryControl } from '../query.ts';
import type { QuestionOf } from '../questions/kinds.ts';
import { parseSql } from '../sql/parse.ts';
import type { AnalysisStore } from '../store/analysis-store.ts';
import type { Made } from './answer.ts';
import type { Resolved } from './scope.ts';

export interface SqlAnswer {
  /** In the order of `columns`. */
  readonly rows: readonly (readonly JsonValue[])[];
}

/** @throws QUESTION_INVALID for all that is not a SELECT as docs/analysis.md describes it */
export async function sql(
  store: AnalysisStore,
  question: QuestionOf<'sql'>,
  { scope }: Resolved,
  control: QueryControl,
): Promise<Made<SqlAnswer>> {
  const { columns, rows } = await store.sql({ ...scope, select: parseSql(question.sql) }, control);
  return { exact: true, skipped: 0, columns, result: { rows }, rows: () => rows };
}
