import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { KeyRate } from '../../src/auth/key-rate.ts';
import { createIngest } from '../../src/ingest/create-ingest.ts';
import type { Ingest } from '../../src/ingest/ingest.ts';
import { SeismoError } from '../../src/model/errors.ts';
import type { Poster } from '../../src/model/poster.ts';
import { LIMITS, MemoryStore } from './doubles.ts';

let folder: string;
let ingest: Ingest;
let store: MemoryStore;
let now: number;
let poster: Poster;

const NOON = Date.UTC(2026, 0, 5, 12);
const open = (quotas: { eventsPerDayMax?: number; bytesPerDayMax?: number } = {}) =>
  createIngest({
    dataDir: folder,
    secret: Buffer.alloc(32, 3),
    store,
    config: { ...LIMITS, ...quotas },
    now: () => now,
    retentionDaysOf: () => undefined,
    zoneOf: () => ({ hash: 0, dayOf: (ms) => Math.floor(ms / 86_400_000) }),
    logger: { info: () => {}, warn: () => {}, error: () => {} },
  });

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'seismo-rates-'));
  store = new MemoryStore();
  now = NOON;
  poster = aKey({ eventsPerSecond: 10, bytesPerSecond: 100_000 });
  ingest = await open();
});
afterEach(async () => {
  await ingest.close();
  rmSync(folder, { recursive: true, force: true });
});

const aKey = (rates: { eventsPerSecond: number; bytesPerSecond: number }): Poster => ({
  keyId: 'k',
  isTrusted: false,
  allowance: new KeyRate(rates, () => now),
});

/** What was answered: the counts, or the code with what else it says. */
async function answerOf(work: Promise<{ body: string }>): Promise<Record<string, unknown>> {
  try {
    return JSON.parse((await work).body) as Record<string, unknown>;
  } catch (error) {
    if (!(error instanceof SeismoError)) throw error;
    const { code, detail, retryAfterSeconds, extra } = error;
    return { code, detail, retryAfterSeconds, ...extra };
  }
}
async function* chunksOf(texts: readonly string[]) {
  for (const text of texts) yield Buffer.from(text);
}
const lines = (texts: readonly string[], by = poster) =>
  answerOf(ingest.postLines('shop', chunksOf(texts), now, undefined, by));
const json = (value: unknown, by = poster) =>
  answerOf(ingest.post('shop', Buffer.from(JSON.stringify(value)), now, undefined, by));
const some = (count: number, from = 0) =>
  Array.from({ length: count }, (_, i) => ({ event: 'e', data: { i: from + i } }));
const ndjson = (events: readonly object[]) => events.map((event) => `${JSON.stringify(event)}\n`);
async function storedNumbers(): Promise<number[]> {
  await ingest.catchUp('shop');
  return store.events.map(({ dataText = '{}' }) => JSON.parse(dataText).i as number).sort((a, b) => a - b);
}

describe('the rate of a key', () => {
  it('ends a stream with 429 when it is used up; sent again from nextIndex, all is stored once', async () => {
    const all = some(70);
    let from = 0;
    const steps: unknown[] = [];
    while (from < all.length) {
      const answer = await lines(ndjson(all.slice(from)));
      steps.push([answer['code'], answer['accepted'], answer['nextIndex']]);
      if (answer['code'] === undefined) break;
      from += answer['nextIndex'] as number;
      now += Number(answer['retryAfterSeconds']) * 1_000;
    }
    // 10 at once and 20 in debt; three seconds later 10 of it are left again.
    expect(steps).toEqual([
      ['RATE_LIMITED', 30, 30],
      ['RATE_LIMITED', 30, 30],
      [undefined, 10, undefined],
    ]);
    expect(await storedNumbers()).toEqual(all.map((_, i) => i));
  });

  it('charges a stream as it flows, so that one that never ends is not free', async () => {
    let sent = 0;
    const endless = async function* () {
      for (;;) yield Buffer.from(ndjson(some(1, sent++)).join('').repeat(1_000));
    };
    const answer = await answerOf(ingest.postLines('shop', endless(), now, undefined, poster));
    expect(answer).toMatchObject({ code: 'RATE_LIMITED', accepted: 30, nextIndex: 30, retryAfterSeconds: 3 });
    expect(await json({ event: 'visitor' })).toMatchObject({
      ...{ code: 'RATE_LIMITED', detail: 'The key is over its rate. Wait 3 s.' },
    });
    now += 3_000;
    expect(await json({ event: 'visitor' })).toMatchObject({ event: 'visitor' });
  });

  it('tells what of a stream was refused before it ended', async () => {
    const answer = await lines(['7\n', ...ndjson(some(40))]);
    expect(answer).toMatchObject({
      code: 'RATE_LIMITED',
      accepted: 29,
      nextIndex: 30,
      rejectedTotal: 1,
      rejected: [{ index: 0, code: 'EVENT_NOT_OBJECT' }],
    });
  });

  it('takes a JSON batch whole or not at all', async () => {
    expect(await json(some(31))).toMatchObject({ code: 'RATE_BATCH_TOO_LARGE' });
    expect(await json(some(25))).toMatchObject({ accepted: 25 });
    expect(await json(some(2))).toMatchObject({ code: 'RATE_LIMITED', retryAfterSeconds: 2 });
    expect(await storedNumbers()).toHaveLength(25);
  });

  it('holds when batches come side by side', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => json(some(20))));
    expect(answers.filter(({ accepted }) => accepted === 20)).toHaveLength(1);
    expect(await storedNumbers()).toHaveLength(20);
  });

  it('counts the bytes of a body before it is parsed, of a refused one too', async () => {
    const body = Buffer.from(`{"event": "e", ${' '.repeat(200_000)}`);
    const post = () => answerOf(ingest.post('shop', body, now, undefined, poster));
    expect([await post(), await post()]).toMatchObject([{ code: 'BODY_NOT_JSON' }, { code: 'RATE_LIMITED' }]);
    expect(await json({ event: 'e' })).toMatchObject({ code: 'RATE_LIMITED' });
  });

  it('ends a stream of large lines near its rate, and goes on behind what it stored', async () => {
    const slow = aKey({ eventsPerSecond: 1_000, bytesPerSecond: 10_000 });
    // 900 bytes a line: 30,000 bytes at once are 33 of them; what ends a piece of 32 KiB is stored still.
    const all = some(500).map((event) => ({
      ...event,
      user: 'u'.repeat(60),
      data: { ...event.data, pad: 'x'.repeat(800) },
    }));
    const answer = await lines(ndjson(all), slow);
    expect(answer['code']).toBe('RATE_LIMITED');
    expect(answer['accepted']).toBe(answer['nextIndex']);
    expect(answer['accepted']).toBeGreaterThanOrEqual(33);
    expect(answer['accepted']).toBeLessThanOrEqual(66);
  });

  it('ends a stream of one line without an end', async () => {
    let bytes = 0;
    // Blank lines end it sooner, whoever sends them (ingest.test.ts).
    const endless = async function* () {
      for (;;) {
        bytes += 65_536;
        yield Buffer.alloc(65_536, 'x');
      }
    };
    const answer = await answerOf(ingest.postLines('shop', endless(), now, undefined, poster));
    expect(answer).toMatchObject({ code: 'RATE_LIMITED', accepted: 0, nextIndex: 0 });
    // Three seconds of 100,000 bytes, 1 MiB beyond them, and the two chunks that cross each bound.
    expect(bytes).toBeLessThanOrEqual(300_000 + 1024 * 1024 + 2 * 65_536);
  });

  it('does not hold for an admin', async () => {
    expect(await answerOf(ingest.post('shop', Buffer.from(JSON.stringify(some(5_000))), now))).toMatchObject({
      accepted: 5_000,
    });
  });
});

describe('the quota of a day', () => {
  const reopen = async (quotas: Parameters<typeof open>[0]) => {
    await ingest.close();
    ingest = await open(quotas);
  };
  const admin: Poster = { isTrusted: true };

  it('counts the events stored, for each app, until midnight UTC, also over a restart', async () => {
    await reopen({ eventsPerDayMax: 10 });
    expect(await json(some(8), admin)).toMatchObject({ accepted: 8 });
    expect(await json(some(3), admin)).toMatchObject({ code: 'QUOTA_REACHED', retryAfterSeconds: 12 * 3_600 });
    await reopen({ eventsPerDayMax: 10 });
    expect(await json(some(3), admin)).toMatchObject({ code: 'QUOTA_REACHED' });
    expect(await json(some(2), admin)).toMatchObject({ accepted: 2 });
    expect((await ingest.post('other', Buffer.from('{"event":"e"}'), now)).status).toBe(201);
    now += 12 * 3_600_000;
    expect(await json(some(10), admin)).toMatchObject({ accepted: 10 });
  });

  it('holds for posts that are accepted in turns at the same time', async () => {
    await reopen({ eventsPerDayMax: 5_500 });
    const many = some(5_000);
    const answers = await Promise.all([json(many, admin), json(many, admin)]);
    expect(answers.map(({ code, accepted }) => code ?? accepted).sort()).toEqual([5_000, 'QUOTA_REACHED']);
    expect(await json(some(500), admin)).toMatchObject({ accepted: 500 });
  });

  it('gives no day twice when the clock is set back', async () => {
    await reopen({ eventsPerDayMax: 2 });
    await json(some(2), admin);
    now -= 86_400_000;
    expect(await json(some(1), admin)).toMatchObject({ code: 'QUOTA_REACHED' });
  });

  it('does not count what is known or refused', async () => {
    await reopen({ eventsPerDayMax: 3 });
    const known = { event: 'e', uuid: '00000000-0000-4000-8000-000000000001' };
    for (let i = 0; i < 3; i++) await json([known, 7], admin);
    expect(await json(some(2), admin)).toMatchObject({ accepted: 2 });
    expect(await json(some(1), admin)).toMatchObject({ code: 'QUOTA_REACHED' });
  });

  it('ends a stream where it is used up', async () => {
    await reopen({ eventsPerDayMax: 5 });
    expect(await lines(ndjson(some(9)), admin)).toMatchObject({
      ...{ code: 'QUOTA_REACHED', accepted: 5, nextIndex: 5 },
      detail:
        'The app has reached its quota of 5 events a day (`eventsPerDayMax`). It accepts events again from midnight UTC. The first 5 lines were processed, and none after that (`nextIndex`).',
    });
    // Of a single event there is nothing to count.
    expect(await json({ event: 'e' }, admin)).toMatchObject({
      detail:
        'The app has reached its quota of 5 events a day (`eventsPerDayMax`). It accepts events again from midnight UTC.',
    });
    expect(await storedNumbers()).toEqual([0, 1, 2, 3, 4]);
  });

  it('counts bytes, also of what is refused, and over a restart', async () => {
    await reopen({ bytesPerDayMax: 1_000 });
    const body = (text: string) => answerOf(ingest.post('shop', Buffer.from(text.padEnd(430)), now));
    expect([await body('{"event":"e"}'), await body('{"event":'), await body('{"event":"e"}')]).toMatchObject([
      { event: 'e' },
      { code: 'BODY_NOT_JSON' },
      { code: 'QUOTA_REACHED' },
    ]);
    // What is refused before it is known to be of use is written with the next events: 860 bytes are used, and 17 more.
    expect(await json({ event: 'small' }, admin)).toMatchObject({ event: 'small' });
    await reopen({ bytesPerDayMax: 1_000 });
    expect(await body('{"event":"e"}')).toMatchObject({ code: 'QUOTA_REACHED' });
  });
});
