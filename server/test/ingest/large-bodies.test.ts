import { afterEach, expect, it } from 'vitest';
import { LargeBodies } from '../../src/ingest/post/large-bodies.ts';
import { LIMITS } from './doubles.ts';

const opened: LargeBodies[] = [];
const open = (...args: ConstructorParameters<typeof LargeBodies>): LargeBodies => {
  const bodies = new LargeBodies(...args);
  opened.push(bodies);
  return bodies;
};
afterEach(async () => {
  for (const bodies of opened.splice(0)) await bodies.close();
});
const code = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'none',
    (error: { code?: string }) => error.code ?? String(error),
  );

it('are read one after the other, each with its own outcome', async () => {
  const bodies = open(LIMITS);
  const all = await Promise.all([
    bodies.read(Buffer.from('[{"event":"a"},{"event":"b"}]')).then(({ starts }) => starts.length),
    code(bodies.read(Buffer.from('[{"event":"a"}'))),
    code(bodies.read(Buffer.from('{"event":"a","event":"b"}'))),
    bodies.read(Buffer.from('{"events":[1],"sentAt":1600000000000}')).then(({ sentAt }) => sentAt),
    code(bodies.read(Buffer.from('{"events":[],"sentAt":1,"sentAt":2}'))),
  ]);
  expect(all).toEqual([2, 'BODY_NOT_JSON', 'none', 1_600_000_000_000, 'EVENT_KEY_REPEATED']);
});

it('take no bytes from others that share their memory', async () => {
  const whole = Buffer.from('xx[{"event":"a"}]xx');
  const { starts, bytes } = await open(LIMITS).read(whole.subarray(2, -2));
  expect([starts.length, Buffer.from(bytes).toString(), whole.toString()]).toEqual([
    1,
    '[{"event":"a"}]',
    'xx[{"event":"a"}]xx',
  ]);
});

it('that are more than the thread can hold end as SERVER_BUSY, and the next is read by another thread', async () => {
  const bodies = open({ ...LIMITS, bodyMaxBytes: 100_000_000, batchEventsMax: 10_000_000 }, 16);
  // Three million arrays, some 60 MB.
  const heavy = Buffer.from(`[${'[],'.repeat(3_000_000)}[]]`);
  expect(await Promise.all([code(bodies.read(heavy)), code(bodies.read(Buffer.from('[1]')))])).toEqual([
    'SERVER_BUSY',
    'none',
  ]);
});
