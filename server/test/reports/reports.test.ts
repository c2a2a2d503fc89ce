import { beforeEach, describe, expect, it } from 'vitest';
import type { TrendQuery } from '../../src/model/analysis-query.ts';
import { csvCell } from '../../src/model/csv-cell.ts';
import type { ErasureRequest } from '../../src/model/erasure.ts';
import { type ErrorCode, SeismoError } from '../../src/model/errors.ts';
import type { EventRow } from '../../src/model/event.ts';
import type { EventsQuery, GroupsQuery, QueryControl } from '../../src/model/query.ts';
import { createReports } from '../../src/reports/create-reports.ts';
import { CSV_HEADER, csvLine } from '../../src/reports/csv.ts';
import type { Store } from '../../src/store/store.ts';
import { byText } from './by-text.ts';

// 2026-11-24T12:00Z, a Tuesday.
const NOW = Date.UTC(2026, 10, 24, 12);
const control: QueryControl = { maxSeconds: 1, maxBytes: 1e6, maxRows: 1e3 };
const search = (text = '') => new URLSearchParams(text);
const iso = (ms: number) => new Date(ms).toISOString().slice(0, 16);

let reports: ReturnType<typeof byText>;
let asked: { trend?: TrendQuery; groups?: GroupsQuery; events: EventsQuery[]; erased?: [ErasureRequest, number] };
let caughtUp: (string | undefined)[];
let rows: EventRow[];
/** What the next questions for events fail with. */
let failures: ErrorCode[];
/** More than one event over so many bytes together is refused. */
let limitBytes: number;

const row = (timestamp: number, seq: number): EventRow => ({
  seq: String(seq),
  uuid: '00000000-0000-4000-8000-000000000001',
  app: 'shop',
  id: 'a',
  event: 'a',
  timestamp,
  receivedAt: NOW,
});

/** Orders and pages by plain comparison. */
function pageOf({ order, limit, after }: EventsQuery): EventRow[] {
  const sign = order === 'asc' ? 1 : -1;
  const compare = (a: { timestamp: number; seq: string }, b: { timestamp: number; seq: string }) =>
    sign * (a.timestamp - b.timestamp || Number(a.seq) - Number(b.seq));
  return rows
    .toSorted(compare)
    .filter((each) => !after || compare(each, after) > 0)
    .slice(0, limit);
}

beforeEach(() => {
  asked = { events: [] };
  caughtUp = [];
  rows = [];
  failures = [];
  limitBytes = Number.POSITIVE_INFINITY;
  const store = {
    analysis: {
      async trend(query: TrendQuery) {
        asked.trend = query;
        const cell = { series: 0, group: [], value: 3, count: 7, skipped: 0 };
        const from = query.buckets?.[1];
        const cells = [{ ...cell, bucket: undefined }, ...(from === undefined ? [] : [{ ...cell, bucket: from }])];
        return { cells, groups: [] };
      },
    },
    async groups(query: GroupsQuery) {
      asked.groups = query;
      const none = { total: 0, users: 0 };
      return { groups: [], other: none, missing: none, total: 0, users: 0, usersExact: true };
    },
    async events(query: EventsQuery) {
      asked.events.push(query);
      const failure = failures.shift();
      if (failure) throw new SeismoError(failure, 'As the test wants it.');
      const page = pageOf(query);
      if (page.length > 1 && page.reduce((sum, { dataText }) => sum + (dataText?.length ?? 0), 0) > limitBytes)
        throw new SeismoError('QUERY_LIMIT_ROWS', 'Too many bytes.');
      return page;
    },
  } as unknown as Store;
  reports = byText(
    createReports(store, {
      now: () => NOW,
      calendarOf: (app) => ({ timeZone: app === 'nepal' ? 'Asia/Kathmandu' : 'UTC', weekStart: 'sunday' }),
      catchUp: async (app) => void caughtUp.push(app),
      asOf: () => NOW - 5,
      isNotIndexed: () => false,
      erasable: async () => 7,
      erase: async (_app, request, waitMs) => {
        asked.erased = [request, waitMs];
        return { erased: 4 };
      },
    }),
  );
});

const failure = async (work: Promise<unknown>) =>
  work.then(
    () => 'fine',
    (error: unknown) => (error instanceof SeismoError ? `${error.code} ${error.field}` : Promise.reject(error)),
  );

describe('report', () => {
  it.each([
    ['day', 'shop', '', '2026-11-24T00:00', '2026-11-25T00:00'],
    ['day', 'shop', 'date=yesterday', '2026-11-23T00:00', '2026-11-24T00:00'],
    ['day', 'nepal', '', '2026-11-23T18:15', '2026-11-24T18:15'],
    ['day', 'shop', 'date=2018-11-04&timeZone=America/Sao_Paulo', '2018-11-04T03:00', '2018-11-05T02:00'],
    ['hour', 'shop', 'date=2026-11-01&hour=1&timeZone=America/New_York', '2026-11-01T05:00', '2026-11-01T07:00'],
    ['week', 'shop', '', '2026-11-22T00:00', '2026-11-29T00:00'],
    ['week', 'shop', 'week=2026-11-22&weekStart=monday', '2026-11-16T00:00', '2026-11-23T00:00'],
    ['month', 'shop', 'month=2024-02', '2024-02-01T00:00', '2024-03-01T00:00'],
    ['month', 'shop', 'date=2024-02-29', '2024-02-01T00:00', '2024-03-01T00:00'],
    ['period', 'shop', 'from=2026-11-01&to=2026-11-03', '2026-11-01T00:00', '2026-11-04T00:00'],
    ['month', 'shop', 'month=today', '2026-11-01T00:00', '2026-12-01T00:00'],
    // The plus of an offset, sent as it is, is read as a space.
    ['period', 'shop', 'from=2026-11-01T10:00:00+02:00&to=2026-11-02 10:00', '2026-11-01T08:00', '2026-11-02T10:00'],
    ['period', 'nepal', 'from=2026-11-01T10:00&to=2026-11-01T10:30:00Z', '2026-11-01T04:15', '2026-11-01T10:30'],
  ] as const)('%s of %s with "%s" lasts from %s to %s', async (kind, app, text, from, to) => {
    const { value } = await reports.report(kind, app, search(text), control);
    expect([value.from.slice(0, 16), value.to.slice(0, 16)]).toEqual([from, to]);
    expect([iso(asked.trend!.range.from), iso(asked.trend!.range.to)]).toEqual([from, to]);
  });

  it('fills the empty buckets of its series and repeats id and event', async () => {
    const { value } = await reports.report('week', 'shop', search('interval=day&id=a&event=A'), control);
    expect(value).toMatchObject({ id: 'a', event: 'A', total: 7, users: 3, usersExact: true, timeZone: 'UTC' });
    expect(value.series?.map(({ from, total }) => [from.slice(0, 10), total])).toEqual([
      ['2026-11-22', 0],
      ['2026-11-23', 7],
      ['2026-11-24', 0],
      ['2026-11-25', 0],
      ['2026-11-26', 0],
      ['2026-11-27', 0],
      ['2026-11-28', 0],
    ]);
  });

  it('is zero for an hour and a day that the clock skipped, without asking the store', async () => {
    const text = 'date=2026-03-08&hour=2&timeZone=America/New_York';
    expect((await reports.report('hour', 'shop', search(text), control)).value.total).toBe(0);
    const apia = 'date=2011-12-30&timeZone=Pacific/Apia';
    expect((await reports.report('day', 'shop', search(apia), control)).value.total).toBe(0);
    expect(asked.trend).toBeUndefined();
  });

  it('waits for what was acknowledged, unless fresh=false, which says how old the answer is', async () => {
    expect((await reports.report('day', 'shop', search(), control)).asOf).toBeUndefined();
    expect((await reports.report('day', 'shop', search('fresh=false'), control)).asOf).toBe(NOW - 5);
    expect(caughtUp).toEqual(['shop']);
  });

  it.each([
    ['day', 'date=2026-02-30', 'PARAMETER_INVALID date'],
    ['day', 'dat=2026-02-01', 'PARAMETER_UNKNOWN dat'],
    ['day', 'date=today&date=today', 'PARAMETER_INVALID date'],
    ['hour', 'hour=24', 'PARAMETER_INVALID hour'],
    ['hour', '', 'PARAMETER_INVALID hour'],
    ['period', 'from=2026-01-01', 'PARAMETER_INVALID to'],
    ['period', 'from=2026-01-02&to=2026-01-01T00:00', 'PARAMETER_INVALID from'],
    ['day', 'timeZone=Mars', 'PARAMETER_INVALID timeZone'],
    ['day', 'fresh=yes', 'PARAMETER_INVALID fresh'],
    ['week', 'week=2026-01-01&date=2026-01-01', 'PARAMETER_INVALID date'],
    ['period', 'from=2000-01-01&to=2026-01-01&interval=minute', 'RANGE_TOO_MANY_BUCKETS interval'],
    ['day', 'data.x[near]=1', 'PARAMETER_INVALID data.x[near]'],
    ['day', 'data.x[gte]=a', 'PARAMETER_INVALID data.x[gte]'],
    ['day', 'user[gte]=1', 'PARAMETER_INVALID user[gte]'],
    ['day', 'data.x[matches]=(', 'PARAMETER_INVALID data.x[matches]'],
    ['day', 'data.x[matches]=a(?=b)', 'PARAMETER_INVALID data.x[matches]'],
    ['day', 'data.x[between]=1', 'PARAMETER_INVALID data.x[between]'],
    ['day', 'data.x[exists]=1', 'PARAMETER_INVALID data.x[exists]'],
    ['day', 'data.x[contains]=', 'PARAMETER_INVALID data.x[contains]'],
    ['day', 'data.=1', 'PARAMETER_INVALID data.'],
    ['day', 'data=1', 'PARAMETER_UNKNOWN data'],
    ['day', 'cursor=x', 'PARAMETER_UNKNOWN cursor'],
    ['day', 'interval=year', 'PARAMETER_INVALID interval'],
    ['day', 'weekStart=friday', 'PARAMETER_INVALID weekStart'],
    ['day', 'exact=1', 'PARAMETER_INVALID exact'],
    ['month', 'month=2026-13', 'PARAMETER_INVALID month'],
    ['month', 'month=March', 'PARAMETER_INVALID month'],
    ['week', 'week=2026-W05', 'PARAMETER_INVALID week'],
    ['period', 'from=2026-01-01&to=2026-01-32', 'PARAMETER_INVALID to'],
    ['period', 'from=2026-01-01T25:00&to=2026-01-02', 'PARAMETER_INVALID from'],
  ] as const)('%s with "%s" is refused with %s', async (kind, text, expected) => {
    expect(await failure(reports.report(kind, 'shop', search(text), control))).toBe(expected);
  });
});

describe('filters', () => {
  const json = (filters: unknown) => `filters=${encodeURIComponent(JSON.stringify(filters))}`;

  it.each([
    ['filters=[', 'PARAMETER_INVALID filters'],
    [json({ field: 'user', value: 'a' }), 'PARAMETER_INVALID filters'],
    [json([{ field: 'data.n', operator: 'like', value: 1 }]), 'PARAMETER_INVALID filters[0].operator'],
    [
      json([
        {
          or: [
            { field: 'user', value: 'a' },
            { field: 'nothing', value: 1 },
          ],
        },
      ]),
      'PARAMETER_INVALID filters[0].or[1].field',
    ],
    [json([{ field: 'data.n', operator: 'gte', value: 'x' }]), 'PARAMETER_INVALID filters[0].value'],
    [json(Array.from({ length: 51 }, () => ({ field: 'user', value: 'a' }))), 'PARAMETER_INVALID filters'],
  ])('of JSON are refused with the path to the fault: %s', async (text, expected) => {
    expect(await failure(reports.eventsPage('shop', search(text), control))).toBe(expected);
  });
});

describe('events', () => {
  it('come in pages whose cursors neither skip nor repeat, in both orders, through equal timestamps', async () => {
    rows = Array.from({ length: 25 }, (_, i) => row(NOW - (i % 4), i));
    for (const order of ['asc', 'desc'] as const) {
      const seen: string[] = [];
      let cursor: string | undefined;
      do {
        const text = `limit=10&order=${order}${cursor ? `&cursor=${cursor}` : ''}`;
        const { value } = await reports.eventsPage('shop', search(text), control);
        seen.push(...value.events.map(({ seq }) => seq));
        cursor = value.next;
      } while (cursor);
      expect(new Set(seen).size).toBe(25);
      expect(seen.length).toBe(25);
    }
    expect(asked.events[0]?.range).toEqual({ from: 0, to: Date.UTC(2100, 0, 1) });
  });

  it('stream without a limit, page by page', async () => {
    rows = Array.from({ length: 12_345 }, (_, i) => row(NOW - i, i));
    const sizes: number[] = [];
    const { value } = await reports.eventsStream('shop', search(), control);
    for await (const page of value) sizes.push(page.length);
    expect(sizes).toEqual([5_000, 5_000, 2_345]);
  });

  it('stream in smaller pages where events are large, which the store may refuse together', async () => {
    // 40 events of 1 MB: the store takes 16 MB at a time, 8 MB are aimed at.
    rows = Array.from({ length: 40 }, (_, i) => ({ ...row(NOW - i, i), dataText: 'x'.repeat(1_000_000) }));
    limitBytes = 16_000_000;
    const { value } = await reports.eventsStream('shop', search(), control);
    const seen: number[] = [];
    let largest = 0;
    for await (const page of value) {
      seen.push(...page.map(({ timestamp }) => NOW - timestamp));
      largest = Math.max(largest, page.length);
    }
    expect(seen).toEqual(Array.from({ length: 40 }, (_, i) => i));
    expect(largest).toBeLessThanOrEqual(16);
  });

  it('come in a page that ends early where events are large, with a cursor to the rest', async () => {
    rows = Array.from({ length: 40 }, (_, i) => ({ ...row(NOW - i, i), dataText: 'x'.repeat(1_000_000) }));
    limitBytes = 16_000_000;
    const first = (await reports.eventsPage('shop', search(), control)).value;
    expect(first.events.length).toBeLessThan(40);
    const rest = (await reports.eventsPage('shop', search(`cursor=${first.next}`), control)).value;
    expect(rest.events[0]?.timestamp).toBe(NOW - first.events.length);
  });

  it('stream on after the engine was away for a moment, and fail at once when it is away from the beginning', async () => {
    rows = Array.from({ length: 6_000 }, (_, i) => row(NOW - i, i));
    const { value } = await reports.eventsStream('shop', search(), control);
    const sizes: number[] = [];
    for await (const page of value) {
      if (sizes.length === 0) failures.push('STORE_UNAVAILABLE');
      sizes.push(page.length);
    }
    expect(sizes).toEqual([5_000, 1_000]);
    failures.push('STORE_UNAVAILABLE');
    await expect(reports.eventsStream('shop', search(), control)).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    failures.push('QUERY_LIMIT_TIME');
    await expect(reports.eventsStream('shop', search(), control)).rejects.toMatchObject({ code: 'QUERY_LIMIT_TIME' });
  });

  it('stop waiting for the engine when the reader goes away', async () => {
    rows = Array.from({ length: 6_000 }, (_, i) => row(NOW - i, i));
    const gone = new AbortController();
    const { value } = await reports.eventsStream('shop', search(), { ...control, signal: gone.signal });
    const pages = value[Symbol.asyncIterator]();
    await pages.next();
    failures.push('STORE_UNAVAILABLE');
    const next = pages.next();
    gone.abort();
    await expect(next).rejects.toThrow('abort');
  });

  it('refuse a cursor of another order, a changed one, and a limit out of bounds', async () => {
    rows = [row(NOW, 1), row(NOW, 2)];
    const { next } = (await reports.eventsPage('shop', search('limit=1'), control)).value;
    expect(await failure(reports.eventsPage('shop', search(`order=asc&cursor=${next}`), control))).toBe(
      'CURSOR_INVALID cursor',
    );
    expect(await failure(reports.eventsPage('shop', search('cursor=x'), control))).toBe('CURSOR_INVALID cursor');
    expect(await failure(reports.eventsPage('shop', search('limit=0'), control))).toBe('PARAMETER_INVALID limit');
  });
});

describe('erase', () => {
  it('needs a filter or all=true, and not both', async () => {
    expect(await failure(reports.erase('shop', search()))).toBe('ERASE_FILTER_MISSING all');
    expect(await failure(reports.erase('shop', search('all=true&user=u')))).toBe('ERASE_FILTER_MISSING all');
    expect(await failure(reports.erase('shop', search('usr=u')))).toBe('PARAMETER_UNKNOWN usr');
    expect(await reports.erase('shop', search('user=u'))).toEqual({ erased: 4 });
    expect(asked.erased?.[0].range).toEqual({ from: 0, to: Date.UTC(2100, 0, 1) });
    expect(asked.erased?.[1]).toBe(10_000);
    expect(await reports.erase('shop', search('user=u&dryRun=true'))).toEqual({ erased: 0, matching: 7 });
  });

  it('waits as long as it is asked to, and keeps what it erases as a query string', async () => {
    await reports.erase('shop', search('user=u&wait=0&from=2026-01-01&block=true'));
    expect(asked.erased?.[1]).toBe(0);
    expect(asked.erased?.[0]).toMatchObject({ isKeptOut: true, query: 'user=u&from=2026-01-01' });
    await reports.erase('shop', search('all=true&wait=60'));
    expect(asked.erased?.[1]).toBe(60_000);
    expect(asked.erased?.[0].query).toBe('all=true');
    for (const wait of ['61', '-1', '1.5', 'true'])
      expect(await failure(reports.erase('shop', search(`user=u&wait=${wait}`)))).toBe('PARAMETER_INVALID wait');
  });

  // Each matches every event, or names nothing.
  it.each([
    ['[{"and":[]}]'],
    ['[{"or":[]}]'],
    ['[]'],
    ['[{"and":[{"and":[]}]}]'],
    ['[{"or":[{"and":[]}]}]'],
    ['[{"or":[{"field":"user","value":"u"},{"and":[]}]}]'],
    ['[{"and":[{"or":[]}]}]'],
  ])('takes %s for no filter', async (filters) => {
    for (const more of ['', '&dryRun=true'])
      expect(await failure(reports.erase('shop', search(`filters=${filters}${more}`)))).toBe(
        'ERASE_FILTER_MISSING all',
      );
    expect(asked.erased).toBeUndefined();
    expect(await reports.erase('shop', search(`filters=${filters}&all=true`))).toEqual({ erased: 4 });
    expect(await reports.erase('shop', search(`filters=${filters}&user=u`))).toEqual({ erased: 4 });
  });

  it.each([['[{}]'], ['[{"and":[{}]}]'], ['{}'], ['[null]']])('refuses %s', async (filters) => {
    expect(await failure(reports.erase('shop', search(`filters=${filters}`)))).toMatch(/^PARAMETER_INVALID filters/);
  });
});

describe('groups', () => {
  it('need attr, and are of today unless a range is given', async () => {
    expect(await failure(reports.groups('shop', search(), control))).toBe('PARAMETER_INVALID attr');
    await reports.groups('shop', search('attr=address.city&limit=3&event=A'), control);
    expect(asked.groups).toMatchObject({
      attribute: { kind: 'property', path: ['address', 'city'], literal: false },
      limit: 3,
      range: { from: Date.UTC(2026, 10, 24), to: Date.UTC(2026, 10, 25) },
    });
  });
});

describe('CSV', () => {
  it('quotes what needs it, and what a spreadsheet would run when asked', () => {
    expect(csvLine({ ...row(0, 1), user: 'a"b,c', dataText: '{"x":1}' }, false)).toBe(
      `${row(0, 1).uuid},shop,a,a,1970-01-01T00:00:00.000Z,2026-11-24T12:00:00.000Z,,"a""b,c",,,"{""x"":1}"\r\n`,
    );
    expect(CSV_HEADER.split(',').length).toBe(11);
    expect([csvCell('=1+1', false), csvCell('=1+1', true), csvCell('-x', true)]).toEqual(['=1+1', `"'=1+1"`, `"'-x"`]);
  });
});
