import { type TProperties, Type } from '@sinclair/typebox';
import { readQuery } from '../../src/http/read-request.ts';
import type { QueryControl } from '../../src/model/query.ts';
import type { FilterParameters } from '../../src/reports/filters.ts';
import {
  ERASE_PARAMETERS,
  type EraseQuery,
  EVENT_NAMES_PARAMETERS,
  EVENTS_PARAMETERS,
  type EventNamesQuery,
  type EventsQuery,
  FRESH_PARAMETERS,
  type FreshQuery,
  GROUPS_PARAMETERS,
  type GroupsQuery,
  PROPERTIES_PARAMETERS,
  type PropertiesQuery,
  REPORT_PARAMETERS,
  type ReportQuery,
  VALUES_PARAMETERS,
  type ValuesQuery,
} from '../../src/reports/queries.ts';
import { REPORT_RANGES } from '../../src/reports/report-ranges.ts';
import type { ReportKind, Reports } from '../../src/reports/reports.ts';

/** Values as a route with these parameters hands them on. */
function read<T>(parameters: TProperties, search: URLSearchParams, takesFilters = true): T {
  const { query, filters } = readQuery(Type.Object(parameters), takesFilters, search);
  return { ...query, filters } as T;
}

/** What `filtersOf` takes. */
export const filterParameters = (search: URLSearchParams): FilterParameters => new Map(search);

/** The reports, asked by the text of a query string. */
export function byText(reports: Reports) {
  return {
    report: async (kind: ReportKind, app: string, search: URLSearchParams, control: QueryControl) =>
      await reports.report(
        kind,
        app,
        read<ReportQuery>({ ...REPORT_RANGES[kind].parameters, ...REPORT_PARAMETERS }, search),
        control,
      ),
    groups: async (app: string, search: URLSearchParams, control: QueryControl) =>
      await reports.groups(app, read<GroupsQuery>(GROUPS_PARAMETERS, search), control),
    eventsPage: async (app: string, search: URLSearchParams, control: QueryControl) =>
      await reports.eventsPage(app, read<EventsQuery>(EVENTS_PARAMETERS, search), control),
    eventsStream: async (app: string, search: URLSearchParams, control: QueryControl) =>
      await reports.eventsStream(app, read<EventsQuery>(EVENTS_PARAMETERS, search), control),
    erase: async (app: string, search: URLSearchParams) =>
      await reports.erase(app, read<EraseQuery>(ERASE_PARAMETERS, search)),
    apps: async (search: URLSearchParams, control: QueryControl) =>
      await reports.apps(read<FreshQuery>(FRESH_PARAMETERS, search, false), control),
    eventNames: async (app: string, search: URLSearchParams, control: QueryControl) =>
      await reports.eventNames(app, read<EventNamesQuery>(EVENT_NAMES_PARAMETERS, search, false), control),
    properties: async (app: string, search: URLSearchParams, control: QueryControl) =>
      await reports.properties(app, read<PropertiesQuery>(PROPERTIES_PARAMETERS, search, false), control),
    values: async (app: string, search: URLSearchParams, control: QueryControl) =>
      await reports.values(app, read<ValuesQuery>(VALUES_PARAMETERS, search), control),
  };
}
