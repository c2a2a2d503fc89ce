import { queryOptions } from '@tanstack/react-query';
import { askQuestion } from '../api/hooks.ts';
import { api } from '../api/http.ts';
import type { Operations } from '../api/wire.ts';
import { isVisitField, VISIT_FIELDS, type VisitFieldName } from './visit-fields.ts';

interface Suggestion {
  readonly value: unknown;
  /** Of the events, or of the visitors, that have it. */
  readonly total: number;
}

/** Values that a field has had, with counts; those that begin with the typed text first. */
export const valuesQuery = (app: string, field: string, search: string, event?: string) =>
  queryOptions({
    queryKey: ['values', app, field, search, event],
    queryFn: ({ signal }) =>
      isVisitField(field) ? ofVisits(app, field, search, signal) : ofEvents(app, field, search, event, signal),
    staleTime: 60_000,
  });

async function ofEvents(
  app: string,
  field: string,
  search: string,
  event: string | undefined,
  signal: AbortSignal,
): Promise<readonly Suggestion[]> {
  const { values } = await api<Operations['getApiAppsAppValues']['answer']>(
    `api/apps/${encodeURIComponent(app)}/values`,
    { signal, query: { fresh: false, field, event, search: search || undefined } },
  );
  return values;
}

/** Nobody scrolls through more. */
const VISIT_VALUES = 50;

/** Those of the last weeks. */
async function ofVisits(
  app: string,
  field: VisitFieldName,
  search: string,
  signal: AbortSignal,
): Promise<readonly Suggestion[]> {
  const card = { card: VISIT_FIELDS[field].card, limit: VISIT_VALUES, ...(search !== '' && { search }) };
  const { result } = await askQuestion(app, { kind: 'web', last: '30d', cards: [card] }, signal);
  return (result.cards?.[0]?.rows ?? []).flatMap(({ value, visitors }) =>
    value === null ? [] : [{ value, total: visitors }],
  );
}
