import { describe, expect, it, vi } from 'vitest';
import { SeismoError } from '../../src/model/errors.ts';
import { body, chunksOf, eachWithIngest, failure, type IngestFixture, T0, uuid } from './ingest-fixture.ts';

let fixture: IngestFixture;
eachWithIngest((each) => {
  fixture = each;
});

describe('post', () => {
  it('answers one event with 201 and what it stored, and its repeat with 200 and nothing of it', async () => {
    const first = await fixture.ingest.post(
      'shop',
      body({ event: 'A b', uuid: uuid(1), user: 'u', data: { n: 1 } }),
      fixture.now,
    );
    expect([first.status, JSON.parse(first.body)]).toEqual([
      201,
      {
        uuid: uuid(1),
        app: 'shop',
        id: 'a-b',
        event: 'A b',
        timestamp: '2026-01-05T00:00:00.000Z',
        receivedAt: '2026-01-05T00:00:00.000Z',
        user: 'u',
        data: { n: 1 },
      },
    ]);
    const again = await fixture.ingest.post('shop', body({ event: 'other', uuid: uuid(1) }), fixture.now);
    expect([again.status, JSON.parse(again.body)]).toEqual([200, { uuid: uuid(1), app: 'shop', duplicate: true }]);
    expect((await fixture.ingest.post('other', body({ event: 'x', uuid: uuid(1) }), fixture.now)).status).toBe(201);
  });

  it('counts accepted, duplicates and refusals of a batch, one bad event costing itself alone', async () => {
    const events = [
      { event: 'a', uuid: uuid(1) },
      { event: 'a', uuid: uuid(1) },
      { nothing: 1 },
      5,
      { event: 'b', uuid: uuid(2) },
    ];
    for (const form of [body(events), body({ events, sentAt: fixture.now })]) {
      const answer = await fixture.ingest.post('shop', form, fixture.now);
      expect(answer.status).toBe(200);
      expect(JSON.parse(answer.body)).toMatchObject({
        rejectedTotal: 2,
        rejected: [
          { index: 2, code: 'EVENT_FIELD_UNKNOWN' },
          { index: 3, code: 'EVENT_NOT_OBJECT' },
        ],
      });
    }
    expect(fixture.ingest.stats()).toMatchObject({
      accepted: 2,
      duplicates: 4,
      rejected: { EVENT_FIELD_UNKNOWN: 2, EVENT_NOT_OBJECT: 2 },
    });
    await fixture.ingest.catchUp('shop');
    expect(fixture.store.events.map((event) => event.uuid)).toEqual([uuid(1), uuid(2)]);
  });

  it('answers an empty batch with zeros, and refuses one of which nothing is good', async () => {
    expect(JSON.parse((await fixture.ingest.post('shop', body([]), fixture.now)).body)).toEqual({
      accepted: 0,
      duplicates: 0,
      rejectedTotal: 0,
      rejected: [],
    });
    const error = (await failure(fixture.ingest.post('shop', body([{}, 1]), fixture.now))) as SeismoError;
    expect([error.code, error.extra]).toMatchObject(['BATCH_ALL_REJECTED', { accepted: 0, rejectedTotal: 2 }]);
  });

  it.each([
    ['BODY_EMPTY', Buffer.from('  ')],
    ['BODY_NOT_JSON', Buffer.from('{"event":')],
    ['BODY_NOT_UTF8', Buffer.from([0x22, 0xff, 0x22])],
    ['EVENT_NAME_MISSING', Buffer.from('{}')],
    ['EVENT_KEY_REPEATED', Buffer.from('{"event":"a","data":{"x":1,"x":2}}')],
    ['EVENT_KEY_REPEATED', Buffer.from('{"events":[{"event":"a"}],"events":[]}')],
    ['EVENT_KEY_REPEATED', Buffer.from('{"event":"a","data":{"\\u0078":1,"x":2}}')],
    // Fewer keys than eight times propertiesMax, which is 50 here: beyond, they are what is looked at first.
    ['EVENT_TOO_DEEP', Buffer.from(`{"event":"a","data":${'{"a":'.repeat(300)}1${'}'.repeat(300)}}`)],
    ['EVENT_TOO_DEEP', Buffer.from(`{"event":"a","data":{"a":${'['.repeat(10_000)}1${']'.repeat(10_000)}}}`)],
    ['EVENT_NUMBER_UNSAFE', Buffer.from('{"event":"a","data":{"n":1e400}}')],
    ['EVENT_TEXT_INVALID', Buffer.from('{"event":"a","data":{"s":"\\ud800"}}')],
    ['APP_NAME_INVALID', body({ event: 'a' }), '.hidden'],
  ])('refuses with %s', async (code, bytes, app = 'shop') => {
    expect(await failure(fixture.ingest.post(app, bytes, fixture.now))).toMatchObject({ code });
    expect(fixture.ingest.stats().journalEvents).toBe(0);
  });

  it('lists only the event of a batch that holds a key twice', async () => {
    const text = '[{"event":"a","data":{"x":[{"k":1},{"k":2}]}},{"event":"b","event":"c"},{"event":"d"}]';
    expect(JSON.parse((await fixture.ingest.post('shop', Buffer.from(text), fixture.now)).body)).toMatchObject({
      accepted: 2,
      rejected: [{ index: 1, code: 'EVENT_KEY_REPEATED' }],
    });
  });

  it('takes zeros for zeros, however they are spelled, and refuses what became one', async () => {
    const zeros = '{"event":"a","data":{"n":[0e-999,-0,0.0E-400,0]}}';
    expect((await fixture.ingest.post('shop', Buffer.from(zeros), fixture.now)).body).toContain(
      '"data":{"n":[0,0,0,0]}',
    );
    const batch = '{"sentAt":null,"events":[{"event":"b"},3e-400,{"event":"c","timestamp":1e-400}]}';
    expect(JSON.parse((await fixture.ingest.post('shop', Buffer.from(batch), fixture.now)).body)).toMatchObject({
      accepted: 1,
      rejected: [
        { index: 1, code: 'EVENT_NUMBER_UNSAFE' },
        { index: 2, code: 'EVENT_NUMBER_UNSAFE' },
      ],
    });
  });

  it('stores NUL, __proto__, odd keys and a byte order mark faithfully', async () => {
    const text = '\ufeff{"event":"a","data":{"__proto__":{"x":1},"a\\u0000b":"\\u0000","":"empty","é.\\\\":null}}';
    const answer = await fixture.ingest.post('shop', Buffer.from(text), fixture.now);
    expect(answer.body).toContain('"data":{"__proto__":{"x":1},"a\\u0000b":"\\u0000","":"empty","é.\\\\":null}');
  });

  it('takes what express.json() has parsed already', async () => {
    expect((await fixture.ingest.postParsed('shop', { event: 'a' }, fixture.now)).status).toBe(201);
    expect(await failure(fixture.ingest.postParsed('shop', undefined, fixture.now))).toMatchObject({
      code: 'BODY_EMPTY',
    });
  });

  it('refuses the event names beyond the limit, also after a reopen', async () => {
    await fixture.reopen({ eventNamesMax: 2 });
    await fixture.ingest.post('shop', body([{ event: 'a' }, { event: 'b' }]), fixture.now);
    await fixture.reopen({ eventNamesMax: 2 });
    expect(await failure(fixture.ingest.post('shop', body({ event: 'c' }), fixture.now))).toMatchObject({
      code: 'EVENT_NAMES_TOO_MANY',
    });
    expect((await fixture.ingest.post('shop', body({ event: 'b' }), fixture.now)).status).toBe(201);
  });
});

describe('exactly once', () => {
  it('knows ids after a reopen, in its own and in a caller\u2019s form, until the window has passed', async () => {
    const made = JSON.parse((await fixture.ingest.post('shop', body({ event: 'a' }), fixture.now)).body).uuid as string;
    await fixture.ingest.post(
      'shop',
      body([
        { event: 'a', uuid: uuid(1) },
        { event: 'a', uuid: 'message-7' },
      ]),
      fixture.now,
    );
    await fixture.reopen();
    const events = [made, uuid(1), 'message-7'].map((each) => ({ event: 'a', uuid: each }));
    expect(JSON.parse((await fixture.ingest.post('shop', body(events), fixture.now)).body)).toMatchObject({
      duplicates: 3,
    });
    fixture.now += 8 * 86_400_000;
    await fixture.reopen();
    expect(JSON.parse((await fixture.ingest.post('shop', body(events), fixture.now)).body)).toMatchObject({
      accepted: 2,
      duplicates: 1,
    });
  });

  it('stores an id once however many requests bring it at the same time, and all of them wait for the disk', async () => {
    const posts = Array.from({ length: 50 }, () =>
      fixture.ingest.post(
        'shop',
        body([
          { event: 'a', uuid: uuid(1) },
          { event: 'a', uuid: uuid(2) },
        ]),
        fixture.now,
      ),
    );
    const answers = (await Promise.all(posts)).map(({ body }) => JSON.parse(body));
    expect(answers.reduce((sum, answer) => sum + answer.accepted, 0)).toBe(2);
    expect(answers.reduce((sum, answer) => sum + answer.duplicates, 0)).toBe(98);
    await fixture.ingest.catchUp('shop');
    expect(fixture.store.events.map((event) => event.uuid).sort()).toEqual([uuid(1), uuid(2)]);
  });

  it('takes ids back when the journal is full, so that they are new when there is room again', async () => {
    fixture.store.away = true;
    await fixture.reopen({ journalMaxBytes: 6_000 });
    const batch = body(Array.from({ length: 40 }, (_, i) => ({ event: 'a', uuid: uuid(i) })));
    expect(JSON.parse((await fixture.ingest.post('shop', batch, fixture.now)).body)).toMatchObject({ accepted: 40 });
    const more = body(Array.from({ length: 40 }, (_, i) => ({ event: 'a', uuid: uuid(100 + i) })));
    expect(await failure(fixture.ingest.post('shop', more, fixture.now))).toMatchObject({
      code: 'JOURNAL_FULL',
      retryAfterSeconds: 5,
    });
    await vi.waitFor(() => expect(fixture.ingest.stats().state).toBe('waiting'));
    fixture.store.away = false;
    await fixture.reopen();
    expect(JSON.parse((await fixture.ingest.post('shop', more, fixture.now)).body)).toMatchObject({
      accepted: 40,
      duplicates: 0,
    });
    await fixture.ingest.catchUp('shop');
    expect(fixture.store.events.length).toBe(80);
  });
});

describe('postLines', () => {
  it('journals lines cut anywhere, skips blank ones, refuses the too long and the broken alone', async () => {
    const text = `{"event":"a"}\r\n\n{"event":"é"}\n{"event":"${'x'.repeat(2_000)}"}\n{oops\n  \n{"event":"last"}`;
    const bytes = Buffer.from(text);
    const pieces = Array.from({ length: Math.ceil(bytes.length / 7) }, (_, i) => bytes.subarray(i * 7, i * 7 + 7));
    const answer = JSON.parse((await fixture.ingest.postLines('shop', chunksOf(...pieces), fixture.now)).body);
    expect(answer).toMatchObject({
      accepted: 3,
      rejectedTotal: 2,
      rejected: [
        { index: 2, code: 'EVENT_TOO_LARGE' },
        { index: 3, code: 'BODY_NOT_JSON' },
      ],
    });
    await fixture.ingest.catchUp('shop');
    expect(fixture.store.events.map(({ event }) => event)).toEqual(['a', 'é', 'last']);
  });

  it('tells how far it came when the body breaks off, and stores nothing of the line that was open', async () => {
    await fixture.reopen({ journalMaxBytes: 10_000_000 });
    const broken = new SeismoError('BODY_CUT_SHORT', 'cut');
    const line = `{"event":"a","data":{"s":"${'x'.repeat(900)}"}}\n`;
    const error = (await failure(
      fixture.ingest.postLines('shop', chunksOf(line.repeat(700), '{"event":"open"}', broken), fixture.now),
    )) as SeismoError;
    expect(error.code).toBe('BODY_CUT_SHORT');
    const { accepted, nextIndex } = error.extra as { accepted: number; nextIndex: number };
    expect(accepted).toBe(nextIndex);
    expect(fixture.ingest.stats().accepted).toBe(accepted);
    await fixture.ingest.catchUp('shop');
    expect(fixture.store.events.length).toBe(accepted);
    expect(fixture.store.events.some(({ event }) => event === 'open')).toBe(false);
  });

  it('tells where it stopped when the journal is full on the way', async () => {
    fixture.store.away = true;
    const line = `{"event":"a","data":{"s":"${'x'.repeat(900)}"}}\n`;
    const error = (await failure(
      fixture.ingest.postLines('shop', chunksOf(line.repeat(5_000)), fixture.now),
    )) as SeismoError;
    expect(error.code).toBe('JOURNAL_FULL');
    expect(error.extra).toMatchObject({ nextIndex: fixture.ingest.stats().accepted });
    expect(fixture.ingest.stats().journalEvents).toBe(fixture.ingest.stats().accepted);
    fixture.store.away = false;
  });
});

describe('catching up', () => {
  it('gives up after its time when the store is away, and never waits for another app', async () => {
    await fixture.ingest.post('idle', body({ event: 'a' }), fixture.now);
    await fixture.ingest.catchUp('idle');
    await fixture.reopen({ freshTimeoutMs: 300 });
    fixture.store.away = true;
    await fixture.ingest.post('shop', body({ event: 'a' }), fixture.now);
    await fixture.ingest.catchUp('idle');
    await expect(fixture.ingest.catchUp('shop')).rejects.toMatchObject({ code: 'STORE_BEHIND' });
    fixture.now += 60_000;
    expect([fixture.ingest.asOf('shop'), fixture.ingest.asOf('idle')]).toEqual([T0, T0 + 60_000]);
    expect(fixture.ingest.stats().lagMs).toBe(60_000);
    fixture.store.away = false;
  });

  it('waits after a reopen for what the last run left', async () => {
    fixture.store.away = true;
    await fixture.ingest.post('shop', body({ event: 'a' }), fixture.now);
    await fixture.reopen();
    fixture.store.away = false;
    await fixture.ingest.catchUp('shop').catch(() => fixture.ingest.catchUp('shop'));
    expect(fixture.store.events.length).toBe(1);
  });
});

describe('events set aside', () => {
  it('are listed with their reason, go back in line on retry, and are erased when they match', async () => {
    fixture.store.refuse = ({ event }) => event.startsWith('bad');
    await fixture.ingest.post(
      'shop',
      body([{ event: 'a' }, { event: 'bad 1', user: 'u' }, { event: 'b' }, { event: 'bad 2' }]),
      fixture.now,
    );
    await fixture.ingest.catchUp('shop');
    expect(fixture.ingest.rejectedRows().map(({ reason, event }) => [event.event, reason])).toEqual([
      ['bad 1', 'code 27: cannot parse'],
      ['bad 2', 'code 27: cannot parse'],
    ]);
    expect(await fixture.ingest.eraseRejectedRows('shop', ({ user }) => user === 'u')).toBe(1);
    await fixture.reopen();
    expect(fixture.ingest.stats().setAside).toBe(1);
    fixture.store.refuse = () => false;
    expect(await fixture.ingest.retryRejectedRows()).toBe(1);
    await fixture.ingest.catchUp('shop');
    expect(fixture.ingest.stats().setAside).toBe(0);
    expect(fixture.store.events.map(({ event }) => event).sort()).toEqual(['a', 'b', 'bad 2']);
  });
});
