import { describe, expect, it } from 'vitest';
import type { Answer } from '../../src/delivery/answer.ts';
import { aDelivery, anItem, taken } from '../support/deliveries.ts';

const letters = (count: number, from = 0): string[] => Array.from({ length: count }, (_, i) => `e${from + i}`);
const DAY_MS = 86_400_000;

describe('batches', () => {
  it('leave after the longest wait, with all that came meanwhile, in order', async () => {
    const { add, sent, sentAt, clock, delivery } = aDelivery();
    add('a');
    await clock.advance(400);
    add('b', 'c');
    await clock.advance(599);
    expect(sent).toEqual([]);
    await clock.advance(1);
    expect(sent).toEqual([['a', 'b', 'c']]);
    expect(sentAt).toEqual([1_000]);
    expect(delivery.items).toEqual([]);
  });

  it('leave at once when enough events or bytes wait', async () => {
    const { add, sent, clock } = aDelivery();
    add(...letters(10));
    await clock.advance(0);
    expect(sent).toEqual([letters(10)]);
    // 600 bytes each: two of them are over the 1,000 of a batch.
    add('x'.repeat(600), 'y'.repeat(600));
    await clock.advance(0);
    expect(sent.slice(1)).toEqual([['x'.repeat(600)]]);
    await clock.advance(1_000);
    expect(sent.slice(2)).toEqual([['y'.repeat(600)]]);
  });

  it('follow one another, never side by side', async () => {
    const answers: (() => void)[] = [];
    const { add, sent, clock } = aDelivery(
      (texts) => new Promise((resolve) => answers.push(() => resolve(taken(texts)))),
    );
    add(...letters(25));
    await clock.advance(60_000);
    expect(sent).toHaveLength(1);
    answers[0]!();
    await clock.advance(0);
    expect(sent).toEqual([letters(10), letters(10, 10)]);
    answers[1]!();
    await clock.advance(1_000);
    expect(sent[2]).toEqual(letters(5, 20));
  });

  it('hold a single event that is larger than a batch', async () => {
    const { add, sent, clock } = aDelivery();
    add('a', 'x'.repeat(5_000), 'b');
    await clock.advance(2_000);
    expect(sent).toEqual([['a'], ['x'.repeat(5_000)], ['b']]);
  });
});

describe('what can succeed', () => {
  it.each<[string, Answer | Error]>([
    ['no answer', new Error('ECONNRESET')],
    ['429', { status: 429, code: 'RATE_LIMITED' }],
    // What a stream of lines is answered carries counts, and is no success.
    ['429 with counts', { status: 429, code: 'RATE_LIMITED', accepted: 0, rejected: [] }],
    ['503 with counts', { status: 503, code: 'JOURNAL_FULL', accepted: 0, rejected: [] }],
    ['429 until midnight', { status: 429, code: 'QUOTA_REACHED' }],
    ['500', { status: 500 }],
    ['503', { status: 503, code: 'JOURNAL_FULL' }],
    ['408', { status: 408 }],
    ['a 200 that Seismo did not write', { status: 200 }],
  ])('is sent again after %s, the same and in order', async (_, answer) => {
    const { add, sent, clock, dropped, delivery } = aDelivery((texts, index) => {
      if (index >= 3) return taken(texts);
      if (answer instanceof Error) throw answer;
      return answer;
    });
    add('a', 'b');
    await clock.advance(1_000);
    add('c');
    await clock.advance(100_000);
    expect(sent).toEqual([
      ['a', 'b'],
      ['a', 'b', 'c'],
      ['a', 'b', 'c'],
      ['a', 'b', 'c'],
    ]);
    expect(dropped).toEqual([]);
    expect(delivery.items).toEqual([]);
  });

  it('waits twice as long each time, up to the longest, half of it by chance', async () => {
    const { add, waits, clock } = aDelivery(() => ({ status: 503 }), { retryMaxMs: 5_000 });
    add('a');
    await clock.advance(20_000);
    // Three quarters of 1, 2, 4, 5, 5 s: random is one half.
    expect(waits.slice(0, 5)).toEqual([750, 1_500, 3_000, 3_750, 3_750]);
    for (const [random, wait] of [
      [0, 500],
      [0.999, 999.5],
    ] as const) {
      const other = aDelivery(() => ({ status: 503 }), { random: () => random });
      other.add('a');
      await other.clock.advance(1_000);
      expect(other.waits).toEqual([wait]);
    }
  });

  it('waits as long as Retry-After says, also when asked to flush, and begins anew after a success', async () => {
    const { add, sentAt, waits, clock, delivery } = aDelivery((texts, index) =>
      index === 0 ? { status: 429, retryAfterMs: 30_000 } : index === 2 ? { status: 500 } : taken(texts),
    );
    add('a');
    await clock.advance(1_000);
    const flushed = delivery.flush();
    await clock.advance(30_249);
    expect(sentAt).toEqual([1_000]);
    await clock.advance(1);
    await flushed;
    // A quarter of the first back-off on top, by chance.
    expect(sentAt).toEqual([1_000, 31_250]);
    add('b');
    await clock.advance(2_000);
    expect(waits).toEqual([30_250, 750]);
  });

  it('believes no more than an hour of Retry-After', async () => {
    const { add, waits, clock } = aDelivery(() => ({ status: 503, retryAfterMs: 1e12 }));
    add('a');
    await clock.advance(1_000);
    expect(waits).toEqual([3_600_250]);
  });

  it('is dropped when older than the server remembers ids', async () => {
    const { add, dropped, clock, delivery } = aDelivery(() => ({ status: 503 }));
    add('a');
    await clock.advance(DAY_MS);
    add('b');
    await clock.advance(5 * DAY_MS + 61_000);
    expect(dropped).toEqual([['a', { reason: 'tooOld' }]]);
    expect(delivery.items.map(({ text }) => text)).toEqual(['b']);
  });
});

describe('what cannot', () => {
  it('is dropped with the code of each event, and the others are stored', async () => {
    const { add, dropped, clock, delivery, sent } = aDelivery(() => ({
      status: 200,
      accepted: 2,
      rejected: [{ index: 1, code: 'EVENT_NAME_MISSING', detail: 'No name.' }],
    }));
    add('a', 'b', 'c');
    await clock.advance(10_000);
    expect(dropped).toEqual([['b', { reason: 'refused', code: 'EVENT_NAME_MISSING', detail: 'No name.' }]]);
    expect(delivery.items).toEqual([]);
    expect(sent).toHaveLength(1);
  });

  it('is dropped when all of a batch is refused', async () => {
    const { add, dropped, clock } = aDelivery(() => ({
      status: 400,
      code: 'BATCH_ALL_REJECTED',
      accepted: 0,
      rejected: [
        { index: 0, code: 'EVENT_TOO_OLD', detail: '' },
        { index: 1, code: 'EVENT_DATA_INVALID', detail: '' },
      ],
    }));
    add('a', 'b');
    await clock.advance(10_000);
    expect(dropped.map(([text, { code }]) => [text, code])).toEqual([
      ['a', 'EVENT_TOO_OLD'],
      ['b', 'EVENT_DATA_INVALID'],
    ]);
  });

  it.each([
    [401, 'AUTH_TOKEN_INVALID'],
    [403, 'AUTH_FORBIDDEN'],
    [400, 'APP_NAME_INVALID'],
  ])('is dropped after one %i %s, and what comes later is tried', async (status, code) => {
    const { add, dropped, clock, sent } = aDelivery((texts, index) =>
      index === 0 ? { status, code, detail: 'Why.' } : taken(texts),
    );
    add('a');
    await clock.advance(1_000);
    add('b');
    await clock.advance(1_000);
    expect(dropped).toEqual([['a', { reason: 'refused', code, detail: 'Why.' }]]);
    expect(sent).toEqual([['a'], ['b']]);
  });

  it.each([
    [404, undefined, 'HTTP_404'],
    [301, undefined, 'HTTP_301'],
    [400, 'BODY_CUT_SHORT', 'BODY_CUT_SHORT'],
    [400, 'REQUEST_INVALID', 'REQUEST_INVALID'],
  ])('is tried five times when the way there may be at fault: %i %s', async (status, code, told) => {
    const { add, dropped, clock, sent } = aDelivery((texts) => (texts[0] === 'a' ? { status, code } : taken(texts)));
    add('a');
    await clock.advance(60_000);
    expect(sent).toEqual(Array(5).fill(['a']));
    expect(dropped).toEqual([['a', { reason: 'refused', code: told, detail: undefined }]]);
    add('b');
    await clock.advance(1_000);
    expect(sent[5]).toEqual(['b']);
  });

  it('is found by halving a batch that is too large, and what is left goes in larger ones', async () => {
    const { add, dropped, clock, sent } = aDelivery((texts) =>
      texts.includes('e6') ? { status: 413, code: 'BODY_TOO_LARGE' } : taken(texts),
    );
    add(...letters(10));
    await clock.advance(5_000);
    expect(sent.map((texts) => texts.join())).toEqual([
      'e0,e1,e2,e3,e4,e5,e6,e7,e8,e9',
      'e0,e1,e2,e3,e4',
      'e5,e6,e7,e8,e9',
      'e5,e6',
      'e5',
      'e6,e7,e8,e9',
      'e6,e7',
      'e6',
      'e7',
      'e8,e9',
    ]);
    expect(dropped).toEqual([['e6', { reason: 'refused', code: 'BODY_TOO_LARGE', detail: undefined }]]);
  });

  it('halves the batches after 413, then lets them grow by ten with each that is taken, up to what they may be', async () => {
    const { add, dropped, clock, sent } = aDelivery(
      (texts, index) => (index === 0 ? { status: 413, code: 'BODY_TOO_LARGE' } : taken(texts)),
      { batchMaxEvents: 40, batchMaxBytes: 100_000 },
    );
    add(...letters(200));
    await clock.advance(5_000);
    expect(sent.map((texts) => texts.length)).toEqual([40, 20, 30, 40, 40, 40, 30]);
    expect(sent.slice(1).flat()).toEqual(letters(200));
    expect(dropped).toEqual([]);
  });
});

describe('a full queue', () => {
  const away = (): Promise<Answer> => new Promise(() => {});

  it('drops the oldest, but not what is in the air', async () => {
    const { add, dropped, delivery, clock } = aDelivery(away, { queueMaxEvents: 4, batchMaxEvents: 2 });
    add('a', 'b');
    await clock.advance(0);
    add('c', 'd', 'e', 'f');
    expect(dropped.map(([text]) => text)).toEqual(['c', 'd']);
    expect(delivery.items.map(({ text }) => text)).toEqual(['a', 'b', 'e', 'f']);
  });

  it('drops the newest', () => {
    const { add, dropped, delivery } = aDelivery(away, { queueMaxEvents: 2, whenFull: 'dropNewest' });
    add('a', 'b', 'c');
    expect(dropped).toEqual([['c', { reason: 'queueFull' }]]);
    expect(delivery.items.map(({ text }) => text)).toEqual(['a', 'b']);
  });

  it('lets wait until there is room, in order, and flush includes those that wait', async () => {
    const { delivery, clock, sent, dropped } = aDelivery(taken, {
      queueMaxEvents: 2,
      whenFull: 'block',
      batchMaxEvents: 2,
    });
    const places: string[] = [];
    for (const text of letters(5)) delivery.add(anItem(text, clock.now()))?.then(() => places.push(text));
    expect(delivery.items).toHaveLength(2);
    await delivery.flush();
    expect(places).toEqual(['e2', 'e3', 'e4']);
    expect(sent).toEqual([['e0', 'e1'], ['e2', 'e3'], ['e4']]);
    expect(dropped).toEqual([]);
  });

  it('is bounded by bytes as well, and an event larger than all of it is dropped', () => {
    const { add, dropped, delivery } = aDelivery(away, { queueMaxBytes: 10 });
    add('aaaa', 'bbbb', 'cccc', 'd'.repeat(11));
    expect(dropped.map(([text]) => text)).toEqual(['aaaa', 'd'.repeat(11)]);
    expect(delivery.items.map(({ text }) => text)).toEqual(['bbbb', 'cccc']);
  });
});

describe('flush and close', () => {
  it('resolves when what was there is answered for, whatever comes later', async () => {
    const answers: (() => void)[] = [];
    const { add, delivery, clock, sent } = aDelivery(
      (texts) => new Promise((resolve) => answers.push(() => resolve(taken(texts)))),
    );
    add('a');
    let done = false;
    const flushed = delivery.flush().then(() => {
      done = true;
    });
    await clock.advance(0);
    add('b');
    await clock.advance(0);
    expect([sent, done]).toEqual([[['a']], false]);
    answers[0]!();
    await flushed;
    expect(delivery.items.map(({ text }) => text)).toEqual(['b']);
    await delivery.close();
  });

  it('does not wait for the back-off to end, and then backs off as before', async () => {
    const { add, delivery, clock, sentAt } = aDelivery(() => ({ status: 500 }));
    add('a');
    await clock.advance(1_000);
    delivery.flush();
    await clock.advance(1_499);
    expect(sentAt).toEqual([1_000, 1_000]);
    await clock.advance(1);
    expect(sentAt).toEqual([1_000, 1_000, 2_500]);
  });

  it('drops what is left at the end, those that wait for a place too, and all that comes after', async () => {
    const { delivery, dropped, clock } = aDelivery(() => new Promise(() => {}), {
      queueMaxEvents: 1,
      whenFull: 'block',
    });
    delivery.add(anItem('a', clock.now()));
    const place = delivery.add(anItem('b', clock.now()));
    delivery.close();
    await place;
    delivery.add(anItem('c', clock.now()));
    expect(dropped.map(([text, { reason }]) => [text, reason])).toEqual([
      ['b', 'closed'],
      ['a', 'closed'],
      ['c', 'closed'],
    ]);
    expect(clock.next()).toBeUndefined();
  });

  it('hands everything over at once, in pieces below the size of a batch', async () => {
    const { add, delivery, clock, sent } = aDelivery(taken, { batchMaxBytes: 10 });
    add('aaaa', 'bbbb', 'cccc', 'dddd', 'eeee');
    delivery.handOver();
    expect(sent).toEqual([['aaaa', 'bbbb'], ['cccc', 'dddd'], ['eeee']]);
    await clock.advance(0);
    expect(delivery.items).toEqual([]);
  });
});
