import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { answerQuery } from '../../api/hooks.ts';
import type { QuestionOf } from '../../api/wire.ts';

export const DAYS = 28;
/** The server's limit of groups; rarer events have no line. */
const EVENTS_MAX = 100;
/** Whole days change little: refreshed this rarely. */
const REFRESH_MS = 10 * 60_000;

const QUESTION: QuestionOf<'trend'> = {
  kind: 'trend',
  last: `${DAYS}d`,
  interval: 'day',
  series: [{}],
  breakdown: ['event'],
  limit: EVENTS_MAX,
};

/** The count of each event on each of the last days, today as the last: one question for all lines and for what has gone quiet. */
export function useDaily(app: string): { readonly byEvent: ReadonlyMap<string, readonly number[]> | undefined } {
  const { data } = useQuery({ ...answerQuery(app, QUESTION), staleTime: REFRESH_MS, refetchInterval: REFRESH_MS });
  const byEvent = useMemo(() => {
    if (data === undefined) return undefined;
    const days = new Map<string, readonly number[]>();
    for (const { group, points = [] } of data.result.series) {
      const key = group === 'other' ? undefined : group?.[0];
      if (key !== undefined && 'value' in key && typeof key.value === 'string')
        days.set(
          key.value,
          points.map(({ value }) => value ?? 0),
        );
    }
    return days;
  }, [data]);
  return { byEvent };
}
