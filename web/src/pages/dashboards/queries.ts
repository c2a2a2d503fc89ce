import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { dashboardsQuery } from '../../api/hooks.ts';
import { api } from '../../api/http.ts';
import type { Operations, SavedDashboard } from '../../api/wire.ts';

export type Tile = SavedDashboard['tiles'][number];
export type Change = Operations['patchApiAppsAppDashboardsId']['body'];

const pathOf = (app: string, ...rest: readonly string[]): string =>
  ['api/apps', ...[app, 'dashboards', ...rest].map(encodeURIComponent)].join('/');

export const dashboardQuery = (app: string, id: string) =>
  queryOptions({
    queryKey: ['saved', app, 'dashboards', id],
    queryFn: ({ signal }) => api<SavedDashboard>(pathOf(app, id), { signal }),
  });

/** Saves a dashboard that was read before; rejected when somebody else saved meanwhile (VERSION_STALE). */
export function useChange(app: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ id, change }: { id: string; change: Change }) =>
      api<SavedDashboard>(pathOf(app, id), { method: 'PATCH', body: change }),
    onSuccess: (saved) => {
      client.setQueryData(dashboardQuery(app, saved.id).queryKey, saved);
      return client.invalidateQueries({ queryKey: dashboardsQuery(app).queryKey, exact: true });
    },
  });
}

export function useCreate(app: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: Operations['postApiAppsAppDashboards']['body']) =>
      api<SavedDashboard>(pathOf(app), { method: 'POST', body }),
    onSuccess: (saved) => {
      client.setQueryData(dashboardQuery(app, saved.id).queryKey, saved);
      return client.invalidateQueries({ queryKey: dashboardsQuery(app).queryKey, exact: true });
    },
  });
}

export function useRemove(app: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => api(pathOf(app, id), { method: 'DELETE' }),
    onSuccess: () => client.invalidateQueries({ queryKey: dashboardsQuery(app).queryKey, exact: true }),
  });
}
