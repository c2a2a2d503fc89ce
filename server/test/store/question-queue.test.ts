import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Caller } from '../../src/model/query.ts';
import type { Connection, QueryOptions } from '../../src/store/clickhouse/connection.ts';
import { fairly, QuestionQueue } from '../../src/store/clickhouse/question-queue.ts';

const LIMITS = { runningMax: 3, callerRunningMax: 2 };
const key: Caller = { name: 'key 1' };
const ann: Caller = { name: 'user ann' };
const bob: Caller = { name: 'user bob' };
const links: Caller = { name: 'links', runningMax: 1 };

let queue: QuestionQueue;
/** Whose statement began, in order. */
let begun: string[];
/** What ends those that run. */
let running: { name: string; end: () => void }[];
beforeEach(() => {
  vi.useFakeTimers();
  queue = new QuestionQueue(LIMITS, 30_000);
  begun = [];
  running = [];
});
afterEach(() => {
  vi.useRealTimers();
});

const settle = async (): Promise<void> => {
  for (let i = 0; i < 10; i++) await Promise.resolve();
};
async function ask(caller: Caller, times = 1, signal?: AbortSignal): Promise<string[]> {
  const refused: string[] = [];
  for (let i = 0; i < times; i++)
    queue.turn(caller, signal).then(
      (end) => {
        begun.push(caller.name);
        running.push({ name: caller.name, end });
      },
      (error: { code?: string }) => refused.push(error.code ?? String(error)),
    );
  await settle();
  return refused;
}
async function endOne(name?: string): Promise<void> {
  const at = name === undefined ? 0 : running.findIndex((each) => each.name === name);
  running.splice(at, 1)[0]!.end();
  await settle();
}

describe('the queue of questions', () => {
  it('leaves a session to others, however many questions one caller asks', async () => {
    await ask(key, 12);
    expect(begun).toEqual(['key 1', 'key 1']);
    await ask(ann);
    expect(begun).toEqual(['key 1', 'key 1', 'user ann']);
  });

  it('gives a free session to whoever has the fewest, then to whoever waited longest since their last turn', async () => {
    await ask(key, 2);
    await ask(ann, 2);
    await ask(bob, 2);
    await ask(key, 1);
    // Two of the key and one of ann run; ann's second, both of bob's and one of the key's wait.
    expect(begun).toEqual(['key 1', 'key 1', 'user ann']);
    await endOne('key 1');
    expect(begun.at(-1)).toBe('user bob');
    await endOne('key 1');
    // Nobody of ann, bob and the key has more than one; ann came first.
    expect(begun.at(-1)).toBe('key 1');
    await endOne('user ann');
    expect(begun.at(-1)).toBe('user ann');
    await endOne('user bob');
    expect(begun.at(-1)).toBe('user bob');
    for (let i = 0; i < 3; i++) await endOne();
    expect(begun).toHaveLength(7);
  });

  it('serves callers who wait for the same session in turns', async () => {
    queue = new QuestionQueue({ runningMax: 1, callerRunningMax: 1 });
    await ask(key);
    await ask(ann, 2);
    await ask(bob, 2);
    for (let i = 0; i < 4; i++) await endOne();
    expect(begun).toEqual(['key 1', 'user ann', 'user bob', 'user ann', 'user bob']);
  });

  it('runs one statement of all readers of links, also when all else is free', async () => {
    await ask(links, 6);
    expect(begun).toEqual(['links']);
    await endOne();
    expect(begun).toEqual(['links', 'links']);
  });

  it('refuses a caller of whom fifty wait, and nobody else', async () => {
    expect(await ask(key, 53)).toEqual(['QUERY_TOO_MANY']);
    expect(await ask(ann)).toEqual([]);
    expect(begun).toContain('user ann');
  });

  it('says after its time that it waited, and gives the turn to the next', async () => {
    await ask(key, 2);
    await ask(ann, 1);
    const refused = await ask(bob);
    await vi.advanceTimersByTimeAsync(29_999);
    expect(refused).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(refused).toEqual(['QUERY_WAITED_TOO_LONG']);
    const again = await ask(bob);
    await endOne();
    expect([again, begun.at(-1)]).toEqual([[], 'user bob']);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(again).toEqual([]);
  });

  it('forgets who has gone away', async () => {
    await ask(key, 3);
    const gone = new AbortController();
    const refused = await ask(key, 50 - 1, gone.signal);
    gone.abort(new Error('gone'));
    await settle();
    expect(refused).toHaveLength(49);
    expect(await ask(key, 49)).toEqual([]);
    await endOne();
    expect(begun).toHaveLength(3);
  });
});

describe('a connection shared fairly', () => {
  const ended: (() => void)[] = [];
  const asked: QueryOptions[] = [];
  const connection = {
    query: (_sql: string, _params: unknown, options: QueryOptions) => {
      asked.push(options);
      return new Promise((resolve, reject) => {
        ended.push(() => resolve([]));
        options.signal?.addEventListener('abort', () => reject(new Error('gone')));
      });
    },
  } as unknown as Connection;

  it('lets questions of the server itself through, and keeps short ones apart from long ones', async () => {
    const fair = fairly(connection);
    for (let i = 0; i < 5; i++) void fair.query('SELECT 1', {}, {});
    for (let i = 0; i < 5; i++) void fair.query('SELECT 1', {}, { caller: key });
    for (let i = 0; i < 5; i++) void fair.query('SELECT 1', {}, { caller: key, settings: { priority: 1 } });
    await settle();
    expect([asked.filter(({ caller }) => caller === undefined).length, asked.length]).toEqual([5, 5 + 2 + 2]);
  });

  it('holds the session of a question that was given up until the engine has stopped it', async () => {
    const fair = fairly(connection);
    const gone = new AbortController();
    asked.length = 0;
    const given = fair.query('SELECT 1', {}, { caller: links, signal: gone.signal }).catch(() => 'gone');
    await settle();
    let stopped = (): void => {};
    asked[0]!.onStopping!(
      new Promise((resolve) => {
        stopped = resolve;
      }),
    );
    gone.abort();
    expect(await given).toBe('gone');
    void fair.query('SELECT 2', {}, { caller: links });
    await settle();
    expect(asked).toHaveLength(1);
    stopped();
    await settle();
    expect(asked).toHaveLength(2);
  });
});
