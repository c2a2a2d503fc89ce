import { BSON } from 'mongodb';
import { describe, expect, it } from 'vitest';
import { documentOf, eventOf } from '../../src/archive/mongodb/document.ts';
import type { StoredEvent } from '../../src/model/event.ts';

const POSITION = { journal: '01234567-89ab-4cde-8f01-23456789abcd', seq: 5_000_000_000 };
const EVENT: StoredEvent = {
  uuid: '00112233-4455-4677-8899-aabbccddeeff',
  app: 'shop',
  id: 'item-bought',
  event: 'Item bought',
  timestamp: Date.UTC(2026, 0, 5),
  receivedAt: Date.UTC(2026, 0, 5) + 7,
};
const NESTED_80 = `${'{"a":'.repeat(80)}1${'}'.repeat(80)}`;
const NESTED_81 = `${'{"a":'.repeat(81)}1${'}'.repeat(81)}`;

/** Through the bytes that MongoDB stores. */
const stored = (event: StoredEvent, asText = false) =>
  BSON.deserialize(BSON.serialize(documentOf(POSITION, event, BSON.UUID, asText)));

describe('an event as a document', () => {
  it('has its fields under their own names, times as dates and data that can be queried', () => {
    const event = {
      ...EVENT,
      clientTimestamp: 5,
      user: 'ann',
      device: 'd',
      session: 's',
      dataText: '{"plan":"pro","n":1.5}',
    };
    expect(stored(event)).toEqual({
      _id: { j: new BSON.UUID(POSITION.journal), s: 5_000_000_000 },
      uuid: new BSON.UUID(EVENT.uuid),
      app: 'shop',
      id: 'item-bought',
      event: 'Item bought',
      timestamp: new Date('2026-01-05T00:00:00.000Z'),
      receivedAt: new Date('2026-01-05T00:00:00.007Z'),
      clientTimestamp: new Date(5),
      user: 'ann',
      device: 'd',
      session: 's',
      data: { plan: 'pro', n: 1.5 },
    });
    expect(eventOf(stored(event))).toEqual({ ...POSITION, event });
  });

  it('has no fields that the event does not have', () => {
    expect(Object.keys(stored(EVENT))).toEqual(['_id', 'uuid', 'app', 'id', 'event', 'timestamp', 'receivedAt']);
    expect(eventOf(stored(EVENT))).toEqual({ ...POSITION, event: EVENT });
  });

  it.each([
    ['{}'],
    ['{"2":[1,"x",null,true,{"k":0.1}],"b":1,"a":{"z":[],"y":{}}}'],
    ['{"1":"integer-like keys come first","x":1}'],
    ['{"n":9007199254740991,"m":-9007199254740991,"i":2147483648,"j":-2147483649,"e":5e-324,"f":1.7e-10}'],
    ['{"text":"\\u0000 \\\\ é 😀","empty":""}'],
    ['{"date":"2026-01-05T00:00:00.000Z","id":"5f0000000000000000000000"}'],
    [NESTED_80],
  ])('gives data back from a subdocument: %s', (dataText) => {
    const document = stored({ ...EVENT, dataText });
    expect(document).toHaveProperty('data');
    expect(document).not.toHaveProperty('json');
    expect(eventOf(document)?.event.dataText).toBe(dataText);
  });

  it.each([
    ['{"$set":1}'],
    ['{"a":{"$ref":"x","$id":1}}'],
    ['{"a.b":1}'],
    ['{"":1}'],
    ['{"a":[{"b\\u0000c":1}]}'],
    ['{"_bsontype":"ObjectId"}'],
    ['{"a":{"toBSON":1}}'],
    ['{"__proto__":{"a":1}}'],
    ['{"n":9007199254740993}'],
    ['{"n":1e21}'],
    ['{"n":-0}'],
    ['{"n":1.0}'],
    ['{"a": 1}'],
    [NESTED_81],
  ])('gives data back from text, which BSON would change or MongoDB reject: %s', (dataText) => {
    const document = stored({ ...EVENT, dataText });
    expect(document).not.toHaveProperty('data');
    expect(document['json']).toBe(dataText);
    expect(eventOf(document)?.event.dataText).toBe(dataText);
  });

  it('takes data as text when it is told to', () => {
    const document = stored({ ...EVENT, dataText: '{"a":[[1]]}' }, true);
    expect(document['json']).toBe('{"a":[[1]]}');
    expect(eventOf(document)?.event.dataText).toBe('{"a":[[1]]}');
  });

  it.each([
    [{ _id: new BSON.ObjectId(), app: 'shop' }],
    [{ ...documentOf(POSITION, EVENT, BSON.UUID, false), _id: { j: 'text', s: 1 } }],
    [{ ...documentOf(POSITION, EVENT, BSON.UUID, false), timestamp: 'soon' }],
    [{}],
  ])('leaves a document alone that it did not write', (document) => {
    expect(eventOf(BSON.deserialize(BSON.serialize(document)))).toBeUndefined();
  });
});
