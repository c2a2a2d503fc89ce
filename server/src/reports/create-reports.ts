import { SeismoError } from '../model/errors.ts';
import type { EventRow } from '../model/event.ts';
import { checkIndexed, type IsNotIndexed, type Note, notIndexedNotes, propertiesOf } from '../model/notes.ts';
import { parseField } from '../model/property-name.ts';
import type { Field, Filter, QueryControl, Range } from '../model/query.ts';
import { INTERVALS } from '../model/query.ts';
import { withPatternsOf } from '../model/regexp.ts';
import type { Store } from '../store/store.ts';
import { bucketsOf, type Calendar, daysRange, hourRange, monthRange, parseDay, weekRange } from '../time/calendar.ts';
import { decodeCursor, encodeCursor } from './cursor.ts';
import { filtersOf, propertyOf } from './filters.ts';
import { begun, bytesOf, pagesOf } from './pages.ts';
import {
  ALL_TIME,
  booleanOf,
  calendarOf,
  checkNames,
  checkOrder,
  choiceOf,
  dayOf,
  endOf,
  integerOf,
  invalid,
  rangeOf,
} from './parameters.ts';
import type { Answer, Report, ReportKind, Reports, Surroundings } from './reports.ts';

const COMMON = ['timeZone', 'weekStart', 'fresh'];
const DATES: Readonly<Record<ReportKind, readonly string[]>> = {
  hour: ['date', 'hour'],
  day: ['date'],
  week: ['week', 'date'],
  month: ['month', 'date'],
  period: ['from', 'to'],
};
const EVENTS_LIMIT = 1_000;
/** A page of large events ends before its limit; the Link header leads on. */
const PAGE_MAX_BYTES = 16 * 1024 * 1024;
const EVENTS_LIMIT_MAX = 10_000;
const GROUPS_LIMIT = 100;
const GROUPS_LIMIT_MAX = 10_000;
const VALUES_LIMIT = 20;
const VALUES_LIMIT_MAX = 1_000;

export function createReports(store: Store, around: Surroundings): Reports {
  /** Waits for what was acknowledged, unless told not to. */
  async function freshen(
    app: string | undefined,
    search: URLSearchParams,
    control: QueryControl,
  ): Promise<number | undefined> {
    if (!booleanOf(search, 'fresh', true)) return around.asOf(app);
    await around.catchUp(app, control.signal);
    return undefined;
  }

  const answer = <T>(value: T, asOf: number | undefined): Answer<T> =>
    asOf === undefined ? { value } : { value, asOf };

  const isNotIndexed = (app: string): IsNotIndexed => around.isNotIndexed.bind(undefined, app);

  /** What to know about an answer that is made with these filters, and about another field. */
  function notesOf(app: string, filters: readonly Filter[], field?: Field): { readonly notes?: readonly Note[] } {
    const properties = [...filters.flatMap(propertiesOf), ...(field?.kind === 'property' ? [field] : [])];
    const notes = notIndexedNotes(properties, isNotIndexed(app));
    return notes.length > 0 ? { notes } : {};
  }

  function eventsQuery(app: string, search: URLSearchParams, more: readonly string[]) {
    checkNames(search, { names: ['date', 'from', 'to', 'order', 'limit', ...more, ...COMMON], filters: true });
    const calendar = calendarOf(search, around.calendarOf(app));
    const range = rangeOf(search, calendar, around.now(), ALL_TIME);
    const order = choiceOf(search, 'order', ['asc', 'desc'] as const) ?? 'desc';
    const filters = filtersOf(search, app, around.writeKeysOf);
    checkIndexed(filters, isNotIndexed(app));
    return { app, range, filters, order };
  }

  return {
    async report(kind, app, search, control) {
      checkNames(search, { names: [...DATES[kind], 'interval', 'exact', 'report', ...COMMON], filters: true });
      // Version 0.0.5 of the client names the report in the query string as well as in the path.
      if ((search.get('report') ?? kind) !== kind)
        throw invalid(
          'report',
          `must be ${kind}, as in the path, or absent; for another report ask /api/reports/<report>/${app}.`,
        );
      const calendar = calendarOf(search, around.calendarOf(app));
      const range = reportRange(kind, search, calendar, around.now());
      const filters = filtersOf(search, app, around.writeKeysOf);
      const interval = choiceOf(search, 'interval', INTERVALS);
      const exact = booleanOf(search, 'exact', false);
      const buckets = interval === undefined ? undefined : bucketsOf(range, interval, calendar);
      const asOf = await freshen(app, search, control);
      const { timeZone } = calendar;
      const isEmpty = range.from >= range.to;
      const counted = isEmpty
        ? { total: 0, users: 0, usersExact: true, series: [] }
        : await store.counts(
            { app, range, timeZone, filters, exact, ...(interval && buckets && { interval, buckets }) },
            withPatternsOf(control, filters),
          );
      const found = new Map((counted.series ?? []).map((bucket) => [bucket.from, bucket]));
      const report: Report = {
        app,
        ...named(search, 'id'),
        ...named(search, 'event'),
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

    async groups(app, search, control) {
      checkNames(search, { names: ['attr', 'date', 'from', 'to', 'limit', 'exact', ...COMMON], filters: true });
      const attr = search.get('attr');
      if (attr === null) throw invalid('attr', 'must name a property, like attr=plan or attr=address.city.');
      const attribute = propertyOf(attr, 'attr');
      const calendar = calendarOf(search, around.calendarOf(app));
      const today = dayOf(new URLSearchParams(), 'date', calendar, around.now());
      const range = rangeOf(search, calendar, around.now(), daysRange(today, today, calendar.timeZone));
      const limit = integerOf(search, 'limit', GROUPS_LIMIT, 1, GROUPS_LIMIT_MAX);
      const exact = booleanOf(search, 'exact', false);
      const filters = filtersOf(search, app, around.writeKeysOf);
      const asOf = await freshen(app, search, control);
      const grouped = await store.groups(
        { app, range, filters, attribute, limit, exact },
        withPatternsOf(control, filters),
      );
      const { timeZone } = calendar;
      const notes = notesOf(app, filters, attribute);
      return answer({ attr, from: iso(range.from), to: iso(range.to), timeZone, ...grouped, ...notes }, asOf);
    },

    async eventsPage(app, search, control) {
      const query = eventsQuery(app, search, ['cursor']);
      const limit = integerOf(search, 'limit', EVENTS_LIMIT, 1, EVENTS_LIMIT_MAX);
      const after = decodeCursor(search.get('cursor'), query.order);
      const asOf = await freshen(app, search, control);
      const events: EventRow[] = [];
      let bytes = 0;
      let isMore = false;
      const limits = withPatternsOf(control, query.filters);
      for await (const part of pagesOf(store, { ...query, limit, ...(after && { after }) }, limits)) {
        events.push(...part);
        bytes += bytesOf(part);
        isMore = events.length === limit || bytes > PAGE_MAX_BYTES;
        if (isMore) break;
      }
      const last = events.at(-1);
      return answer({ events, ...(isMore && last && { next: encodeCursor(last, query.order) }) }, asOf);
    },

    async eventsStream(app, search, control) {
      const query = eventsQuery(app, search, ['cursor', 'csvSafe']);
      booleanOf(search, 'csvSafe', false);
      const limit = search.has('limit') ? integerOf(search, 'limit', 0, 1, 999_999_999) : Number.POSITIVE_INFINITY;
      const after = decodeCursor(search.get('cursor'), query.order);
      const asOf = await freshen(app, search, control);
      const limits = withPatternsOf(control, query.filters);
      return answer(await begun(pagesOf(store, { ...query, limit, ...(after && { after }) }, limits)), asOf);
    },

    async erase(app, search) {
      checkNames(search, {
        names: ['date', 'from', 'to', 'all', 'block', 'dryRun', 'timeZone', 'weekStart'],
        filters: true,
      });
      const calendar = calendarOf(search, around.calendarOf(app));
      const filters: Filter[] = filtersOf(search, app, around.writeKeysOf);
      checkIndexed(filters, isNotIndexed(app));
      const isAll = booleanOf(search, 'all', false);
      const isKeptOut = booleanOf(search, 'block', false);
      const isDryRun = booleanOf(search, 'dryRun', false);
      const isNarrowed = filters.some(narrows) || ['date', 'from', 'to'].some((name) => search.has(name));
      if (isAll === isNarrowed)
        throw new SeismoError(
          'ERASE_FILTER_MISSING',
          isAll
            ? 'all=true and a filter exclude each other.'
            : 'Name what to erase by a filter or a date, or send all=true. An empty "and" or "or" names nothing.',
          { field: 'all' },
        );
      const range = rangeOf(search, calendar, around.now(), ALL_TIME);
      if (isDryRun) return { erased: 0, matching: await around.erasable(app, range, filters) };
      return { erased: await around.erase(app, range, filters, isKeptOut) };
    },

    async apps(search, control) {
      checkNames(search, { names: ['fresh'], filters: false });
      const asOf = await freshen(undefined, search, control);
      return answer(await store.apps(control), asOf);
    },

    async eventNames(app, search, control) {
      checkNames(search, { names: ['fresh'], filters: false });
      const asOf = await freshen(app, search, control);
      return answer(await store.eventNames(app, control), asOf);
    },

    async properties(app, search, control) {
      checkNames(search, { names: ['event', 'fresh'], filters: false });
      const asOf = await freshen(app, search, control);
      return answer(await store.properties(app, search.get('event') ?? undefined, control), asOf);
    },

    async values(app, search, control) {
      checkNames(search, { names: ['field', 'search', 'date', 'from', 'to', 'limit', ...COMMON], filters: true });
      const name = search.get('field') ?? '';
      const field = parseField(name);
      if (field === undefined) throw invalid('field', 'must name a field, like field=data.plan or field=user.');
      const range = rangeOf(search, calendarOf(search, around.calendarOf(app)), around.now(), ALL_TIME);
      const limit = integerOf(search, 'limit', VALUES_LIMIT, 1, VALUES_LIMIT_MAX);
      const part = search.get('search') ?? undefined;
      const filters = filtersOf(search, app, around.writeKeysOf);
      const asOf = await freshen(app, search, control);
      const found = await store.values(
        { app, range, filters, field, limit, ...(part !== undefined && { search: part }) },
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

const iso = (ms: number): string => new Date(ms).toISOString();
const named = (search: URLSearchParams, name: 'id' | 'event'): Record<string, string> => {
  const value = search.get(name);
  return value === null ? {} : { [name]: value };
};

function reportRange(kind: ReportKind, search: URLSearchParams, calendar: Calendar, nowMs: number): Range {
  const { timeZone } = calendar;
  switch (kind) {
    case 'hour': {
      const hour = integerOf(search, 'hour', -1, 0, 23);
      if (hour < 0) throw invalid('hour', 'must be a whole number from 0 to 23.');
      return hourRange(dayOf(search, 'date', calendar, nowMs), hour, timeZone);
    }
    case 'day': {
      const day = dayOf(search, 'date', calendar, nowMs);
      return daysRange(day, day, timeZone);
    }
    case 'week':
      return weekRange(dayOf(search, onlyOne(search, 'week'), calendar, nowMs), calendar);
    case 'month': {
      const name = onlyOne(search, 'month');
      const value = search.get(name);
      const month = parseDay(`${value}-01`);
      const isDay = value === null || value === 'today' || value === 'yesterday' || parseDay(value) !== undefined;
      if (name === 'month' && month === undefined && !isDay)
        throw invalid(name, 'must be a month like 2026-11, or a day in it, from 1970 to 2100.');
      return monthRange(month ?? dayOf(search, name, calendar, nowMs), timeZone);
    }
    case 'period': {
      const from = endOf(search, 'from', calendar, nowMs);
      const to = endOf(search, 'to', calendar, nowMs);
      if (from === undefined) throw invalid('from', 'must be a day like 2026-11-01.');
      if (to === undefined) throw invalid('to', 'must be a day like 2026-11-24; it is included.');
      checkOrder(search, { from, to });
      return { from, to };
    }
  }
}

/** `week=` or `month=`, a day in it; `date=` means the same. */
function onlyOne(search: URLSearchParams, name: 'week' | 'month'): string {
  if (search.has(name) && search.has('date')) throw invalid('date', `and ${name} exclude each other.`);
  return search.has(name) ? name : 'date';
}
