import { closeSync, openSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Item, Keeper } from '../delivery/queue.ts';
import { append, type EventLine, eventLine, leftLine, readEvent, readLines } from './segment.ts';
import { takeAbandoned, takeSlot } from './slot.ts';

export interface DiskOptions {
  readonly directory: string;
  /** A file is not written to beyond this size. */
  readonly segmentMaxBytes?: number;
  /** Bytes of event JSON that are held in memory as well. */
  readonly memoryMaxBytes?: number;
  readonly onFault: (message: string, details: Readonly<Record<string, unknown>>) => void;
}

export interface DiskKeeper extends Keeper {
  close(): void;
}

interface Segment {
  readonly path: string;
  bytes: number;
  /** Events in it that have not left. */
  live: number;
}

interface Place {
  readonly segment: Segment;
  readonly number: number;
  readonly offset: number;
  readonly length: number;
  /** Whether its JSON counts as held in memory. */
  readonly held: boolean;
}

const SEGMENT_MAX_BYTES = 4 * 1024 * 1024;
const MEMORY_MAX_BYTES = 4 * 1024 * 1024;
const SEGMENT_NAME = /^(\d{12})\.events$/;

/**
 * Keeps events in files until they have left: each is written before `track` returns, so that they outlive the process
 * however it ends. They are not synced to disk: a power failure may cost the last seconds.
 * @throws when the directory cannot be created or written to
 */
export function openDiskKeeper(options: DiskOptions): DiskKeeper {
  const { directory, segmentMaxBytes = SEGMENT_MAX_BYTES, memoryMaxBytes = MEMORY_MAX_BYTES, onFault } = options;
  const slot = takeSlot(directory);
  const segments: Segment[] = [];
  const places = new Map<Item, Place>();
  const left: Item[] = [];
  let memoryBytes = 0;
  let lastNumber = 0;
  let lastSegment = 0;
  let file: number | undefined;
  let failing = false;

  function load(): void {
    const byName = new Map<string, Segment>();
    for (const name of segmentNames(slot.path)) {
      const segment: Segment = { path: join(slot.path, name), bytes: 0, live: 0 };
      byName.set(name, segment);
      segments.push(segment);
      lastSegment = Number(SEGMENT_NAME.exec(name)?.[1]);
    }
    for (const { file, event } of liveEvents(slot.path)) {
      const item = itemOf(event);
      keep(item, { ...event, segment: byName.get(file)! });
      left.push(item);
      lastNumber = Math.max(lastNumber, event.number);
    }
  }

  /** What dead processes wrote is written to our files, then theirs are removed. A crash in between repeats events, which the server counts once. */
  function adopt(): void {
    for (const other of takeAbandoned(directory)) {
      for (const { event } of liveEvents(other.path)) {
        const item = itemOf(event);
        added(item);
        left.push(item);
      }
      for (const name of segmentNames(other.path)) rmSync(join(other.path, name), { force: true });
      other.release();
    }
  }

  /** In the order they were written. */
  function liveEvents(path: string): Iterable<{ readonly file: string; readonly event: EventLine }> {
    const found = new Map<number, { readonly file: string; readonly event: EventLine }>();
    for (const file of segmentNames(path)) {
      const { lines, damaged } = readLines(join(path, file));
      if (damaged > 0) onFault('lines of the queue on disk are damaged and were left out', { file, damaged });
      for (const line of lines)
        if (line.kind === 'event') found.set(line.number, { file, event: line });
        else for (let number = line.from; number <= line.to; number++) found.delete(number);
    }
    return found.values();
  }

  /** Holds the JSON in memory too while there is room. */
  function keep(item: Item, { segment, number, offset, length }: Omit<Place, 'held'>): void {
    const held = memoryBytes + item.bytes <= memoryMaxBytes;
    if (held) memoryBytes += item.bytes;
    else item.text = undefined;
    segment.live++;
    places.set(item, { segment, number, offset, length, held });
  }

  function write(bytes: Buffer): Segment | undefined {
    try {
      let current = segments.at(-1);
      if (file === undefined || !current || current.bytes + bytes.length > segmentMaxBytes) {
        current = rotate();
      }
      append(file!, bytes);
      current.bytes += bytes.length;
      failing = false;
      return current;
    } catch (error) {
      if (!failing) onFault('events cannot be written to disk and wait in memory', { error });
      failing = true;
      // The file may now end in half a line: the next event begins another file.
      closeFile();
      return undefined;
    }
  }

  function rotate(): Segment {
    closeFile();
    const path = join(slot.path, `${String(++lastSegment).padStart(12, '0')}.events`);
    file = openSync(path, 'wx', 0o600);
    const segment: Segment = { path, bytes: 0, live: 0 };
    segments.push(segment);
    return segment;
  }

  function closeFile(): void {
    const open = file;
    file = undefined;
    try {
      if (open !== undefined) closeSync(open);
    } catch (error) {
      onFault('a file of the queue cannot be closed', { error });
    }
  }

  /** A file may be deleted when none of its events wait and there is no older file, whose events it may mark as gone. */
  function removeEmpty(): void {
    try {
      if (places.size === 0 && (segments.at(-1)?.bytes ?? 0) > segmentMaxBytes / 16) closeFile();
      while (segments[0]?.live === 0 && (segments.length > 1 || file === undefined))
        rmSync(segments.shift()!.path, { force: true });
    } catch (error) {
      onFault('a file of the queue cannot be removed', { error });
    }
  }

  function added(item: Item): void {
    const number = ++lastNumber;
    const line = eventLine(number, item.at, item.text ?? '');
    const segment = write(line);
    if (!segment) return;
    keep(item, { segment, number, offset: segment.bytes - line.length, length: line.length });
  }

  function removed(gone: readonly Item[]): void {
    const numbers: number[] = [];
    for (const item of gone) {
      const place = places.get(item);
      if (!place) continue;
      places.delete(item);
      place.segment.live--;
      if (place.held) memoryBytes -= item.bytes;
      numbers.push(place.number);
    }
    for (const [from, to] of runsOf(numbers)) write(leftLine(from, to));
    removeEmpty();
  }

  function read(item: Item): string {
    const place = places.get(item);
    let text: string | undefined;
    try {
      text = place && readEvent(place.segment.path, place.offset, place.length);
      if (text === undefined) onFault('an event on disk is damaged', { file: place?.segment.path });
    } catch (error) {
      onFault('an event on disk cannot be read', { error });
    }
    // The server rejects it with an error code, and the rest of the batch is stored.
    return text ?? 'null';
  }

  load();
  adopt();
  removeEmpty();

  return {
    left,
    added,
    removed,
    read,
    keeps: (item) => places.has(item),
    close() {
      closeFile();
      removeEmpty();
      slot.release();
    },
  };
}

const itemOf = ({ text, at }: EventLine): Item => ({ text, bytes: Buffer.byteLength(text), at });

const segmentNames = (path: string): string[] =>
  readdirSync(path)
    .filter((name) => SEGMENT_NAME.test(name))
    .sort();

/** `[1, 2, 3, 7]` → `[[1, 3], [7, 7]]` */
function runsOf(numbers: readonly number[]): [number, number][] {
  const runs: [number, number][] = [];
  for (const number of numbers) {
    const last = runs.at(-1);
    if (last && last[1] === number - 1) last[1] = number;
    else runs.push([number, number]);
  }
  return runs;
}
