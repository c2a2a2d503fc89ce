import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createQueue, type Drop, type Item, type Queue } from '../../src/delivery/queue.ts';
import { type DiskKeeper, type DiskOptions, openDiskKeeper } from '../../src/node/disk-keeper.ts';

let folder: string;
let faults: string[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'seismo-queue-'));
  faults = [];
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

interface Opened {
  readonly keeper: DiskKeeper;
  readonly queue: Queue;
  readonly dropped: [string | undefined, Drop][];
  add(...texts: string[]): void;
  texts(): (string | undefined)[];
}

function open(directory: string, options: Partial<DiskOptions & { queueMaxEvents: number }> = {}): Opened {
  const keeper = openDiskKeeper({ directory, onFault: (message) => faults.push(message), ...options });
  const dropped: [string | undefined, Drop][] = [];
  const queue = createQueue({
    queueMaxEvents: options.queueMaxEvents ?? 1_000_000,
    queueMaxBytes: 1e9,
    maxAgeMs: 1e12,
    now: () => 1_000,
    keeper,
    onDrop: ({ text }, drop) => dropped.push([text, drop]),
  });
  return {
    keeper,
    queue,
    dropped,
    add: (...texts) => {
      for (const text of texts) queue.add(anItem(text));
    },
    texts: () => queue.items.map((item) => item.text ?? keeper.read?.(item)),
  };
}

const event = (n: number, padding = 0): string => `{"n":${n},"text":"Zoë 🦊${'x'.repeat(padding)}"}`;
const events = (from: number, to: number, padding = 0): string[] =>
  Array.from({ length: to - from }, (_, i) => event(from + i, padding));
const anItem = (text: string): Item => ({ text, bytes: Buffer.byteLength(text), at: 500 });
const filesOf = (directory: string): string[] => readdirSync(directory).filter((name) => name !== 'lock');

/** What a process leaves that was killed: its files, and a lock of a process that is no more. */
function killed(directory: string): string {
  const copy = `${directory}-copy`;
  cpSync(directory, copy, { recursive: true });
  for (const slot of readdirSync(copy)) writeFileSync(join(copy, slot, 'lock'), '999999999');
  return copy;
}

it('finds what a killed process left, in order, with its times', () => {
  const first = open(join(folder, 'a'));
  first.add(...events(0, 5));
  first.queue.remove(first.queue.take(2, 1e9));
  first.add(event(5));
  const again = open(killed(join(folder, 'a')));
  expect(again.texts()).toEqual(events(2, 6));
  expect(again.queue.items.map(({ at }) => at)).toEqual([500, 500, 500, 500]);
  again.add(event(6));
  again.queue.remove(again.queue.take(4, 1e9));
  expect(open(killed(join(folder, 'a-copy'))).texts()).toEqual([event(6)]);
  expect(faults).toEqual([]);
});

it('leaves out a torn last line and a damaged one, and keeps all others', () => {
  const first = open(join(folder, 'a'));
  first.add(...events(0, 4));
  const copy = killed(join(folder, 'a'));
  const file = join(copy, '0', filesOf(join(copy, '0'))[0]!);
  const bytes = readFileSync(file);
  // A bit of the second event turns over, and the last one lacks its end.
  bytes[bytes.indexOf('"n":1') + 5]! ^= 1;
  writeFileSync(file, bytes.subarray(0, -3));
  const again = open(copy);
  expect(again.texts()).toEqual([event(0), event(2)]);
  expect(faults).toEqual(['lines of the queue on disk are damaged and were left out']);
  // What is written now does not run into the torn line.
  again.add(event(9));
  expect(open(killed(copy)).texts()).toEqual([event(0), event(2), event(9)]);
});

it('removes files as their events leave, and ends without any', () => {
  const { add, queue, keeper } = open(join(folder, 'a'), { segmentMaxBytes: 1_000 });
  const slot = join(folder, 'a', '0');
  add(...events(0, 100));
  const files = filesOf(slot).length;
  // 100 lines of some 45 bytes in files of 1,000.
  expect(files).toBeGreaterThan(3);
  queue.remove(queue.take(60, 1e9));
  expect(filesOf(slot).length).toBeLessThan(files);
  expect(open(killed(join(folder, 'a'))).texts()).toEqual(events(60, 100));
  queue.remove(queue.take(40, 1e9));
  keeper.close();
  expect(readdirSync(slot)).toEqual([]);
});

it('grows no further on disk while the oldest are dropped', () => {
  const { add, queue, dropped } = open(join(folder, 'a'), { segmentMaxBytes: 10_000, queueMaxEvents: 100 });
  add(...events(0, 100));
  queue.take(10, 1e9);
  add(...events(100, 200));
  for (const item of queue.items) item.inAir = false;
  add(...events(200, 5_000));
  const slot = join(folder, 'a', '0');
  const bytes = filesOf(slot).reduce((sum, name) => sum + statSync(join(slot, name)).size, 0);
  expect(dropped).toHaveLength(4_900);
  expect(bytes).toBeLessThan(40_000);
  expect(open(killed(join(folder, 'a'))).texts()).toEqual(events(4_900, 5_000));
});

it('holds in memory no more than told, and reads the rest when its turn comes', () => {
  const { add, queue, texts, dropped } = open(join(folder, 'a'), { memoryMaxBytes: 300, queueMaxEvents: 20 });
  add(...events(0, 20, 50));
  // Three of some 80 bytes.
  expect(queue.items.filter(({ text }) => text !== undefined)).toHaveLength(3);
  expect(texts()).toEqual(events(0, 20, 50));
  queue.remove(queue.take(5, 1e9));
  add(...events(20, 26, 50));
  // The dropped one is told with its text, wherever that was.
  expect(dropped.map(([text]) => text)).toEqual([event(5, 50)]);
  expect(texts()).toEqual(events(6, 26, 50));
});

it('waits in memory while the disk cannot be written, and says so once', () => {
  const { add, queue, texts, dropped } = open(join(folder, 'a'), { segmentMaxBytes: 50 });
  add(event(0));
  const slot = join(folder, 'a', '0');
  rmSync(slot, { recursive: true });
  add(event(1), event(2));
  expect(faults.filter((message) => message.includes('wait in memory'))).toHaveLength(1);
  mkdirSync(slot);
  add(event(3));
  expect(texts().slice(1)).toEqual([event(1), event(2), event(3)]);
  queue.close();
  expect(dropped).toEqual([
    [event(1), { reason: 'closed' }],
    [event(2), { reason: 'closed' }],
  ]);
});

it('sends the rest of a batch when one of its events was damaged on disk', () => {
  const { add, texts } = open(join(folder, 'a'), { memoryMaxBytes: 0 });
  add(event(0), event(1), event(2));
  const slot = join(folder, 'a', '0');
  const file = join(slot, filesOf(slot)[0]!);
  const bytes = readFileSync(file);
  bytes[bytes.indexOf('"n":1') + 5]! ^= 1;
  writeFileSync(file, bytes);
  expect(texts()).toEqual([event(0), 'null', event(2)]);
  expect(faults).toEqual(['an event on disk is damaged']);
});

it('gives each client of a directory a folder of its own, and takes over what dead processes left', () => {
  const directory = join(folder, 'a');
  const one = open(directory);
  const two = open(directory);
  one.add(event(1));
  two.add(event(2));
  expect(readdirSync(directory)).toEqual(['0', '1']);
  expect([one.texts(), two.texts()]).toEqual([[event(1)], [event(2)]]);
  const copy = killed(directory);
  const heir = open(copy);
  expect(heir.texts()).toEqual([event(1), event(2)]);
  expect(readdirSync(join(copy, '1'))).toEqual([]);
  // Both are its own now, also for whoever comes after it.
  expect(open(killed(copy)).texts()).toEqual([event(1), event(2)]);
  expect(existsSync(join(copy, '0', 'lock'))).toBe(true);
});

it('takes over from an earlier process of the same id, as in a container that starts anew', () => {
  const directory = join(folder, 'a');
  open(directory).add(event(1));
  const copy = `${directory}-copy`;
  cpSync(directory, copy, { recursive: true, preserveTimestamps: true });
  const lock = join(copy, '0', 'lock');
  writeFileSync(lock, String(process.pid));
  expect(open(copy).texts()).toEqual([]);
  rmSync(join(copy, '1'), { recursive: true });
  const longAgo = new Date(Date.now() - process.uptime() * 1000 - 60_000);
  utimesSync(lock, longAgo, longAgo);
  expect(open(copy).texts()).toEqual([event(1)]);
});

it('is not opened where no directory can be', () => {
  writeFileSync(join(folder, 'file'), '');
  expect(() => open(join(folder, 'file'))).toThrow(/ENOTDIR|EEXIST/);
});
