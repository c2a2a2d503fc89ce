import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DeviceClocks } from '../../src/ingest/accept/device-clocks.ts';
import { parseTime } from '../../src/ingest/accept/event-time.ts';
import { KnownNames } from '../../src/ingest/accept/known-names.ts';
import { RowWriter } from '../../src/ingest/accept/row-writer.ts';
import { ServerUuids } from '../../src/ingest/accept/server-uuid.ts';
import { type ValidationContext, validateEvent } from '../../src/ingest/accept/validate-event.ts';
import { SeismoError } from '../../src/model/errors.ts';
import { ADMIN, type Poster } from '../../src/model/poster.ts';
import { parseUuid, storedUuids } from '../../src/row/event-uuid.ts';
import { decodeRow, uuidToText } from '../../src/row/row.ts';

// 2026-01-02T03:04:05.006Z by `date -u -d @1767323045`.
const ARRIVED = 1_767_323_045_006;
const UUID = '00112233-4455-4677-8899-aabbccddeeff';

function aContext(changes: Partial<ValidationContext> = {}): ValidationContext {
  return {
    app: 'shop',
    arrivedAt: ARRIVED,
    sentAt: undefined,
    retentionDays: undefined,
    clocks: new DeviceClocks(),
    poster: ADMIN,
    uuids: new ServerUuids(Buffer.alloc(32, 7)),
    names: new KnownNames({ eventNamesMax: 2, propertyNamesMax: 100, now: () => ARRIVED }),
    indexed: { admits: () => true },
    limits: {
      bodyMaxBytes: 1_000_000,
      eventMaxBytes: 1_000,
      eventNameMaxLength: 20,
      userMaxLength: 10,
      uuidMaxLength: 64,
      propertiesMax: 5,
      dataDepthMax: 3,
      propertyNameMaxLength: 10,
      lineMaxBytes: 1_000,
      batchEventsMax: 100,
    },
    ...changes,
  };
}

function accept(value: unknown, changes: Partial<ValidationContext> = {}) {
  const writer = new RowWriter(16);
  validateEvent(value, aContext(changes), writer);
  return decodeRow(writer.bytes, 0);
}

function refusal(value: unknown, changes: Partial<ValidationContext> = {}): string {
  const writer = new RowWriter(16);
  try {
    validateEvent(value, aContext(changes), writer);
  } catch (error) {
    expect(writer.length).toBe(0);
    if (error instanceof SeismoError) return `${error.code} ${error.field ?? ''}`.trim();
    throw error;
  }
  return 'accepted';
}

describe('validateEvent', () => {
  it('gives the device of the request to an event that names neither user nor device, and to an $identify without one', () => {
    const device = 'daily';
    expect(accept({ event: 'a' }, { device }).device).toBe('daily');
    expect(accept({ event: 'a', device: 'own' }, { device }).device).toBe('own');
    // Else whoever shares the address would be taken for this user.
    expect(accept({ event: 'a', user: 'ann' }, { device }).device).toBeUndefined();
    expect(accept({ event: 'a' }).device).toBeUndefined();
    // What the visitor did before is the user's, by the same device.
    expect(accept({ id: '$identify', user: 'ann' }, { device }).device).toBe('daily');
    expect(accept({ id: '$identify', user: 'ann', device: 'own' }, { device }).device).toBe('own');
    expect(accept({ id: '$identify', user: 'ann' }).device).toBeUndefined();
  });

  it('marks what a bot sends, whatever it says itself, and refuses its page views unless they are kept', () => {
    const poster = (keepsPageViews: boolean) => ({ poster: { isTrusted: false, bot: { keepsPageViews } } });
    const mark = JSON.stringify({ $bot: true });
    for (const keeps of [false, true]) {
      expect(accept({ event: 'a' }, poster(keeps)).dataText).toBe(mark);
      expect(accept({ event: 'a', data: null }, poster(keeps)).dataText).toBe(mark);
      const data = { n: 1, $bot: false };
      expect(accept({ event: 'a', data }, poster(keeps)).dataText).toBe(JSON.stringify({ n: 1, $bot: true }));
      // What was sent is told in a refusal: it stays as it was.
      expect(data.$bot).toBe(false);
      expect(refusal({ event: 'a', data: [1] }, poster(keeps))).toBe('EVENT_DATA_INVALID data');
    }
    for (const event of ['page viewed', 'web vital', { id: 'page-viewed', event: 'x' }]) {
      expect(refusal({ event }, poster(false))).toBe('EVENT_FROM_BOT');
      expect(accept({ event }, poster(true)).dataText).toBe(mark);
      expect(accept({ event }).dataText).toBeUndefined();
    }
  });

  it('writes what the request says about its visitor, and lets a page say nothing else', () => {
    const properties = { $browser: 'Firefox', $os: 'Linux' };
    const page: Poster = { isTrusted: false, properties };
    const of = (data: unknown, poster: Poster) =>
      JSON.parse(accept({ event: 'a', data }, { poster }).dataText ?? 'null');
    expect(of(undefined, page)).toEqual(properties);
    expect(of(null, page)).toEqual(properties);
    const data = { n: 1, $browser: 'Chrome', $country: 'XY', $city: 'Z' };
    expect(of(data, page)).toEqual({ n: 1, ...properties });
    // Even where the request says nothing.
    expect(of(data, { isTrusted: false, properties: {} })).toEqual({ n: 1 });
    // What was sent is shown when it is rejected: it stays as it was.
    expect(Object.keys(data)).toEqual(['n', '$browser', '$country', '$city']);
    // A trusted key sends for others, and programs pass on what they know.
    expect(of(data, { isTrusted: true, properties })).toEqual({ ...data, $os: 'Linux' });
    expect(of(data, { isTrusted: false })).toEqual(data);
    expect(refusal({ event: 'a', data: [1] }, { poster: page })).toBe('EVENT_DATA_INVALID data');
    // These are traits of the user.
    const traits = { id: '$identify', user: 'ann', data: { plan: 'pro' } };
    expect(JSON.parse(accept(traits, { poster: page }).dataText!)).toEqual({ plan: 'pro' });
    const bot: Poster = { ...page, bot: { keepsPageViews: true } };
    expect(of({ $bot: false }, bot)).toEqual({ ...properties, $bot: true });
  });

  it('stores what was sent and derives the id from the name', () => {
    const data = { ms: 12.5, 'a.b': { c: [1, 'x', null] }, ok: true, name: 'Zoë 🦊' };
    expect(accept({ uuid: UUID, event: 'App\tStarted now', user: 'u1', data })).toEqual({
      uuid: UUID,
      app: 'shop',
      id: 'app-started-now',
      event: 'App\tStarted now',
      timestamp: ARRIVED,
      receivedAt: ARRIVED,
      user: 'u1',
      dataText: JSON.stringify(data),
    });
  });

  it('takes the id from beside the name, from inside event, and as the name when alone', () => {
    expect(accept({ event: 'started', id: 'app-start' })).toMatchObject({ id: 'app-start', event: 'started' });
    expect(accept({ event: { id: 'app-start', event: 'started' } })).toMatchObject({
      id: 'app-start',
      event: 'started',
    });
    expect(accept({ id: '$identify', user: 'ann' })).toMatchObject({ id: '$identify', event: '$identify' });
  });

  it('corrects a skewed clock, sets the far future to arrival, and keeps what the client said', () => {
    const event = { event: 'x', timestamp: ARRIVED - 60_000, sentAt: ARRIVED + 10_000 };
    expect(accept(event)).toMatchObject({ timestamp: ARRIVED - 70_000, clientTimestamp: ARRIVED - 60_000 });
    // As far ahead as networks' clocks differ; behind, one batch may be delayed as long as it likes.
    for (const sentAt of [ARRIVED + 5_000, ARRIVED - 10_000, ARRIVED - 3_600_001])
      expect(accept({ ...event, sentAt }).clientTimestamp).toBeUndefined();
    expect(accept({ event: 'x', timestamp: ARRIVED + 86_400_001 })).toMatchObject({
      timestamp: ARRIVED,
      clientTimestamp: ARRIVED + 86_400_001,
    });
    expect(accept({ event: 'x', timestamp: ARRIVED + 86_400_000 }).timestamp).toBe(ARRIVED + 86_400_000);
  });

  it('keeps __proto__ as a property like any other', () => {
    expect(accept(JSON.parse('{"event":"x","data":{"__proto__":{"admin":true}}}')).dataText).toBe(
      '{"__proto__":{"admin":true}}',
    );
  });

  it.each([
    ['EVENT_NOT_OBJECT', []],
    ['EVENT_FIELD_UNKNOWN dta', { event: 'x', dta: {} }],
    ['EVENT_NAME_MISSING event', {}],
    ['EVENT_NAME_INVALID event', { event: 'x'.repeat(21) }],
    ['EVENT_ID_INVALID id', { event: 'x', id: 7 }],
    ['EVENT_APP_MISMATCH app', { event: 'x', app: 'other' }],
    ['EVENT_USER_INVALID user', { event: 'x', user: '' }],
    ['EVENT_UUID_INVALID uuid', { event: 'x', uuid: 5 }],
    ['EVENT_TIMESTAMP_INVALID timestamp', { event: 'x', timestamp: '2026-02-30' }],
    ['EVENT_TIMESTAMP_OUT_OF_RANGE timestamp', { event: 'x', timestamp: -1 }],
    ['EVENT_DATA_INVALID data', { event: 'x', data: [1] }],
    ['EVENT_NUMBER_UNSAFE data.n', { event: 'x', data: { n: 2 ** 53 } }],
    ['EVENT_NUMBER_UNSAFE data.n', { event: 'x', data: { n: [JSON.parse('1e400')] } }],
    ['EVENT_TEXT_INVALID data.s', { event: 'x', data: { s: '\ud800' } }],
    ['EVENT_KEY_TOO_LONG data', { event: 'x', data: { elevenchars: 1 } }],
    ['EVENT_PROPERTIES_TOO_MANY data', { event: 'x', data: { a: 1, b: 1, c: 1, d: 1, e: 1, f: 1 } }],
    ['EVENT_TOO_DEEP data', { event: 'x', data: { a: { b: { c: {} } } } }],
    ['EVENT_TOO_LARGE data', { event: 'x', data: { s: 'é'.repeat(500) } }],
    // 166 control characters are 166 bytes, and 996 as JSON; with {"s":""} 1,004.
    ['EVENT_TOO_LARGE data', { event: 'x', data: { s: '\u0001'.repeat(166) } }],
  ])('refuses with %s and leaves nothing behind', (code, value) => {
    expect(refusal(value)).toBe(code);
  });

  it('measures data as JSON, whether it is indexed or not', () => {
    // {"s":"…"} are eight bytes more than the text; the limit is 1,000.
    for (const all of [true, false]) {
      const indexed = { admits: () => all };
      expect(refusal({ event: 'x', data: { s: 'x'.repeat(992) } }, { indexed })).toBe('accepted');
      expect(refusal({ event: 'x', data: { s: 'x'.repeat(993) } }, { indexed })).toBe('EVENT_TOO_LARGE data');
    }
  });

  it.each([
    ['eventNameMaxLength', { event: 'x'.repeat(21) }],
    ['eventNameMaxLength', { event: 'x', id: 'x'.repeat(21) }],
    ['userMaxLength', { event: 'x', session: 'x'.repeat(11) }],
    ['uuidMaxLength', { event: 'x', uuid: 'x'.repeat(65) }],
    ['propertyNameMaxLength', { event: 'x', data: { elevenchars: 1 } }],
    ['propertiesMax', { event: 'x', data: { a: 1, b: 1, c: 1, d: 1, e: 1, f: 1 } }],
    ['dataDepthMax', { event: 'x', data: { a: { b: { c: {} } } } }],
    ['eventMaxBytes', { event: 'x', data: { s: 'x'.repeat(1_000) } }],
    ['retentionDays', { event: 'x', timestamp: ARRIVED - 2 * 86_400_000 }],
  ])('names the setting %s in the refusal', (setting, value) => {
    expect(() => accept(value, { retentionDays: 1 })).toThrow(`(\`${setting}\`)`);
  });

  it('does not use up a name for what is refused', () => {
    const names = new KnownNames({ eventNamesMax: 1, propertyNamesMax: 10, now: () => ARRIVED });
    expect(refusal({ event: 'large', data: { s: 'x'.repeat(1_000) } }, { names })).toBe('EVENT_TOO_LARGE data');
    expect(refusal({ event: 'x', uuid: 5 }, { names })).toBe('EVENT_UUID_INVALID uuid');
    expect(refusal({ event: 'good' }, { names })).toBe('accepted');
    expect(refusal({ event: 'other' }, { names })).toBe('EVENT_NAMES_TOO_MANY event');
  });

  it('refuses what is older than the app keeps', () => {
    expect(refusal({ event: 'x', timestamp: ARRIVED - 86_400_001 }, { retentionDays: 1 })).toBe(
      'EVENT_TOO_OLD timestamp',
    );
    expect(refusal({ event: 'x', timestamp: ARRIVED - 86_400_000 }, { retentionDays: 1 })).toBe('accepted');
  });
});

describe('data', () => {
  const key = fc.oneof(fc.string(), fc.constantFrom('a', 'b', 'a.b', '', '.', '\\', '__proto__', '"', 't', 'n', 'o'));
  const leaf = fc.oneof(
    fc.string(),
    fc.double({ noNaN: true, noDefaultInfinity: true, min: -9e15, max: 9e15 }),
    fc.boolean(),
    fc.constant(null),
    fc.array(fc.oneof(fc.string(), fc.integer(), fc.dictionary(key, fc.integer())), { maxLength: 3 }),
  );
  const { tree } = fc.letrec((tie) => ({
    tree: fc.dictionary(key, fc.oneof({ maxDepth: 3 }, leaf, tie('tree')), { maxKeys: 6 }),
  }));

  it('comes back as the same JSON text, whatever its keys and values, indexed or not', () => {
    const { limits } = aContext();
    const wide = { ...limits, propertiesMax: 1_000, dataDepthMax: 20, propertyNameMaxLength: 100, eventMaxBytes: 1e6 };
    fc.assert(
      fc.property(tree, fc.boolean(), (data, all) => {
        const json = JSON.stringify(data);
        fc.pre(json.isWellFormed() && !/\\ud[89a-f]/.test(json));
        const indexed = { admits: (path: string) => all || path.length % 2 === 0 };
        // Parsed once: Node 24.21 and 26.10 read a key `"` as `\\` in an object like one that had the key `\\` (docs/decisions/strict-json.md).
        const parsed = JSON.parse(json) as object;
        expect(accept({ event: 'x', data: parsed }, { limits: wide, indexed }).dataText).toBe(JSON.stringify(parsed));
      }),
      { numRuns: 500 },
    );
  });
});

describe('parseTime', () => {
  it('reads a number below 10^11, and its text of digits, as seconds', () => {
    // date -u -d 2026-03-02T10:00:00Z +%s
    for (const time of [1_772_445_600, '1772445600', 1_772_445_600_000, '1772445600000', '1772445600.000'])
      expect(parseTime(time, 't')).toBe(Date.UTC(2026, 2, 2, 10));
    expect([parseTime(1_772_445_600.25, 't'), parseTime('1772445600.25', 't')]).toEqual([
      1_772_445_600_250, 1_772_445_600_250,
    ]);
    expect([parseTime(0, 't'), parseTime(99_999_999, 't')]).toEqual([0, 99_999_999_000]);
    // The largest number of seconds lies beyond 2100; the smallest of milliseconds is 1973-03-03T09:46:40Z.
    expect(() => parseTime(99_999_999_999, 't')).toThrow('EVENT_TIMESTAMP_OUT_OF_RANGE');
    expect(parseTime(100_000_000_000, 't')).toBe(Date.UTC(1973, 2, 3, 9, 46, 40));
  });

  it.each(['2026', '20260302', '1772445600 ', '-1772445600', '0x1772445600', '', 'now'])(
    'refuses the text %j',
    (text) => {
      expect(() => parseTime(text, 't')).toThrow('EVENT_TIMESTAMP_INVALID');
    },
  );

  it('reads ISO 8601 with and without offset, and milliseconds', () => {
    expect(parseTime('2026-01-02T03:04:05.006Z', 't')).toBe(ARRIVED);
    expect(parseTime('2026-01-02 03:04:05.006', 't')).toBe(ARRIVED);
    expect(parseTime('2026-01-02T08:49:05.006+05:45', 't')).toBe(ARRIVED);
    expect(parseTime('2026-01-02T01:04:05.006-02', 't')).toBe(ARRIVED);
    expect(parseTime(ARRIVED, 't')).toBe(ARRIVED);
  });
});

describe('uuids', () => {
  const made = (uuids: ServerUuids) => {
    const bytes = Buffer.alloc(16);
    uuids.make('shop', ARRIVED, bytes);
    return bytes;
  };
  const given = (app: string, uuid: string, poster: Poster = ADMIN) =>
    accept({ event: 'x', app, uuid }, { app, poster }).uuid;

  it('recognises its own for the app they were made for, and nobody else\u2019s', () => {
    const uuids = new ServerUuids(Buffer.alloc(32, 7));
    const own = made(uuids);
    expect(uuidToText(own, 0).slice(0, 13).replace('-', '')).toBe(ARRIVED.toString(16).padStart(12, '0'));
    expect(uuidToText(own, 0)).toMatch(/^\w{8}-\w{4}-8\w{3}-[89ab]\w{3}-\w{12}$/);
    expect(uuids.isOwn('shop', own)).toBe(true);
    expect(uuids.isOwn('other', own)).toBe(false);
    expect(new ServerUuids(Buffer.alloc(32, 8)).isOwn('shop', own)).toBe(false);
    own[8]! ^= 1;
    expect(uuids.isOwn('shop', own)).toBe(false);
    expect(made(uuids).equals(made(uuids))).toBe(false);
  });

  it('keeps a UUID whatever its case and makes one of another id', () => {
    expect(given('shop', UUID.toUpperCase())).toBe(UUID);
    // printf 'shop\0m-1' | sha256sum, first 16 bytes, version and variant set.
    expect(given('shop', 'm-1')).toBe('ec143026-7254-8eb3-acd3-02d708ccb7c4');
    expect(given('shop', `${UUID.slice(0, -1)}g`)).not.toBe(UUID);
    expect(given('shop', 'm-1')).not.toBe(given('other', 'm-1'));
  });
});

describe('ids of keys that are not trusted', () => {
  const given = (uuid: string, poster: Poster) => accept({ event: 'x', uuid }, { poster }).uuid;
  const page: Poster = { keyId: 'page', isTrusted: false };
  const other: Poster = { keyId: 'other', isTrusted: false };

  it('count for the key alone when they are texts', () => {
    const all = [ADMIN, { keyId: 'server', isTrusted: true }, page, other].map((poster) => given('order-1002', poster));
    expect(all[0]).toBe(all[1]);
    expect(new Set(all).size).toBe(3);
    expect(given('order-1002', page)).toBe(all[2]);
    expect(all[2]).toMatch(/^\w{8}-\w{4}-8\w{3}-[89ab]\w{3}-\w{12}$/);
  });

  it('are theirs also when they are the UUID that a text becomes, which anybody can work out', () => {
    const target = given('order-1002', ADMIN);
    expect(given(target, page)).not.toBe(target);
    expect(given(target.toUpperCase(), page)).toBe(given(target, page));
    expect(given(given('order-1002', other), page)).not.toBe(given('order-1002', other));
    // The same text through a crafted one: no part of an id reaches into another.
    expect(given('page\0shop\0order-1002', ADMIN)).not.toBe(given('order-1002', page));
  });

  it('are kept when they are random UUIDs, or of the server', () => {
    expect(given(UUID, page)).toBe(UUID);
    const uuids = new ServerUuids(Buffer.alloc(32, 7));
    const bytes = Buffer.alloc(16);
    uuids.make('shop', ARRIVED, bytes);
    const own = uuidToText(bytes, 0);
    const writer = new RowWriter(16);
    expect(validateEvent({ event: 'x', uuid: own }, aContext({ poster: page, uuids }), writer)).toBe('own');
    expect(decodeRow(writer.bytes, 0).uuid).toBe(own);
  });

  it('are found by what was posted, whichever key posted it', () => {
    const keys = ['page', 'other'];
    for (const poster of [ADMIN, page, other]) {
      expect(storedUuids('shop', 'order-1002', keys)).toContain(given('order-1002', poster));
      const eight = given('order-1003', ADMIN).toUpperCase();
      expect(storedUuids('shop', eight, keys)).toContain(given(eight, poster));
    }
    expect(storedUuids('shop', UUID.toUpperCase(), keys)).toEqual([UUID]);
    expect(parseUuid('order-1002', Buffer.alloc(16))).toBe(false);
  });
});

describe('events of a key that is not trusted', () => {
  it('are refused when they are older than its bound', () => {
    const changes = { keyMaxAgeDays: 30, poster: { keyId: 'page', isTrusted: false } };
    const before = (ms: number) => refusal({ event: 'x', timestamp: ARRIVED - ms }, changes);
    expect([before(30 * 86_400_000), before(30 * 86_400_000 + 1)]).toEqual([
      'accepted',
      'EVENT_TOO_OLD_FOR_KEY timestamp',
    ]);
    expect(refusal({ event: 'x', timestamp: 631_152_000_000 })).toBe('accepted');
  });
});
