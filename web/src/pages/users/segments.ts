import { queryOptions } from '@tanstack/react-query';
import { api } from '../../api/http.ts';
import type { SavedSegment } from '../../api/wire.ts';

export const segmentsQuery = (app: string) =>
  queryOptions({
    queryKey: ['segments', app],
    queryFn: ({ signal }) => api<readonly SavedSegment[]>(`api/apps/${encodeURIComponent(app)}/segments`, { signal }),
    staleTime: 60_000,
  });
