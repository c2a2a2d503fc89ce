import { Skeleton } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { answerQuery } from '../api/hooks.ts';
import type { Question } from '../api/wire.ts';
import { Failure } from '../components/states.tsx';
import { AnswerChart } from './answer-chart.tsx';
import type { AnswerChartProps } from './types.ts';

export interface QuestionViewProps extends Omit<AnswerChartProps, 'answer' | 'question'> {
  readonly question: Question;
  readonly app: string;
  /** The refresh interval in ms. */
  readonly refreshMs?: number | false;
}

/** Asks a question and draws its answer; has the same height before and after the answer arrives. */
export function QuestionView({ app, question, height = 320, refreshMs = false, ...rest }: QuestionViewProps) {
  const { data, error, isPlaceholderData, refetch } = useQuery({
    ...answerQuery(app, question),
    placeholderData: keepPreviousData,
    refetchInterval: refreshMs,
  });
  if (error && !data) return <Failure error={error} onRetry={() => void refetch()} />;
  // The answer to another kind of question cannot be shown meanwhile.
  if (!data || (isPlaceholderData && data.kind !== question.kind)) return <Skeleton h={height} />;
  return (
    <div style={{ opacity: isPlaceholderData ? 0.5 : 1, minHeight: height }} aria-busy={isPlaceholderData}>
      <AnswerChart question={question} answer={data} height={height} {...rest} />
    </div>
  );
}
