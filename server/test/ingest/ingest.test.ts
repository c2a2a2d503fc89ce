import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createIngest } from '../../src/ingest/create-ingest.ts';
import type { Ingest } from '../../src/ingest/ingest.ts';
import { SeismoError } from '../../src/model/errors.ts';
import { LIMITS, MemoryStore } from './doubles.ts';

let folder: string;
let ingest: Ingest;
let store: MemoryStore;
let now: number;

const T0 = Date.UTC(2026, 0, 5);
const uuid = (n: number) => `00000000-0000-4000-8000-${n.toString(16).padStart(12, '0')}`;
const body = (value: unknown) => Buffer.from(JSON.stringify(value));

const open = (changes: Partial<typeof LIMITS> = {}) =>
  createIngest({
    dataDir: folder,
    secret: Buffer.alloc(32, 3),
    store,
    config: { ...LIMITS, ...changes },
    now: () => now,
    retentionDaysOf: (app) => (app === 'short' ? 1 : undefined),
    zoneOf: () => ({ hash: 0, dayOf: (ms) => Math.floor(ms / 86_400_000) }),
    logger: { info: () => {}, warn: () => {}, error: () => {} },
  });

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'seismo-ingest-'));
  store = new MemoryStore();
  now = T0;
  ingest = await open();
});
afterEach(async () => {
  await ingest.close();
  rmSync(folder, { recursive: true, force: true });
});
async function reopen(changes: Partial<typeof LIMITS> = {}): Promise<void> {
  await ingest.close();
  ingest = await open(changes);
}
const failure = async (work: Promise<unknown>) =>
  work.then(
    () => 'no failure',
    (error: unknown) => (error instanceof SeismoError ? error : Promise.reject(error)),
  );
async function* chunksOf(...texts: (string | Buffer | Error)[]) {
  for (const text of texts) {
    if (text instanceof Error) throw text;
    yield Buffer.from(text);
  }
}

describe('post', () => {
  it('answers one event with 201 and what it stored, and its repeat with 200 and nothing of it', async () => {
    const first = await ingest.post('shop', body({ event: 'A b', uuid: uuid(1), user: 'u', data: { n: 1 } }), now);
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
    const again = await ingest.post('shop', body({ event: 'other', uuid: uuid(1) }), now);
    expect([again.status, JSON.parse(again.body)]).toEqual([200, { uuid: uuid(1), app: 'shop', duplicate: true }]);
    expect((await ingest.post('other', body({ event: 'x', uuid: uuid(1) }), now)).status).toBe(201);
  });

  it('counts accepted, duplicates and refusals of a batch, one bad event costing itself alone', async () => {
    const events = [
      { event: 'a', uuid: uuid(1) },
      { event: 'a', uuid: uuid(1) },
      { nothing: 1 },
      5,
      { event: 'b', uuid: uuid(2) },
    ];
    for (const form of [body(events), body({ events, sentAt: now })]) {
      const answer = await ingest.post('shop', form, now);
      expect(answer.status).toBe(200);
      expect(JSON.parse(answer.body)).toMatchObject({
        rejectedTotal: 2,
        rejected: [
          { index: 2, code: 'EVENT_FIELD_UNKNOWN' },
          { index: 3, code: 'EVENT_NOT_OBJECT' },
        ],
      });
    }
    expect(ingest.stats()).toMatchObject({
      accepted: 2,
      duplicates: 4,
      rejected: { EVENT_FIELD_UNKNOWN: 2, EVENT_NOT_OBJECT: 2 },
    });
    await ingest.catchUp('shop');
    expect(store.events.map((event) => event.uuid)).toEqual([uuid(1), uuid(2)]);
  });

  it('answers an empty batch with zeros, and refuses one of which nothing is good', async () => {
    expect(JSON.parse((await ingest.post('shop', body([]), now)).body)).toEqual({
      accepted: 0,
      duplicates: 0,
      rejectedTotal: 0,
      rejected: [],
    });
    const error = (await failure(ingest.post('shop', body([{}, 1]), now))) as SeismoError;
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
    expect(await failure(ingest.post(app, bytes, now))).toMatchObject({ code });
    expect(ingest.stats().journalEvents).toBe(0);
  });

  it('lists only the event of a batch that holds a key twice', async () => {
    const text = '[{"event":"a","data":{"x":[{"k":1},{"k":2}]}},{"event":"b","event":"c"},{"event":"d"}]';
    expect(JSON.parse((await ingest.post('shop', Buffer.from(text), now)).body)).toMatchObject({
      accepted: 2,
      rejected: [{ index: 1, code: 'EVENT_KEY_REPEATED' }],
    });
  });

  it('takes zeros for zeros, however they are spelled, and refuses what became one', async () => {
    const zeros = '{"event":"a","data":{"n":[0e-999,-0,0.0E-400,0]}}';
    expect((await ingest.post('shop', Buffer.from(zeros), now)).body).toContain('"data":{"n":[0,0,0,0]}');
    const batch = '{"sentAt":null,"events":[{"event":"b"},3e-400,{"event":"c","timestamp":1e-400}]}';
    expect(JSON.parse((await ingest.post('shop', Buffer.from(batch), now)).body)).toMatchObject({
      accepted: 1,
      rejected: [
        { index: 1, code: 'EVENT_NUMBER_UNSAFE' },
        { index: 2, code: 'EVENT_NUMBER_UNSAFE' },
      ],
    });
  });

  it('stores NUL, __proto__, odd keys and a byte order mark faithfully', async () => {
    const text = '\ufeff{"event":"a","data":{"__proto__":{"x":1},"a\\u0000b":"\\u0000","":"empty","é.\\\\":null}}';
    const answer = await ingest.post('shop', Buffer.from(text), now);
    expect(answer.body).toContain('"data":{"__proto__":{"x":1},"a\\u0000b":"\\u0000","":"empty","é.\\\\":null}');
  });

  it('takes what express.json() has parsed already', async () => {
    expect((await ingest.postParsed('shop', { event: 'a' }, now)).status).toBe(201);
    expect(await failure(ingest.postParsed('shop', undefined, now))).toMatchObject({ code: 'BODY_EMPTY' });
  });

  it('refuses the event names beyond the limit, also after a reopen', async () => {
    await reopen({ eventNamesMax: 2 });
    await ingest.post('shop', body([{ event: 'a' }, { event: 'b' }]), now);
    await reopen({ eventNamesMax: 2 });
    expect(await failure(ingest.post('shop', body({ event: 'c' }), now))).toMatchObject({
      code: 'EVENT_NAMES_TOO_MANY',
    });
    expect((await ingest.post('shop', body({ event: 'b' }), now)).status).toBe(201);
  });
});

describe('exactly once', () => {
  it('knows ids after a reopen, in its own and in a caller\u2019s form, until the window has passed', async () => {
    const made = JSON.parse((await ingest.post('shop', body({ event: 'a' }), now)).body).uuid as string;
    await ingest.post(
      'shop',
      body([
        { event: 'a', uuid: uuid(1) },
        { event: 'a', uuid: 'message-7' },
      ]),
      now,
    );
    await reopen();
    const events = [made, uuid(1), 'message-7'].map((each) => ({ event: 'a', uuid: each }));
    expect(JSON.parse((await ingest.post('shop', body(events), now)).body)).toMatchObject({ duplicates: 3 });
    now += 8 * 86_400_000;
    await reopen();
    expect(JSON.parse((await ingest.post('shop', body(events), now)).body)).toMatchObject({
      accepted: 2,
      duplicates: 1,
    });
  });

  it('stores an id once however many requests bring it at the same time, and all of them wait for the disk', async () => {
    const posts = Array.from({ length: 50 }, () =>
      ingest.post(
        'shop',
        body([
          { event: 'a', uuid: uuid(1) },
          { event: 'a', uuid: uuid(2) },
        ]),
        now,
      ),
    );
    const answers = (await Promise.all(posts)).map(({ body }) => JSON.parse(body));
    expect(answers.reduce((sum, answer) => sum + answer.accepted, 0)).toBe(2);
    expect(answers.reduce((sum, answer) => sum + answer.duplicates, 0)).toBe(98);
    await ingest.catchUp('shop');
    expect(store.events.map((event) => event.uuid).sort()).toEqual([uuid(1), uuid(2)]);
  });

  it('takes ids back when the journal is full, so that they are new when there is room again', async () => {
    store.away = true;
    await reopen({ journalMaxBytes: 6_000 });
    const batch = body(Array.from({ length: 40 }, (_, i) => ({ event: 'a', uuid: uuid(i) })));
    expect(JSON.parse((await ingest.post('shop', batch, now)).body)).toMatchObject({ accepted: 40 });
    const more = body(Array.from({ length: 40 }, (_, i) => ({ event: 'a', uuid: uuid(100 + i) })));
    expect(await failure(ingest.post('shop', more, now))).toMatchObject({ code: 'JOURNAL_FULL', retryAfterSeconds: 5 });
    await vi.waitFor(() => expect(ingest.stats().state).toBe('waiting'));
    store.away = false;
    await reopen();
    expect(JSON.parse((await ingest.post('shop', more, now)).body)).toMatchObject({ accepted: 40, duplicates: 0 });
    await ingest.catchUp('shop');
    expect(store.events.length).toBe(80);
  });
});

describe('postLines', () => {
  it('journals lines cut anywhere, skips blank ones, refuses the too long and the broken alone', async () => {
    const text = `{"event":"a"}\r\n\n{"event":"é"}\n{"event":"${'x'.repeat(2_000)}"}\n{oops\n  \n{"event":"last"}`;
    const bytes = Buffer.from(text);
    const pieces = Array.from({ length: Math.ceil(bytes.length / 7) }, (_, i) => bytes.subarray(i * 7, i * 7 + 7));
    const answer = JSON.parse((await ingest.postLines('shop', chunksOf(...pieces), now)).body);
    expect(answer).toMatchObject({
      accepted: 3,
      rejectedTotal: 2,
      rejected: [
        { index: 2, code: 'EVENT_TOO_LARGE' },
        { index: 3, code: 'BODY_NOT_JSON' },
      ],
    });
    await ingest.catchUp('shop');
    expect(store.events.map(({ event }) => event)).toEqual(['a', 'é', 'last']);
  });

  it('tells how far it came when the body breaks off, and stores nothing of the line that was open', async () => {
    await reopen({ journalMaxBytes: 10_000_000 });
    const broken = new SeismoError('BODY_CUT_SHORT', 'cut');
    const line = `{"event":"a","data":{"s":"${'x'.repeat(900)}"}}\n`;
    const error = (await failure(
      ingest.postLines('shop', chunksOf(line.repeat(700), '{"event":"open"}', broken), now),
    )) as SeismoError;
    expect(error.code).toBe('BODY_CUT_SHORT');
    const { accepted, nextIndex } = error.extra as { accepted: number; nextIndex: number };
    expect(accepted).toBe(nextIndex);
    expect(ingest.stats().accepted).toBe(accepted);
    await ingest.catchUp('shop');
    expect(store.events.length).toBe(accepted);
    expect(store.events.some(({ event }) => event === 'open')).toBe(false);
  });

  it('tells where it stopped when the journal is full on the way', async () => {
    store.away = true;
    const line = `{"event":"a","data":{"s":"${'x'.repeat(900)}"}}\n`;
    const error = (await failure(ingest.postLines('shop', chunksOf(line.repeat(5_000)), now))) as SeismoError;
    expect(error.code).toBe('JOURNAL_FULL');
    expect(error.extra).toMatchObject({ nextIndex: ingest.stats().accepted });
    expect(ingest.stats().journalEvents).toBe(ingest.stats().accepted);
    store.away = false;
  });
});

describe('catching up', () => {
  it('gives up after its time when the store is away, and never waits for another app', async () => {
    await ingest.post('idle', body({ event: 'a' }), now);
    await ingest.catchUp('idle');
    await reopen({ freshTimeoutMs: 300 });
    store.away = true;
    await ingest.post('shop', body({ event: 'a' }), now);
    await ingest.catchUp('idle');
    await expect(ingest.catchUp('shop')).rejects.toMatchObject({ code: 'STORE_BEHIND' });
    now += 60_000;
    expect([ingest.asOf('shop'), ingest.asOf('idle')]).toEqual([T0, T0 + 60_000]);
    expect(ingest.stats().lagMs).toBe(60_000);
    store.away = false;
  });

  it('waits after a reopen for what the last run left', async () => {
    store.away = true;
    await ingest.post('shop', body({ event: 'a' }), now);
    await reopen();
    store.away = false;
    await ingest.catchUp('shop').catch(() => ingest.catchUp('shop'));
    expect(store.events.length).toBe(1);
  });
});

describe('events set aside', () => {
  it('are listed with their reason, go back in line on retry, and are erased when they match', async () => {
    store.refuse = ({ event }) => event.startsWith('bad');
    await ingest.post(
      'shop',
      body([{ event: 'a' }, { event: 'bad 1', user: 'u' }, { event: 'b' }, { event: 'bad 2' }]),
      now,
    );
    await ingest.catchUp('shop');
    expect(ingest.rejectedRows().map(({ reason, event }) => [event.event, reason])).toEqual([
      ['bad 1', 'code 27: cannot parse'],
      ['bad 2', 'code 27: cannot parse'],
    ]);
    expect(await ingest.eraseRejectedRows('shop', ({ user }) => user === 'u')).toBe(1);
    await reopen();
    expect(ingest.stats().setAside).toBe(1);
    store.refuse = () => false;
    expect(await ingest.retryRejectedRows()).toBe(1);
    await ingest.catchUp('shop');
    expect(ingest.stats().setAside).toBe(0);
    expect(store.events.map(({ event }) => event).sort()).toEqual(['a', 'b', 'bad 2']);
  });
});

describe('bodies over 256 KiB, which a thread reads', () => {
  const LARGE = { bodyMaxBytes: 20_000_000, eventMaxBytes: 300_000, lineMaxBytes: 1_000_000, propertiesMax: 1_000 };
  const pad = 'x'.repeat(1_000);
  const many = (count: number) =>
    Array.from({ length: count }, (_, i) => ({ event: 'a', uuid: uuid(i), data: { i, pad } }) as object);

  it('are accepted event by event, with each rejection at its index', async () => {
    await reopen({ ...LARGE, journalMaxBytes: 20_000_000 });
    const events = many(2_000);
    events[3] = { event: 'a', nonsense: 1 };
    const text = JSON.stringify({ events, sentAt: new Date(now).toISOString() }).replace(
      '"data":{"i":1999,',
      '"data":{"i":1999,"i":0,',
    );
    const answer = await ingest.post('shop', Buffer.from(text), now);
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
    const again = await ingest.post('shop', Buffer.from(JSON.stringify(many(2_000))), now);
    // Those two had left nothing behind.
    expect(JSON.parse(again.body)).toMatchObject({ accepted: 2, duplicates: 1_998 });
  });

  it('may be one event, which is answered as any other', async () => {
    await reopen(LARGE);
    const one = { event: 'a', uuid: uuid(1), data: { text: 'é'.repeat(140_000) } };
    const answer = await ingest.post('shop', body(one), now);
    expect([answer.status, JSON.parse(answer.body).data]).toEqual([201, one.data]);
    expect((await ingest.post('shop', body(one), now)).status).toBe(200);
    const larger = body({ ...one, data: { text: 'x'.repeat(300_001) } });
    expect(await failure(ingest.post('shop', larger, now))).toMatchObject({ code: 'EVENT_TOO_LARGE' });
  });

  it('are refused as a whole, and shown to who looks at what is refused', async () => {
    await reopen(LARGE);
    const torn = Buffer.from(JSON.stringify(many(2_000)).slice(0, -1));
    expect(await failure(ingest.post('shop', torn, now))).toMatchObject({ code: 'BODY_NOT_JSON' });
    const dense = Buffer.from(`{"event":"x","data":{"a":[${'[],'.repeat(2_000_000)}[]]}}`);
    expect(await failure(ingest.post('shop', dense, now))).toMatchObject({ code: 'EVENT_TOO_LARGE' });
    expect(ingest.stats().journalEvents).toBe(0);
  });

  it('may be a line, where lineMaxBytes allows it', async () => {
    await reopen(LARGE);
    const long = JSON.stringify({ event: 'a', data: { text: 'x'.repeat(290_000) } });
    const twice = JSON.stringify({ event: 'a', data: { text: 'x'.repeat(290_000) } }).replace(
      '"data"',
      '"event":"b","data"',
    );
    const array = JSON.stringify(many(300));
    const answer = await ingest.postLines('shop', chunksOf(`${long}\n${twice}\n${array}\n{"event":"b"}\n`), now);
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
    await reopen({ lineMaxBytes: 1_000 });
    const answer = await ingest.postLines('shop', chunksOf('\n'.repeat(1_000_000), ' \r\n{"event":"a"}\n\n'), now);
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
    const error = (await failure(ingest.postLines('shop', flood(), now))) as SeismoError;
    expect([error.code, error.extra]).toMatchObject(['BODY_TOO_LARGE', { accepted: 0, duplicates: 0, nextIndex: 0 }]);
    // Seventeen pieces of 64 KiB are more than 1 MiB.
    expect(taken).toBeLessThanOrEqual(17);
  });
});
