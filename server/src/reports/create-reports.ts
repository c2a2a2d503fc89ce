import { SeismoError } from '../model/errors.ts';
import { type EventRow, isSystemId } from '../model/event.ts';
import { checkIndexed, type IsNotIndexed, type Note, notIndexedNotes, propertiesOf } from '../model/notes.ts';
import { parseField } from '../model/property-name.ts';
import type { Field, Filter, QueryControl } from '../model/query.ts';
import { withPatternsOf } from '../model/regexp.ts';
import type { Store } from '../store/store.ts';
import { bucketsOf } from '../time/calendar.ts';
import { ALL_TIME, type RangeParser } from '../time/range-parser.ts';
import { countsOf } from './counts.ts';
import { decodeCursor, encodeCursor } from './cursor.ts';
import { bytesOf, pagesOf, withFirstPage } from './event-pages.ts';
import { type FilterParameters, filtersOf, propertyOf } from './filters.ts';
import { invalid, rangeInputOf, rangesOf } from './parameters.ts';
import type { EraseQuery, EventsQuery } from './queries.ts';
import { REPORT_RANGES } from './report-ranges.ts';
import type { Answer, Report, Reports, Surroundings } from './reports.ts';

const EVENTS_LIMIT = 1_000;
/** A page of large events ends before its limit; the Link header leads on. */
const PAGE_MAX_BYTES = 16 * 1024 * 1024;
const EVENTS_LIMIT_MAX = 10_000;

export function createReports(store: Store, around: Surroundings): Reports {
  /** Waits for what was acknowledged, unless told not to. */
  async function freshen(
    app: string | undefined,
    isFresh: boolean,
    control: QueryControl,
  ): Promise<number | undefined> {
    if (!isFresh) return around.asOf(app);
    await around.catchUp(app, control.signal);
    return undefined;
  }

  const answer = <T>(value: T, asOf: number | undefined): Answer<T> =>
    asOf === undefined ? { value } : { value, asOf };

  const rangesIn = (app: string, query: Parameters<typeof rangesOf>[0]): RangeParser =>
    rangesOf(query, around.calendarOf(app), around.now());

  const isNotIndexed = (app: string): IsNotIndexed => around.isNotIndexed.bind(undefined, app);

  /** What to know about an answer that is made with these filters, and about another field. */
  function notesOf(app: string, filters: readonly Filter[], field?: Field): { readonly notes?: readonly Note[] } {
    const properties = [...filters.flatMap(propertiesOf), ...(field?.kind === 'property' ? [field] : [])];
    const notes = notIndexedNotes(properties, isNotIndexed(app));
    return notes.length > 0 ? { notes } : {};
  }

  function eventsQuery(app: string, query: EventsQuery) {
    const range = rangesIn(app, query).range(rangeInputOf(query), ALL_TIME);
    const filters = filtersOf(query.filters, app, around.writeKeysOf);
    checkIndexed(filters, isNotIndexed(app));
    return { app, range, filters, order: query.order };
  }

  return {
    async report(kind, app, query, control) {
      const { interval, exact } = query;
      const ranges = rangesIn(app, query);
      const { calendar } = ranges;
      const range = REPORT_RANGES[kind].rangeOf(query, ranges);
      const filters = filtersOf(query.filters, app, around.writeKeysOf);
      const buckets = interval === undefined ? undefined : bucketsOf(range, interval, calendar);
      const asOf = await freshen(app, query.fresh, control);
      const { timeZone } = calendar;
      const isEmpty = range.from >= range.to;
      const counted = isEmpty
        ? { total: 0, users: 0, usersExact: true, series: [] }
        : await countsOf(
            store.analysis,
            { app, range, timeZone, filters, exact, ...(buckets && { buckets }) },
            withPatternsOf(control, filters),
          );
      const found = new Map((counted.series ?? []).map((bucket) => [bucket.from, bucket]));
      const report: Report = {
        app,
        ...named(query.filters, 'id'),
        ...named(query.filters, 'event'),
        from: iso(range.from),
        to: iso(range.to),
        timeZone,
        total: counted.total,
        users: counted.users,
        usersExact: counted.usersExact,
        ...notesOf(app, filters),
        ...(buckets && {
          series: buckets.map((from) => {
            const { total = 0, users = 0 } = found.get(from) ?? {};
            return { from: iso(from), total, users };
          }),
        }),
      };
      return answer(report, asOf);
    },

    async groups(app, query, control) {
      const { attr, limit, exact } = query;
      const attribute = propertyOf(attr, 'attr');
      const ranges = rangesIn(app, query);
      const range = ranges.range(rangeInputOf(query), ranges.range({ date: 'today' }));
      const filters = filtersOf(query.filters, app, around.writeKeysOf);
      const asOf = await freshen(app, query.fresh, control);
      const grouped = await store.groups(
        { app, range, filters, attribute, limit, exact },
        withPatternsOf(control, filters),
      );
      const { timeZone } = ranges.calendar;
      const notes = notesOf(app, filters, attribute);
      return answer({ attr, from: iso(range.from), to: iso(range.to), timeZone, ...grouped, ...notes }, asOf);
    },

    async eventsPage(app, query, control) {
      const { limit = EVENTS_LIMIT, cursor } = query;
      if (limit > EVENTS_LIMIT_MAX)
        throw invalid('limit', 'must be a whole number from 1 to 10,000 for JSON. NDJSON has no limit.');
      const wanted = eventsQuery(app, query);
      const after = decodeCursor(cursor, wanted.order);
      const asOf = await freshen(app, query.fresh, control);
      const events: EventRow[] = [];
      let bytes = 0;
      let isMore = false;
      const limits = withPatternsOf(control, wanted.filters);
      for await (const part of pagesOf(store, { ...wanted, limit, ...(after && { after }) }, limits)) {
        events.push(...part);
        bytes += bytesOf(part);
        isMore = events.length === limit || bytes > PAGE_MAX_BYTES;
        if (isMore) break;
      }
      const last = events.at(-1);
      return answer({ events, ...(isMore && last && { next: encodeCursor(last, wanted.order) }) }, asOf);
    },

    async eventsStream(app, query, control) {
      const { limit = Number.POSITIVE_INFINITY, cursor } = query;
      const wanted = eventsQuery(app, query);
      const after = decodeCursor(cursor, wanted.order);
      const asOf = await freshen(app, query.fresh, control);
      const limits = withPatternsOf(control, wanted.filters);
      return answer(await withFirstPage(pagesOf(store, { ...wanted, limit, ...(after && { after }) }, limits)), asOf);
    },

    async erase(app, query) {
      const { all: isAll, block: isKeptOut, dryRun: isDryRun, date, from, to } = query;
      const ranges = rangesIn(app, query);
      const filters: Filter[] = filtersOf(query.filters, app, around.writeKeysOf);
      checkIndexed(filters, isNotIndexed(app));
      const isNarrowed = filters.some(narrows) || (date ?? from ?? to) !== undefined;
      if (isAll === isNarrowed)
        throw new SeismoError(
          'ERASE_FILTER_MISSING',
          isAll
            ? "`all=true` and a filter can't be combined. Remove one of them."
            : 'Choose what to erase with a filter or a date, or send `all=true`. An empty `and` or `or` does not count as a filter.',
          { field: 'all' },
        );
      const range = ranges.range(rangeInputOf(query), ALL_TIME);
      if (isDryRun) return { erased: 0, matching: await around.erasable(app, range, filters) };
      return await around.erase(app, { range, filters, isKeptOut, query: namedBy(query) }, query.wait * 1000);
    },

    async apps(query, control) {
      const asOf = await freshen(undefined, query.fresh, control);
      return answer(await store.apps(control), asOf);
    },

    async eventNames(app, query, control) {
      const asOf = await freshen(app, query.fresh, control);
      const names = await store.eventNames(app, control);
      return answer(query.system ? names : names.filter(({ id }) => !isSystemId(id)), asOf);
    },

    async properties(app, query, control) {
      const asOf = await freshen(app, query.fresh, control);
      return answer(await store.properties(app, query.event, control), asOf);
    },

    async values(app, query, control) {
      const { field: name, limit, search } = query;
      const field = parseField(name);
      if (field === undefined) throw invalid('field', 'must be a field such as `data.plan` or `user`.');
      const range = rangesIn(app, query).range(rangeInputOf(query), ALL_TIME);
      const filters = filtersOf(query.filters, app, around.writeKeysOf);
      const asOf = await freshen(app, query.fresh, control);
      const found = await store.values(
        { app, range, filters, field, limit, ...(search !== undefined && { search }) },
        withPatternsOf(control, filters),
      );
      const { values, areMore, events, isSample } = found;
      const notes = notesOf(app, filters, field);
      return answer({ field: name, values, more: areMore, events, sample: isSample, ...notes }, asOf);
    },
  };
}

/** Whether a filter leaves anything out: an empty list of conditions does not, nor one beside which `or` makes no difference. */
const narrows = (filter: Filter): boolean => {
  if ('and' in filter) return filter.and.some(narrows);
  return 'or' in filter ? filter.or.length > 0 && filter.or.every(narrows) : true;
};

/** What an erasure erases, as a query string. */
function namedBy({ filters, date, from, to, timeZone, all }: EraseQuery): string {
  const named = new URLSearchParams([...filters]);
  for (const [name, value] of Object.entries({ date, from, to, timeZone }))
    if (value !== undefined) named.set(name, value);
  if (all) named.set('all', 'true');
  return named.toString();
}

const iso = (ms: number): string => new Date(ms).toISOString();
const named = (filters: FilterParameters, name: 'id' | 'event'): Record<string, string> => {
  const value = filters.get(name);
  return value === undefined ? {} : { [name]: value };
};
