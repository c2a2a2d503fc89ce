/** Changes to saved reports. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { reportsQuery } from '../api/hooks.ts';
import { api } from '../api/http.ts';
import type { Operations, SavedReport } from '../api/wire.ts';

export type ReportChange = Operations['patchApiAppsAppReportsId']['body'];
export type NewReport = Operations['postApiAppsAppReports']['body'];

const pathOf = (app: string, ...rest: readonly string[]): string =>
  ['api/apps', ...[app, 'reports', ...rest].map(encodeURIComponent)].join('/');

export const createReport = (app: string, body: NewReport): Promise<SavedReport> =>
  api<SavedReport>(pathOf(app), { method: 'POST', body });

/** Rejected when somebody else changed it meanwhile (VERSION_STALE). */
export const changeReport = (app: string, { id, version }: SavedReport, change: ReportChange): Promise<SavedReport> =>
  api<SavedReport>(pathOf(app, id), { method: 'PATCH', body: { ...change, version } });

export function useReportChanges(app: string) {
  const client = useQueryClient();
  // After a failure too: the list may be older than what others saved.
  const onSettled = () => client.invalidateQueries({ queryKey: reportsQuery(app).queryKey });
  return {
    create: useMutation({ mutationFn: (body: NewReport) => createReport(app, body), onSettled }),
    change: useMutation({
      mutationFn: ({ report, change }: { report: SavedReport; change: ReportChange }) =>
        changeReport(app, report, change),
      onSettled,
    }),
    remove: useMutation({ mutationFn: (id: string) => api(pathOf(app, id), { method: 'DELETE' }), onSettled }),
  };
}

/** Whether two questions are the same, in whatever order their fields are. */
export const isSame = (a: unknown, b: unknown): boolean => JSON.stringify(ordered(a)) === JSON.stringify(ordered(b));

function ordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(ordered);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, inner]) => inner !== undefined)
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([name, inner]) => [name, ordered(inner)]),
  );
}
