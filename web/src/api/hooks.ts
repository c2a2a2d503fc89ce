/** What pages request from the server. Cache keys begin with the kind of data and the app, so that a change can invalidate all of it. */
import { type QueryClient, queryOptions, useQuery, useQueryClient } from '@tanstack/react-query';
import { useCallback } from 'react';
import { api, ProblemError } from './http.ts';
import type { AnswerOf, Me, Operations, Question, SavedDashboard, SavedReport, SavedSegment } from './wire.ts';

export const meQuery = queryOptions({
  queryKey: ['me'],
  queryFn: ({ signal }) => api<Me>('auth', { signal }),
  staleTime: 5 * 60_000,
});

export const appsQuery = queryOptions({
  queryKey: ['apps'],
  queryFn: ({ signal }) => api<Operations['getApiApps']['answer']>('api/apps', { signal, query: { fresh: false } }),
  staleTime: 30_000,
});

/** The event names of an app, the most frequent first. */
export const eventNamesQuery = (app: string) =>
  queryOptions({
    queryKey: ['names', app],
    queryFn: ({ signal }) =>
      api<Operations['getApiAppsAppEvents']['answer']>(`api/apps/${encodeURIComponent(app)}/events`, {
        signal,
        query: { fresh: false },
      }),
    staleTime: 60_000,
  });

/** The properties of an app, or of one of its events, spelled as filters spell them. */
export const propertiesQuery = (app: string, event?: string) =>
  queryOptions({
    queryKey: ['properties', app, event],
    queryFn: ({ signal }) =>
      api<Operations['getApiAppsAppProperties']['answer']>(`api/apps/${encodeURIComponent(app)}/properties`, {
        signal,
        query: { fresh: false, event },
      }),
    staleTime: 60_000,
  });

/**
 * A question of the analysis API and its answer. Never waits for events posted a moment ago (`fresh=false`), as the dashboard
 * repeats its questions anyway.
 */
export const answerQuery = <Q extends Question>(app: string, question: Q) =>
  queryOptions({
    queryKey: ['answer', app, question],
    queryFn: ({ signal }) => askQuestion(app, question, signal),
    staleTime: 15_000,
  });

export const askQuestion = <Q extends Question>(app: string, question: Q, signal?: AbortSignal) =>
  api<AnswerOf<Q['kind']>>(`api/query/${encodeURIComponent(app)}`, {
    method: 'POST',
    body: question,
    query: { fresh: false },
    ...(signal && { signal }),
  });

/** Everything saved in an app at once: it is little. */
const saved = <T>(app: string, what: 'reports' | 'dashboards' | 'segments') =>
  queryOptions({
    queryKey: ['saved', app, what],
    queryFn: ({ signal }) => api<readonly T[]>(`api/apps/${encodeURIComponent(app)}/${what}`, { signal }),
    staleTime: 30_000,
  });
export const reportsQuery = (app: string) => saved<SavedReport>(app, 'reports');
export const dashboardsQuery = (app: string) => saved<SavedDashboard>(app, 'dashboards');
export const segmentsQuery = (app: string) => saved<SavedSegment>(app, 'segments');

/** Annotations, of a range or of all time. */
export const annotationsQuery = (app: string, range: { readonly from?: string; readonly to?: string } = {}) =>
  queryOptions({
    queryKey: ['annotations', app, range],
    queryFn: ({ signal }) =>
      api<Operations['getApiAppsAppAnnotations']['answer']>(`api/apps/${encodeURIComponent(app)}/annotations`, {
        signal,
        query: range,
      }),
    staleTime: 60_000,
  });

export const useMe = (): Me | undefined => useQuery(meQuery).data;
/** Viewers cannot change anything; what the server would reject is not offered. */
export const useIsAdmin = (): boolean => useMe()?.role === 'admin';

/** Ends the session here and on the server. */
export function useSignOut(): () => Promise<void> {
  const client = useQueryClient();
  return useCallback(async () => {
    try {
      await api('auth', { method: 'DELETE' });
    } catch (error) {
      if (!isSignedOut(error)) throw error;
    }
    forget(client);
  }, [client]);
}

/** Nothing that one user saw is shown to the next. */
export const forget = (client: QueryClient): void => client.clear();

export const isSignedOut = (error: unknown): boolean =>
  error instanceof ProblemError && error.is('AUTH_REQUIRED', 'AUTH_TOKEN_INVALID');
