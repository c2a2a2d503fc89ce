import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useRef } from 'react';
import { answerQuery } from '../api/hooks.ts';
import type { AnswerOf, Question } from '../api/wire.ts';

export const REFRESH_MS = 60_000;

export interface Asked<Q extends Question> {
  readonly data: AnswerOf<Q['kind']> | undefined;
  readonly error: unknown;
  readonly retry: () => void;
  /** The answer is that of another range; the new one is on its way. */
  readonly isStale: boolean;
}

/**
 * Refreshes every minute, silently. @param about what the reader selected: a question that differs only in its minute is the same to
 * them, and its answer replaces the previous one without any sign
 */
export function useAnswer<Q extends Question>(
  app: string,
  question: Q,
  about: string,
  enabled = true,
  refreshMs = REFRESH_MS,
): Asked<Q> {
  const { data, error, refetch, isPlaceholderData } = useQuery({
    ...answerQuery(app, question),
    enabled,
    placeholderData: keepPreviousData,
    refetchInterval: refreshMs,
  });
  const shown = useRef(about);
  if (data && !isPlaceholderData) shown.current = about;
  return {
    data,
    error: data ? undefined : error,
    retry: () => void refetch(),
    isStale: isPlaceholderData && shown.current !== about,
  };
}

export const dimmed = (isStale: boolean) => ({ opacity: isStale ? 0.5 : 1, transition: 'opacity 120ms' });
