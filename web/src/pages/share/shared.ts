import { queryOptions } from '@tanstack/react-query';
import { api } from '../../api/http.ts';
import type { Operations } from '../../api/wire.ts';
import type { DateRange } from '../../components/range.ts';

export type SharedView = Operations['getApiSharedToken']['answer'];
export type SharedPart = SharedView['parts'][number];

/** For wall displays; a link may be read 60 times per minute by all its readers together. */
const REFRESH_MS = 60_000;

/** The only request of this page: anyone with the link sees what it shows and nothing else. */
export const sharedQuery = (token: string, { from, to }: DateRange) =>
  queryOptions({
    queryKey: ['shared', token, from, to],
    queryFn: ({ signal }) =>
      api<SharedView>(`api/shared/${encodeURIComponent(token)}`, { signal, query: { from, to } }),
    refetchInterval: REFRESH_MS,
    staleTime: REFRESH_MS / 2,
  });

/** From the first start to the last end of what the link shows; undefined when nothing was answered. */
export function spanOf({ parts }: SharedView): { from: string; to: string; timeZone: string } | undefined {
  const answers = parts.flatMap(({ answer }) => answer ?? []);
  const [first] = answers;
  if (!first) return undefined;
  return {
    from: answers.map(({ from }) => from).sort()[0]!,
    to: answers
      .map(({ to }) => to)
      .sort()
      .at(-1)!,
    timeZone: first.timeZone,
  };
}
