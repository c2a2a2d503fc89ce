import { describe, expect, it } from 'vitest';
import { readLargeBody } from '../../src/ingest/post/large-body.ts';
import { slicedBody } from '../../src/ingest/post/posted-body.ts';
import { checkStructure, scanBody, valuesMax } from '../../src/ingest/post/structure.ts';
import { SeismoError } from '../../src/model/errors.ts';
import { glanceAt, hiddenFaults } from '../../src/row/json-scan.ts';
import { LIMITS } from './doubles.ts';

const bytesOf = (text: string): Uint8Array<ArrayBuffer> => Uint8Array.from(Buffer.from(text));
const codeOf = (work: () => unknown): string => {
  try {
    work();
    return 'none';
  } catch (error) {
    return error instanceof SeismoError ? error.code : String(error);
  }
};

/** Of a body of many: the events that break a bound, with their codes. */
const faultsOf = (text: string, limits = LIMITS): unknown[] =>
  [...scanBody(bytesOf(text), limits).faults].map(([index, { code }]) => [index, code]);

describe('a glance', () => {
  it.each([
    // Counted by hand.
    ['{}', { keys: 0, values: 1, depth: 1 }],
    ['[1,2,[3]]', { keys: 0, values: 4, depth: 2 }],
    ['{"a":"{[,:","b":{"c":[]}}', { keys: 3, values: 4, depth: 3 }],
    ['{"a\\"{":1}', { keys: 1, values: 1, depth: 1 }],
    ['"never ends {', { keys: 0, values: 0, depth: 0 }],
  ])('counts what is outside of texts in %s', (text, expected) => {
    expect(glanceAt(Buffer.from(text))).toMatchObject(expected);
  });
});

describe('hidden faults', () => {
  it('names the first of each event, and looks at no other of it', () => {
    const event = '{"event":"x","data":{"a":1,"a":2,"b":1e-400,"a":3}}';
    expect(hiddenFaults(event, 0)).toEqual([{ index: 0, key: 'a' }]);
    expect(hiddenFaults(`[${event},{"event":"y"},${event}]`, 1)).toEqual([
      { index: 0, key: 'a' },
      { index: 2, key: 'a' },
    ]);
  });

  it('is one fault however long the event goes on with them', () => {
    // 100,000 faults in one text: one is made.
    expect(hiddenFaults(`{"a":[${'1e-400,'.repeat(100_000)}1]}`, 0)).toHaveLength(1);
    expect(hiddenFaults(`[{${'"a":1,'.repeat(100_000)}"b":1}]`, 1)).toHaveLength(1);
    expect(hiddenFaults(`{${'"sentAt":1,'.repeat(100_000)}"events":[]}`, 2)).toHaveLength(1);
  });

  it('does not pass over what stands outside of the events behind a faulty one', () => {
    const text = '{"events":[{"event":"a","event":"b"}],"sentAt":1,"sentAt":2}';
    expect(hiddenFaults(text, 2)).toEqual([
      { index: 0, key: 'event' },
      { index: -1, key: 'sentAt' },
    ]);
  });
});

describe('bounds before parsing', () => {
  const limits = { ...LIMITS, bodyMaxBytes: 10 * 1024 * 1024 };

  it('lets 1,310,720 brackets and commas of 10 MiB pass, an eighth of its bytes, and no more', () => {
    expect(valuesMax(limits)).toBe(1_310_720);
    const of = (commas: number): Uint8Array => Buffer.from(`[${','.repeat(commas)}]`);
    expect(codeOf(() => scanBody(of(1_310_719), limits))).toBe('none');
    expect(codeOf(() => scanBody(of(1_310_720), limits))).toBe('BODY_TOO_LARGE');
  });

  it('refuses an event with more brackets and commas than a quarter of the bytes it may have', () => {
    // 256 KiB: 65,536. Two brackets and a comma beside those of the array; in a batch also the comma before it.
    const dense = { ...limits, eventMaxBytes: 256 * 1024 };
    const of = (commas: number): string => `{"event":"x","data":{"a":[${'0,'.repeat(commas)}0]}}`;
    expect(codeOf(() => scanBody(bytesOf(of(65_532)), dense))).toBe('none');
    expect(codeOf(() => scanBody(bytesOf(of(65_533)), dense))).toBe('EVENT_TOO_LARGE');
    expect(faultsOf(`[${of(65_532)},${of(65_531)}]`, dense)).toEqual([]);
    expect(faultsOf(`[${of(65_531)},${of(65_532)},${of(1)}]`, dense)).toEqual([[1, 'EVENT_TOO_LARGE']]);
    const small = Buffer.from(of(65_533));
    expect(codeOf(() => checkStructure(glanceAt(small), small, dense))).toBe('EVENT_TOO_LARGE');
  });

  it('rejects an event that is nested more than 1,000 deep', () => {
    const of = (depth: number): string => `{"event":"x","data":{"a":${'['.repeat(depth - 2)}${']'.repeat(depth - 2)}}}`;
    expect(codeOf(() => scanBody(bytesOf(of(1_000)), limits))).toBe('none');
    expect(codeOf(() => scanBody(bytesOf(of(1_001)), limits))).toBe('EVENT_TOO_DEEP');
    const text = `[{"event":"ok"},${of(1_001)},{"event":"ok"}]`;
    expect(faultsOf(text, limits)).toEqual([[1, 'EVENT_TOO_DEEP']]);
    const bytes = Buffer.from(text);
    expect(checkStructure(glanceAt(bytes), bytes, limits)?.faults.get(1)?.code).toBe('EVENT_TOO_DEEP');
  });

  it('counts what stands beside the events of a batch as no event', () => {
    const deep = `${'['.repeat(1_001)}${']'.repeat(1_001)}`;
    for (const text of [`{"events":[1],"a":${deep}}`, `{"a":${deep},"events":[1]}`])
      expect(codeOf(() => scanBody(bytesOf(text), limits))).toBe('EVENT_TOO_DEEP');
  });

  it('refuses an event with eight times the properties allowed, or eight times the bytes', () => {
    const keys = (count: number): string =>
      `{"event":"x","data":{${Array.from({ length: count }, (_, i) => `"${i}":1`).join(',')}}}`;
    const most = limits.propertiesMax * 8;
    // "event" and "data" are keys as well.
    expect(codeOf(() => scanBody(bytesOf(keys(most - 2)), limits))).toBe('none');
    expect(codeOf(() => scanBody(bytesOf(keys(most - 1)), limits))).toBe('EVENT_PROPERTIES_TOO_MANY');
    expect(faultsOf(`[{},${keys(most - 2)}]`, limits)).toEqual([]);
    expect(faultsOf(`[{},${keys(most - 1)},{}]`, limits)).toEqual([[1, 'EVENT_PROPERTIES_TOO_MANY']]);
    const small = Buffer.from(keys(most - 1));
    expect(codeOf(() => checkStructure(glanceAt(small), small, limits))).toBe('EVENT_PROPERTIES_TOO_MANY');
    const many = Buffer.from(`[${keys(most - 2)},${keys(most - 2)}]`);
    expect(codeOf(() => checkStructure(glanceAt(many), many, limits))).toBe('none');
    const long = (length: number): string => `"${'x'.repeat(length - 2)}"`;
    const bytes = limits.eventMaxBytes * 8;
    expect(codeOf(() => scanBody(bytesOf(long(bytes)), limits))).toBe('none');
    expect(codeOf(() => scanBody(bytesOf(long(bytes + 1)), limits))).toBe('EVENT_TOO_LARGE');
    expect(faultsOf(`[1,${long(bytes)},2]`, limits)).toEqual([]);
    expect(faultsOf(`{"events":[1,${long(bytes + 1)},2]}`, limits)).toEqual([[1, 'EVENT_TOO_LARGE']]);
  });
});

describe('the events of a large body', () => {
  const event = { event: 'a', data: { text: 'é,"]}[{', list: [1, [2, { c: 3 }]] } };
  it.each([
    ['an array', (events: string) => `[${events}]`],
    ['an array with spaces', (events: string) => ` \n[ ${events} \t] `],
    ['a batch', (events: string) => `{"events":[${events}]}`],
    ['a batch behind its time', (events: string) => `{"sentAt":1600000000000, "events" : [${events}]}`],
    ['a batch before its time', (events: string) => `{"\\u0065vents":[${events}],"sentAt":"2020-01-01"}`],
    ['an array behind a byte order mark', (events: string) => `\ufeff[${events}]`],
  ])('of %s are what JSON.parse makes of it', (_, wrap) => {
    // Sizes on both sides of a slice of 64 KiB, and what is no event.
    const values = [
      ...[event, 1, 'a,b', null, [], [[event]], { events: [1, 2] }],
      ...Array.from({ length: 3_000 }, (_, i) => ({ ...event, data: { i, pad: 'x'.repeat(i % 97) } })),
    ];
    const text = wrap(values.map((value) => JSON.stringify(value)).join(' ,'));
    const body = slicedBody(readLargeBody(bytesOf(text), LIMITS));
    const slices = [...body.slices()];
    expect([body.count, body.isSingle]).toEqual([values.length, false]);
    expect(slices.flatMap(({ events }) => events)).toEqual(values);
    expect(slices.length).toBeGreaterThan(2);
    for (const { events, from } of slices) expect(values[from]).toEqual(events[0]);
  });

  it('of a single one are it alone, and of an empty array none', () => {
    const single = slicedBody(readLargeBody(bytesOf(JSON.stringify(event)), LIMITS));
    expect([single.isSingle, [...single.slices()].flatMap(({ events }) => events)]).toEqual([true, [event]]);
    for (const text of ['[ ]', '{"events":[]}']) {
      const none = slicedBody(readLargeBody(bytesOf(text), LIMITS));
      expect([none.isSingle, none.count]).toEqual([false, 0]);
    }
  });

  it('that hold a hidden fault are named with it, the others not', () => {
    const text = '[{"event":"a"},{"event":"a","event":"b"},{"event":"c"},{"event":"d","data":{"n":1e-400}}]';
    const body = slicedBody(readLargeBody(bytesOf(text), LIMITS));
    expect([0, 1, 2, 3].map((index) => body.faultOf(index)?.code)).toEqual([
      undefined,
      'EVENT_KEY_REPEATED',
      undefined,
      'EVENT_NUMBER_UNSAFE',
    ]);
    expect(String(body.excerptOf(1, undefined))).toBe('{"event":"a","event":"b"}');
  });

  it('that break a bound are left out before the others are parsed, and named with it', () => {
    const keys = Array.from({ length: 1_000 }, (_, i) => `"${i}":1`).join(',');
    const text = `{"events":[{"event":"a"},{"event":"b","data":{${keys}}},{"event":"c","event":"d"},{"event":"e"}]}`;
    const body = slicedBody(readLargeBody(bytesOf(text), LIMITS));
    expect([0, 1, 2, 3].map((index) => body.faultOf(index)?.code)).toEqual([
      undefined,
      'EVENT_PROPERTIES_TOO_MANY',
      'EVENT_KEY_REPEATED',
      undefined,
    ]);
    const events = [...body.slices()].flatMap((slice) => slice.events);
    expect([events[0], events[1], events[3]]).toEqual([{ event: 'a' }, 0, { event: 'e' }]);
  });

  it.each([
    ['BODY_NOT_JSON', '[{"event":"a"},]'],
    ['BODY_NOT_JSON', '[{"event":"a"}'],
    ['BODY_NOT_JSON', '[{"event":"a"]}'],
    ['BODY_EMPTY', '   '],
    ['EVENT_FIELD_UNKNOWN', '{"events":[],"other":1}'],
    ['EVENT_KEY_REPEATED', '{"events":[1],"events":[2,3]}'],
    ['EVENT_KEY_REPEATED', '{"events":[{"event":"a","event":"b"}],"sentAt":1,"sentAt":2}'],
    ['BODY_TOO_LARGE', `[${'1,'.repeat(LIMITS.batchEventsMax)}1]`],
  ])('are refused as a whole with %s: %s', (code, text) => {
    expect(codeOf(() => readLargeBody(bytesOf(text), LIMITS))).toBe(code);
  });
});
