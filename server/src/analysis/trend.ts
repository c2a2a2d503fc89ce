import type { QueryControl } from '../model/query.ts';
import type { QuestionOf } from '../questions/kinds.ts';
import type { AnalysisStore } from '../store/analysis-store.ts';
import type { KindResult } from './answer.ts';
import type { Context, Resolved } from './scope.ts';
import { assembleTrend, type TrendAnswer } from './trend-answer.ts';
import { planTrend } from './trend-plan.ts';
import { runTrend } from './trend-run.ts';

/** @throws QUESTION_INVALID, RANGE_TOO_MANY_BUCKETS */
export async function trend(
  store: AnalysisStore,
  question: QuestionOf<'trend'>,
  resolved: Resolved,
  context: Context,
  control: QueryControl,
): Promise<KindResult<TrendAnswer>> {
  const plan = planTrend(question, resolved, context);
  return assembleTrend(question, plan, await runTrend(store, plan, control));
}
