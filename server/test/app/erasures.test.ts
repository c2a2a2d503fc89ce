import { pino } from 'pino';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { ErasureRun } from '../../src/app/erase.ts';
import { type ErasureQueue, startErasures } from '../../src/app/erasures.ts';
import type { ErasureRequest } from '../../src/model/erasure.ts';
import { SeismoError } from '../../src/model/errors.ts';

const NOW = Date.UTC(2026, 10, 30);
const LONG_MS = 60_000;

/** What the registry has on disk, as JSON. */
let disk: Map<string, string>;
/** Attempts that run, in order; each ends when the test says so. */
let attempts: {
  readonly app: string;
  readonly request: ErasureRequest;
  readonly run: ErasureRun;
  done(erased: number): void;
  fail(error: Error): void;
}[];
/** Cancellations that stop what an attempt began. */
let stops: { readonly run: Pick<ErasureRun, 'id' | 'counted'>; done(erased: number): void; fail(error: Error): void }[];
let now: number;
let queue: ErasureQueue;

const registry = {
  list: <T>(_kind: string) => [...disk].map(([name, text]) => ({ name, value: JSON.parse(text) as T })),
  put: async (_kind: string, name: string, value: unknown) => void disk.set(name, JSON.stringify(value)),
  remove: async (_kind: string, name: string) => disk.delete(name),
};

const open = (retryFirstMs = 1, logger = pino({ level: 'silent' })) =>
  startErasures({
    registry,
    erase: (app, request, run) =>
      new Promise((done, fail) => {
        attempts.push({ app, request, run, done, fail });
      }),
    stop: (_app, _request, run) =>
      new Promise((done, fail) => {
        stops.push({ run, done, fail });
      }),
    now: () => now++,
    logger,
    retryFirstMs,
  });

beforeEach(() => {
  disk = new Map();
  attempts = [];
  stops = [];
  now = NOW;
  queue = open();
});
afterEach(async () => await queue.stop());

const of = (query: string): ErasureRequest => ({ range: { from: 0, to: 1 }, filters: [], isKeptOut: false, query });
const running = async (n: number) => await expect.poll(() => attempts.length).toBe(n);
const statuses = (app: string) => queue.list(app).map(({ status, query, erased }) => ({ status, query, erased }));

it('answers how many when it is done within the wait, and the erasure when it is not', async () => {
  const quick = queue.start('shop', of('user=ann'), LONG_MS);
  await running(1);
  attempts[0]!.done(3);
  expect(await quick).toMatchObject({ status: 'done', erased: 3 });
  const slow = await queue.start('shop', of('user=bob'), 0);
  expect(slow).toMatchObject({ app: 'shop', query: 'user=bob' });
  expect(slow).not.toHaveProperty('erased');
  await running(2);
  expect(queue.get('shop', slow.id).status).toBe('running');
  attempts[1]!.done(4);
  await expect.poll(() => queue.get('shop', slow.id)).toMatchObject({ status: 'done', erased: 4 });
  expect(() => queue.get('other', slow.id)).toThrow('ERASURE_UNKNOWN');
});

it('is on disk before it is answered, and not begun before', async () => {
  const put = registry.put;
  let written = (): void => {};
  registry.put = async (...what) => {
    await new Promise<void>((resolve) => {
      written = resolve;
    });
    await put(...what);
  };
  let isAnswered = false;
  const started = queue.start('shop', of('user=ann'), 0).finally(() => {
    isAnswered = true;
  });
  await new Promise((resolve) => setImmediate(resolve));
  expect([isAnswered, attempts.length, disk.size]).toEqual([false, 0, 0]);
  registry.put = put;
  written();
  const { id } = await started;
  expect([...disk.keys()]).toEqual([id]);
});

it('runs one of an app at a time, in order, and those of other apps beside it', async () => {
  await queue.start('shop', of('first'), 0);
  await queue.start('shop', of('second'), 0);
  await queue.start('blog', of('third'), 0);
  await running(2);
  expect(attempts.map(({ request }) => request.query)).toEqual(['first', 'third']);
  expect(statuses('shop').map(({ status }) => status)).toEqual(['waiting', 'running']);
  expect(queue.counts()).toEqual({ running: 2, waiting: 1 });
  const retention = queue.inTurn('shop', async () => attempts.length);
  attempts[0]!.done(1);
  await running(3);
  attempts[2]!.done(2);
  expect(await retention).toBe(3);
  expect(statuses('shop')).toEqual([
    { status: 'done', erased: 2 },
    { status: 'done', erased: 1 },
  ]);
});

it('shows what was counted and how far the engine is', async () => {
  const { id } = await queue.start('shop', of('user=ann'), 0);
  await running(1);
  const { run } = attempts[0]!;
  await run.keep({ rejectedRows: 1, devices: 20, events: 300, partitions: 7 });
  run.onProgress({ partsDone: 30, partsTotal: 40 });
  expect(queue.get('shop', id)).toEqual({
    ...{ id, app: 'shop', status: 'running', createdAt: NOW, startedAt: NOW + 1, query: 'user=ann' },
    ...{ matching: 321, partitions: 7, progress: { partsDone: 30, partsTotal: 40 } },
  });
  run.onProgress({ partsDone: 30, partsTotal: 40 }, 'Cannot read all data');
  expect(queue.get('shop', id).error).toMatchObject({ code: 'STORE_UNAVAILABLE' });
  run.onProgress({ partsDone: 31, partsTotal: 40 });
  expect(queue.get('shop', id).error).toBeUndefined();
});

it('forgets what named the user when it has ended, on disk too', async () => {
  for (const [i, end] of (['done', 'fail'] as const).entries()) {
    const { id } = await queue.start('shop', of('user=ann'), 0);
    await running(i + 1);
    if (end === 'done') attempts[i]!.done(1);
    else attempts[i]!.fail(new SeismoError('PARAMETER_INVALID', 'More match.'));
    await expect.poll(() => queue.get('shop', id).finishedAt).toBeDefined();
    expect(disk.get(id)).not.toContain('ann');
    expect(queue.get('shop', id).query).toBeUndefined();
  }
});

it('goes on after a restart in the same order, and knows that the first may have been begun', async () => {
  await queue.start('shop', of('first'), 0);
  await queue.start('shop', of('second'), 0);
  await running(1);
  expect(attempts[0]!.run.counted).toBeUndefined();
  await attempts[0]!.run.keep({ events: 5 });
  const late = attempts[0]!;
  await queue.stop();
  expect(late.run.signal.aborted).toBe(true);
  late.fail(new Error('stopped'));
  queue = open();
  await running(2);
  expect(attempts[1]).toMatchObject({ request: of('first'), run: { id: late.run.id, counted: { events: 5 } } });
  attempts[1]!.done(5);
  await running(3);
  expect(attempts[2]!.request.query).toBe('second');
  expect(attempts[2]!.run.counted).toBeUndefined();
  attempts[2]!.done(6);
  await expect.poll(() => statuses('shop').map(({ erased }) => erased)).toEqual([6, 5]);
  await queue.stop();
  queue = open();
  expect(statuses('shop').map(({ erased }) => erased)).toEqual([6, 5]);
  expect(attempts).toHaveLength(3);
});

it('tries again when the machine failed, and says why meanwhile', async () => {
  const { id } = await queue.start('shop', of('user=ann'), 0);
  await running(1);
  attempts[0]!.fail(new SeismoError('STORE_BEHIND', 'The store is behind.'));
  await running(2);
  expect(queue.get('shop', id)).toMatchObject({
    status: 'running',
    error: { code: 'STORE_BEHIND', detail: 'The store is behind.' },
  });
  expect(attempts[1]!.run.counted).toEqual({});
  attempts[1]!.done(2);
  await expect.poll(() => queue.get('shop', id).erased).toBe(2);
  expect(queue.get('shop', id).error).toBeUndefined();
});

it.each([
  ['PARAMETER_INVALID', new SeismoError('PARAMETER_INVALID', 'More than a million match.')],
  ['BUG', new Error('no SeismoError')],
])('fails for good by %s, which a caller that waits is answered', async (code, error) => {
  const waiting = queue.start('shop', of('user=ann'), LONG_MS);
  const failed = expect(waiting).rejects.toThrow(code);
  await running(1);
  attempts[0]!.fail(error);
  await failed;
  expect(queue.list('shop')).toMatchObject([{ status: 'failed', error: { code } }]);
  const next = queue.start('shop', of('user=bob'), LONG_MS);
  await running(2);
  attempts[1]!.done(1);
  expect(await next).toMatchObject({ erased: 1 });
});

it('lets 50 of an app wait, and refuses the next before it is written', async () => {
  for (let i = 0; i < 51; i++) await queue.start('shop', of(`user=${i}`), 0);
  await running(1);
  const size = disk.size;
  await expect(queue.start('shop', of('user=51'), 0)).rejects.toThrow('ERASURE_TOO_MANY');
  expect([size, disk.size]).toEqual([51, 51]);
  await queue.start('blog', of('user=1'), 0);
});

it('keeps the last 20 that ended', async () => {
  for (let i = 0; i < 22; i++) {
    const one = queue.start('shop', of(`user=${i}`), LONG_MS);
    await running(i + 1);
    attempts[i]!.done(i);
    await one;
  }
  expect(queue.list('shop').map(({ erased }) => erased)).toEqual(Array.from({ length: 20 }, (_, i) => 21 - i));
  expect(disk.size).toBe(20);
});

/** Attempts end with an error of whatever was interrupted. */
const interrupted = new SeismoError('STORE_UNAVAILABLE', 'Interrupted.');

it('cancels one that waits: it never runs, and nothing is erased', async () => {
  await queue.start('shop', of('user=ann'), 0);
  const { id } = await queue.start('shop', of('user=bob'), 0);
  await running(1);
  expect(await queue.cancel('shop', id, LONG_MS)).toMatchObject({ status: 'cancelled', erased: 0 });
  expect(disk.get(id)).not.toContain('bob');
  attempts[0]!.done(1);
  const next = queue.start('shop', of('user=cas'), LONG_MS);
  await running(2);
  expect(attempts[1]!.request.query).toBe('user=cas');
  attempts[1]!.done(2);
  await next;
  expect(stops).toEqual([]);
});

it('cancels one that never succeeds, says what it had erased, and lets the next one run', async () => {
  const waiting = queue.start('shop', of('user=ann'), LONG_MS);
  await running(1);
  const { run } = attempts[0]!;
  await run.keep({ events: 300 });
  const cancelled = queue.cancel('shop', run.id, LONG_MS);
  await expect.poll(() => run.signal.aborted).toBe(true);
  const next = queue.start('shop', of('user=bob'), LONG_MS);
  attempts[0]!.fail(interrupted);
  await expect.poll(() => stops.length).toBe(1);
  expect(stops[0]!.run).toMatchObject({ id: run.id, counted: { events: 300 } });
  expect(queue.get('shop', run.id).status).toBe('cancelling');
  expect(queue.counts()).toEqual({ running: 1, waiting: 1 });
  // It must not begin while the first may still be going on in the store.
  expect(attempts).toHaveLength(1);
  stops[0]!.done(40);
  expect(await cancelled).toMatchObject({ status: 'cancelled', matching: 300, erased: 40 });
  expect(await waiting).toMatchObject({ status: 'cancelled', erased: 40 });
  expect(disk.get(run.id)).not.toContain('ann');
  await running(2);
  attempts[1]!.done(1);
  expect(await next).toMatchObject({ status: 'done', erased: 1 });
});

it('cancels one between two attempts', async () => {
  await queue.stop();
  queue = open(LONG_MS);
  const { id } = await queue.start('shop', of('user=ann'), 0);
  await running(1);
  attempts[0]!.fail(new SeismoError('STORE_BEHIND', 'The store is behind.'));
  await expect.poll(() => queue.get('shop', id).error?.code).toBe('STORE_BEHIND');
  const cancelled = queue.cancel('shop', id, LONG_MS);
  await expect.poll(() => stops.length).toBe(1);
  stops[0]!.done(0);
  expect(await cancelled).toMatchObject({ status: 'cancelled', erased: 0 });
  expect(attempts).toHaveLength(1);
});

it('goes on cancelling after a failure and after a restart, and never erases again', async () => {
  const { id } = await queue.start('shop', of('user=ann'), 0);
  await running(1);
  expect(await queue.cancel('shop', id, 0)).toMatchObject({ status: 'cancelling' });
  attempts[0]!.fail(interrupted);
  await expect.poll(() => stops.length).toBe(1);
  stops[0]!.fail(new SeismoError('STORE_UNAVAILABLE', 'The engine is away.'));
  await expect.poll(() => stops.length).toBe(2);
  expect(queue.get('shop', id).error).toMatchObject({ code: 'STORE_UNAVAILABLE' });
  await queue.stop();
  queue = open();
  await expect.poll(() => stops.length).toBe(3);
  stops[2]!.done(7);
  await expect.poll(() => queue.get('shop', id)).toMatchObject({ status: 'cancelled', erased: 7 });
  expect(attempts).toHaveLength(1);
});

it('leaves one as it is that has ended, and knows none of another app', async () => {
  const one = queue.start('shop', of('user=ann'), LONG_MS);
  await running(1);
  attempts[0]!.done(3);
  const { id } = await one;
  expect(await queue.cancel('shop', id, LONG_MS)).toMatchObject({ status: 'done', erased: 3 });
  await expect(queue.cancel('blog', id, LONG_MS)).rejects.toThrow('ERASURE_UNKNOWN');
  expect(stops).toEqual([]);
});

it('refuses to cancel what it cannot write down', async () => {
  const { id } = await queue.start('shop', of('user=ann'), 0);
  await running(1);
  const { put } = registry;
  registry.put = async () => {
    throw new SeismoError('JOURNAL_UNAVAILABLE', 'The disk is full.');
  };
  await expect(queue.cancel('shop', id, LONG_MS)).rejects.toThrow('JOURNAL_UNAVAILABLE');
  registry.put = put;
  expect(queue.get('shop', id).status).toBe('running');
  expect(attempts[0]!.run.signal.aborted).toBe(false);
  attempts[0]!.done(3);
  await expect.poll(() => queue.get('shop', id)).toMatchObject({ status: 'done', erased: 3 });
});

it('waits while the engine is being filled, and says so once, without a stack', async () => {
  await queue.stop();
  const lines: Record<string, unknown>[] = [];
  queue = open(1, pino({ base: null }, { write: (line: string) => void lines.push(JSON.parse(line)) }));
  const { id } = await queue.start('shop', of('user=ann'), 0);
  for (let n = 1; n <= 3; n++) {
    await running(n);
    attempts[n - 1]!.fail(new SeismoError('STORE_FILLING', 'The engine is being filled from MongoDB.'));
  }
  await running(4);
  expect(queue.get('shop', id)).toMatchObject({
    status: 'running',
    error: { code: 'STORE_FILLING', remedy: 'Retry when it is filled; `seismo rebuild` shows the progress.' },
  });
  attempts[3]!.done(2);
  await expect.poll(() => queue.get('shop', id).status).toBe('done');
  expect(lines.map(({ level, msg, err }) => [level, msg, err])).toEqual([
    [30, 'an erasure waits until the engine is filled from MongoDB', undefined],
    [30, 'events erased', undefined],
  ]);
});
