import { describe, expect, it } from 'vitest';
import type { SeismoError } from '../../src/model/errors.ts';
import { body, chunksOf, eachWithIngest, failure, type IngestFixture, uuid } from './ingest-fixture.ts';

let fixture: IngestFixture;
eachWithIngest((each) => {
  fixture = each;
});

describe('bodies over 256 KiB, which a thread reads', () => {
  const LARGE = { bodyMaxBytes: 20_000_000, eventMaxBytes: 300_000, lineMaxBytes: 1_000_000, propertiesMax: 1_000 };
  const pad = 'x'.repeat(1_000);
  const many = (count: number) =>
    Array.from({ length: count }, (_, i) => ({ event: 'a', uuid: uuid(i), data: { i, pad } }) as object);

  it('are accepted event by event, with each rejection at its index', async () => {
    await fixture.reopen({ ...LARGE, journalMaxBytes: 20_000_000 });
    const events = many(2_000);
    events[3] = { event: 'a', nonsense: 1 };
    const text = JSON.stringify({ events, sentAt: new Date(fixture.now).toISOString() }).replace(
      '"data":{"i":1999,',
      '"data":{"i":1999,"i":0,',
    );
    const answer = await fixture.ingest.post('shop', Buffer.from(text), fixture.now);
    expect(JSON.parse(answer.body)).toMatchObject({
      accepted: 1_998,
      duplicates: 0,
      rejectedTotal: 2,
      rejected: [
        { index: 3, code: 'EVENT_FIELD_UNKNOWN' },
        { index: 1999, code: 'EVENT_KEY_REPEATED' },
      ],
    });
    expect(answer.events).toBe(2_000);
    const again = await fixture.ingest.post('shop', Buffer.from(JSON.stringify(many(2_000))), fixture.now);
    // Those two had left nothing behind.
    expect(JSON.parse(again.body)).toMatchObject({ accepted: 2, duplicates: 1_998 });
  });

  it('may be one event, which is answered as any other', async () => {
    await fixture.reopen(LARGE);
    const one = { event: 'a', uuid: uuid(1), data: { text: 'é'.repeat(140_000) } };
    const answer = await fixture.ingest.post('shop', body(one), fixture.now);
    expect([answer.status, JSON.parse(answer.body).data]).toEqual([201, one.data]);
    expect((await fixture.ingest.post('shop', body(one), fixture.now)).status).toBe(200);
    const larger = body({ ...one, data: { text: 'x'.repeat(300_001) } });
    expect(await failure(fixture.ingest.post('shop', larger, fixture.now))).toMatchObject({ code: 'EVENT_TOO_LARGE' });
  });

  it('are refused as a whole, and shown to who looks at what is refused', async () => {
    await fixture.reopen(LARGE);
    const torn = Buffer.from(JSON.stringify(many(2_000)).slice(0, -1));
    expect(await failure(fixture.ingest.post('shop', torn, fixture.now))).toMatchObject({ code: 'BODY_NOT_JSON' });
    const dense = Buffer.from(`{"event":"x","data":{"a":[${'[],'.repeat(2_000_000)}[]]}}`);
    expect(await failure(fixture.ingest.post('shop', dense, fixture.now))).toMatchObject({ code: 'EVENT_TOO_LARGE' });
    expect(fixture.ingest.stats().journalEvents).toBe(0);
  });

  it('may be a line, where lineMaxBytes allows it', async () => {
    await fixture.reopen(LARGE);
    const long = JSON.stringify({ event: 'a', data: { text: 'x'.repeat(290_000) } });
    const twice = JSON.stringify({ event: 'a', data: { text: 'x'.repeat(290_000) } }).replace(
      '"data"',
      '"event":"b","data"',
    );
    const array = JSON.stringify(many(300));
    const answer = await fixture.ingest.postLines(
      'shop',
      chunksOf(`${long}\n${twice}\n${array}\n{"event":"b"}\n`),
      fixture.now,
    );
    expect(JSON.parse(answer.body)).toMatchObject({
      accepted: 2,
      rejected: [
        { index: 1, code: 'EVENT_KEY_REPEATED' },
        { index: 2, code: 'EVENT_NOT_OBJECT' },
      ],
    });
  });
});

describe('lines that are blank', () => {
  it('cost nothing while they are few, or fewer than what is sent between them', async () => {
    await fixture.reopen({ lineMaxBytes: 1_000 });
    const answer = await fixture.ingest.postLines(
      'shop',
      chunksOf('\n'.repeat(1_000_000), ' \r\n{"event":"a"}\n\n'),
      fixture.now,
    );
    expect(JSON.parse(answer.body)).toMatchObject({ accepted: 1, rejectedTotal: 0 });
  });

  it.each([
    ['line feeds', '\n'],
    ['lines of spaces', '   \r\n'],
  ])('end a body of %s after 1 MiB, and say what was stored before', async (_, blank) => {
    let taken = 0;
    const flood = async function* () {
      yield Buffer.from('{"event":"a"}\n');
      for (; taken < 100; taken++) yield Buffer.from(blank.repeat(Math.ceil(65_536 / blank.length)));
    };
    const error = (await failure(fixture.ingest.postLines('shop', flood(), fixture.now))) as SeismoError;
    expect([error.code, error.extra]).toMatchObject(['BODY_TOO_LARGE', { accepted: 0, duplicates: 0, nextIndex: 0 }]);
    // Seventeen pieces of 64 KiB are more than 1 MiB.
    expect(taken).toBeLessThanOrEqual(17);
  });
});
