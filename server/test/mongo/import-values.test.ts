/** What becomes of the values of BSON, by the table in docs/send-events/first-database.md. No server is needed. */
import { BSON } from 'mongodb';
import { describe, expect, it } from 'vitest';
import { READ_OPTIONS } from '../../src/cli/import/mongodb/bson-value.ts';
import { type EventDocument, lineOfDocument } from '../../src/cli/import/mongodb/event-document.ts';
import { PIECE_DOCUMENTS, Pieces } from '../../src/cli/import/mongodb/pieces.ts';

const {
  ObjectId,
  Decimal128,
  Long,
  Int32,
  Double,
  Binary,
  UUID,
  Timestamp,
  BSONRegExp,
  Code,
  DBRef,
  MinKey,
  BSONSymbol,
} = BSON;
/** Made at 2014-02-03T04:05:06Z: its first four bytes are these seconds, 0x52ef1572. */
const ID = new ObjectId('52ef1572aabbccddeeff0011');
const AT = new Date('2014-02-03T04:05:06.789Z');
const write = (id: unknown): string => BSON.EJSON.stringify(id, { relaxed: false });

/** As it comes from the server. */
const read = (document: object): EventDocument => BSON.deserialize(BSON.serialize(document), READ_OPTIONS);
const lineOf = (document: object, timeZone = 'UTC') => lineOfDocument(read(document), timeZone, write);
const eventOf = (document: object, timeZone?: string) => JSON.parse(String(lineOf(document, timeZone).text));
const dataOf = (data: unknown) => eventOf({ _id: ID, event: 'a', timestampt: AT, data }).data;

describe('a document of the first Seismo', () => {
  it('becomes an event with the id as its uuid', () => {
    const document = {
      _id: ID,
      id: 'flight',
      app: 'flights',
      event: 'Flight taken',
      timestampt: AT,
      data: { a: 1 },
      __v: 0,
    };
    expect(eventOf(document)).toEqual({
      uuid: '52ef1572aabbccddeeff0011',
      event: 'Flight taken',
      id: 'flight',
      timestamp: AT.getTime(),
      data: { a: 1 },
    });
  });

  it.each([
    ['text', 'abc', 'abc'],
    ['a number', 7, '{"$numberInt":"7"}'],
    ['a UUID', new UUID('0188f3c1-1111-4222-8333-444455556666'), expect.stringMatching(/^\{"\$binary":/)],
    ['a document', { a: 'x', n: 1 }, '{"a":"x","n":{"$numberInt":"1"}}'],
    // sha256 of 65 times "i", by `printf` and `sha256sum`.
    ['long text', 'i'.repeat(65), '7db92d77e8b1d5ac593cd614244109b70618fe2a6a7eba541a5347ff383237d0'],
  ])('whose _id is %s has it as uuid', (_what, _id, uuid) => {
    expect(eventOf({ _id, event: 'a', timestampt: AT }).uuid).toEqual(uuid);
  });

  it.each([
    ['a Date', AT, AT.getTime()],
    ['milliseconds', 1_391_400_306_789, 1_391_400_306_789],
    ['milliseconds as a long', Long.fromNumber(1_391_400_306_789), 1_391_400_306_789],
    ['seconds', 1_391_400_306, 1_391_400_306_000],
    ['ISO 8601', '2014-02-03T04:05:06.789Z', '2014-02-03T04:05:06.789Z'],
    // In winter, Zurich is an hour ahead of UTC.
    ['local time', '2014-02-03 05:05:06', Date.UTC(2014, 1, 3, 4, 5, 6)],
    ['null', null, Date.UTC(2014, 1, 3, 4, 5, 6)],
    ['absent', undefined, Date.UTC(2014, 1, 3, 4, 5, 6)],
  ])('takes %s as its time; without one, the time in its ObjectId', (_what, timestampt, timestamp) => {
    expect(
      eventOf({ _id: ID, event: 'a', ...(timestampt !== undefined && { timestampt }) }, 'Europe/Zurich').timestamp,
    ).toBe(timestamp);
  });

  it('takes `timestamp` where there is no `timestampt`, and neither the ObjectId in an id of another type', () => {
    expect(eventOf({ _id: ID, event: 'a', timestamp: AT }).timestamp).toBe(AT.getTime());
    expect(eventOf({ _id: 'b', event: 'a' })).toEqual({ uuid: 'b', event: 'a' });
  });

  it('takes numbers as names, and puts what else it has into its data', () => {
    expect(
      eventOf({ _id: ID, id: 7, event: '', timestampt: AT, data: { user: 'inner' }, user: 'outer', ip: '::1' }),
    ).toEqual({
      uuid: ID.toHexString(),
      id: '7',
      timestamp: AT.getTime(),
      data: { user: 'inner', ip: '::1' },
    });
    for (const [data, value] of [
      ['text', 'text'],
      [
        [1, 2],
        [1, 2],
      ],
      [7, 7],
    ])
      expect(dataOf(data)).toEqual({ value });
    expect(dataOf(null)).toBeUndefined();
  });
});

describe('a value', () => {
  const same = { text: 'ä', yes: true, no: false, none: null, int: 42, half: 0.5, 'dotted.key': 1, $dollar: 2, '': 3 };

  it.each([
    ['text, booleans, null, numbers and any key', same, same],
    ['a date', { v: AT }, { v: '2014-02-03T04:05:06.789Z' }],
    ['an ObjectId', { v: ID }, { v: '52ef1572aabbccddeeff0011' }],
    ['wrapped numbers', { v: new Int32(5), w: new Double(1.5) }, { v: 5, w: 1.5 }],
    ['a long below 2^53', { v: Long.fromString('9007199254740991') }, { v: 9_007_199_254_740_991 }],
    [
      'a long from 2^53 on',
      { v: Long.fromString('9007199254740993'), w: Long.MIN_VALUE },
      { v: '9007199254740993', w: '-9223372036854775808' },
    ],
    [
      'a double from 2^53 on',
      { v: new Double(2 ** 53), w: new Double(-1e300) },
      { v: '9007199254740992', w: '-1e+300' },
    ],
    ['infinite numbers', { v: Infinity, w: -Infinity }, { v: 'Infinity', w: '-Infinity' }],
    ['NaN', { v: Number.NaN, list: [1, Number.NaN] }, { list: [1, null] }],
    ['a decimal', { v: Decimal128.fromString('0.10'), w: Decimal128.fromString('1234.5') }, { v: 0.1, w: 1234.5 }],
    ['a decimal from 2^53 on', { v: Decimal128.fromString('12345678901234567890.5') }, { v: '12345678901234567890.5' }],
    [
      'a decimal that is no number',
      { v: Decimal128.fromString('NaN'), w: Decimal128.fromString('Infinity') },
      { w: 'Infinity' },
    ],
    ['bytes that are text', { v: new Binary(Buffer.from('grün')) }, { v: 'grün' }],
    ['other bytes', { v: new Binary(Buffer.from([255, 0, 1])) }, { v: '/wAB' }],
    ['a UUID', { v: new UUID('0188f3c1-1111-4222-8333-444455556666') }, { v: '0188f3c1-1111-4222-8333-444455556666' }],
    ["the server's timestamp", { v: new Timestamp({ t: 1_391_400_306, i: 5 }) }, { v: '2014-02-03T04:05:06.000Z' }],
    ['a pattern', { v: /a+b/i, w: new BSONRegExp('c', 'x') }, { v: '/a+b/i', w: '/c/x' }],
    ['code', { v: new Code('return 1', { a: 1 }) }, { v: 'return 1' }],
    ['a symbol', { v: new BSONSymbol('sym') }, { v: 'sym' }],
    ['a reference', { v: new DBRef('users', ID) }, { v: { $ref: 'users', $id: '52ef1572aabbccddeeff0011' } }],
    ['the smallest key', { v: new MinKey() }, { v: 'MinKey' }],
    [
      'documents and lists inside',
      { a: { b: [{ at: AT }, [ID]] } },
      { a: { b: [{ at: '2014-02-03T04:05:06.789Z' }, ['52ef1572aabbccddeeff0011']] } },
    ],
  ])('%s', (_what, data, json) => {
    expect(dataOf(data)).toEqual(json);
  });

  it('named __proto__ is one like others', () => {
    const bytes = BSON.serialize(JSON.parse('{"data":{"__proto__":{"a":1}},"event":"a"}'));
    const { text } = lineOfDocument({ _id: ID, ...BSON.deserialize(bytes, READ_OPTIONS) }, 'UTC', write);
    expect(String(text)).toContain('"data":{"__proto__":{"a":1}}');
  });

  it('that is a date outside the years of JavaScript rejects its document alone', () => {
    const outside = { _bsontype: 'Timestamp', getHighBitsUnsigned: () => Number.NaN };
    expect(lineOfDocument({ _id: ID, event: 'a', timestampt: AT, data: { a: { b: outside } } }, 'UTC', write)).toEqual({
      text: 'null',
      fault: { code: 'EVENT_DATA_INVALID', detail: '`data.a.b` is a time outside the valid years.' },
    });
    expect(lineOfDocument({ _id: ID, event: 'a', timestampt: new Date(Number.NaN) }, 'UTC', write)).toEqual({
      text: 'null',
      fault: { code: 'EVENT_DATA_INVALID', detail: '`timestampt` is a time outside the valid years.' },
    });
  });
});

describe('pieces', () => {
  const piecesOf = (ids: readonly string[], how = 'h', bytes = 10) => {
    const pieces = new Pieces(how);
    const full = ids.flatMap((id, i) => pieces.add(i % 2 === 0 ? 'a' : 'b', id, { id }, bytes) ?? []);
    return [...full, ...pieces.rest()];
  };
  const ids = Array.from({ length: 2 * PIECE_DOCUMENTS + 4 }, (_, i) => `id-${i}`);

  it('hold so many documents of one app, and the same ones have the same fingerprint', () => {
    const once = piecesOf(ids);
    expect(once.map(({ app, documents }) => [app, documents.length])).toEqual([
      ['a', 5_000],
      ['b', 5_000],
      ['a', 2],
      ['b', 2],
    ]);
    expect(once[0]!.documents[1]).toEqual({ id: 'id-2' });
    expect(piecesOf(ids).map(({ fingerprint }) => fingerprint)).toEqual(once.map(({ fingerprint }) => fingerprint));
    expect(new Set(once.map(({ fingerprint }) => fingerprint)).size).toBe(4);
    expect(piecesOf(ids, 'other')[0]!.fingerprint).not.toBe(once[0]!.fingerprint);
    expect(piecesOf(['ab', '', 'c'])[0]!.fingerprint).not.toBe(piecesOf(['a', '', 'bc'])[0]!.fingerprint);
  });

  it('end at 8 MiB too, and together hold no more than 32 MiB', () => {
    const MiB = 1024 * 1024;
    expect(piecesOf(ids.slice(0, 16), 'h', 2 * MiB).map(({ app, documents }) => [app, documents.length])).toEqual([
      ['a', 4],
      ['b', 4],
      ['a', 4],
      ['b', 4],
    ]);
    const pieces = new Pieces('h');
    const taken = Array.from({ length: 5 }, (_, i) => pieces.add(`app-${i}`, `${i}`, {}, (7.5 + i / 100) * MiB));
    // 7.5 + 7.51 + 7.52 + 7.53 are below 32; with the fifth, 7.54, the largest leaves.
    expect(taken.map((piece) => piece?.app)).toEqual([undefined, undefined, undefined, undefined, 'app-4']);
  });
});
