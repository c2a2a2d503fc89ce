import type { WeekStart } from '../model/app-settings.ts';
import type { Erasure, ErasureRequest } from '../model/erasure.ts';
import type { EventRow } from '../model/event.ts';
import type { Note } from '../model/notes.ts';
import type { Filter, JsonValue, PropertyField, QueryControl, Range, Tally } from '../model/query.ts';
import type { AppSummary, EventNameSummary, PropertySummary } from '../store/store.ts';
import type {
  EraseQuery,
  EventNamesQuery,
  EventsQuery,
  FreshQuery,
  GroupsQuery,
  PropertiesQuery,
  ReportQuery,
  ValuesQuery,
} from './queries.ts';

/** Reports, groups, events and names, from the parameters of a query string. Failures are SeismoErrors that name the parameter. */
export interface Reports {
  report(kind: ReportKind, app: string, query: ReportQuery, control: QueryControl): Promise<Answer<Report>>;
  groups(app: string, query: GroupsQuery, control: QueryControl): Promise<Answer<Groups>>;
  /** One page; `next` is the cursor of the following one, absent at the end. */
  eventsPage(
    app: string,
    query: EventsQuery,
    control: QueryControl,
  ): Promise<Answer<{ readonly events: readonly EventRow[]; readonly next?: string }>>;
  /** All matching events, page by page, each page read by key with a query of its own. */
  eventsStream(
    app: string,
    query: EventsQuery,
    control: QueryControl,
  ): Promise<Answer<AsyncIterable<readonly EventRow[]>>>;
  /** @throws ERASE_FILTER_MISSING */
  erase(app: string, query: EraseQuery): Promise<EraseAnswer>;
  apps(query: FreshQuery, control: QueryControl): Promise<Answer<readonly AppSummary[]>>;
  eventNames(app: string, query: EventNamesQuery, control: QueryControl): Promise<Answer<readonly EventNameSummary[]>>;
  properties(app: string, query: PropertiesQuery, control: QueryControl): Promise<Answer<readonly PropertySummary[]>>;
  values(app: string, query: ValuesQuery, control: QueryControl): Promise<Answer<Values>>;
}

/** The number of erased events, or the erasure that is still running. `matching`: for a dry run. */
export type EraseAnswer = { readonly erased: number; readonly matching?: number } | { readonly erasure: Erasure };

export type ReportKind = 'hour' | 'day' | 'week' | 'month' | 'period';

/** `asOf` (UTC ms) is set for `fresh=false`: the answer is as of that time. */
export interface Answer<T> {
  readonly value: T;
  readonly asOf?: number;
}

/** Times are UTC ISO with `Z`, ranges half-open. */
export interface Report {
  readonly app: string;
  readonly id?: string;
  readonly event?: string;
  readonly from: string;
  readonly to: string;
  readonly timeZone: string;
  readonly total: number;
  readonly users: number;
  readonly usersExact: boolean;
  readonly notes?: readonly Note[];
  readonly series?: readonly { readonly from: string; readonly total: number; readonly users: number }[];
}

export interface Groups {
  readonly attr: string;
  readonly from: string;
  readonly to: string;
  readonly timeZone: string;
  readonly groups: readonly (Tally & { readonly value: JsonValue })[];
  readonly other: Tally;
  readonly missing: Tally;
  readonly total: number;
  readonly users: number;
  readonly usersExact: boolean;
  readonly notes?: readonly Note[];
}

export interface Values {
  readonly field: string;
  readonly values: readonly { readonly value: JsonValue; readonly total: number }[];
  readonly more: boolean;
  readonly events: number;
  readonly sample: boolean;
  readonly notes?: readonly Note[];
}

/** What this module needs in addition to the store. */
export interface Surroundings {
  readonly now: () => number;
  /** The app's own, otherwise the server's. */
  readonly calendarOf: (app: string) => { readonly timeZone: string; readonly weekStart: WeekStart };
  /** Waits until the store holds what was acknowledged. @throws STORE_BEHIND */
  readonly catchUp: (app: string | undefined, signal?: AbortSignal) => Promise<void>;
  readonly asOf: (app: string | undefined) => number;
  readonly isNotIndexed: (app: string, property: PropertyField) => boolean;
  /** The ids of an app's write keys, under which an event's string id may be counted. */
  readonly writeKeysOf?: (app: string) => readonly string[];
  /** Starts to erase matching events from the journal, the rejected rows and the store, and waits for the end, up to `waitMs`. */
  readonly erase: (app: string, request: ErasureRequest, waitMs: number) => Promise<EraseAnswer>;
  /** The number of events that an erasure would erase now. */
  readonly erasable: (app: string, range: Range, filters: readonly Filter[]) => Promise<number>;
}
