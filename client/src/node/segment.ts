import { closeSync, openSync, readFileSync, readSync, writeSync } from 'node:fs';
import { crc32 } from './crc32.ts';

/**
 * A file of lines: `crc number at json` for an event, `crc -from -to` for events that have left. The checksum covers the
 * rest of the line; an event's JSON holds no line break. Files are appended to and never changed.
 */
export type Line = EventLine | LeftLine;

export interface EventLine {
  readonly kind: 'event';
  /** Its position in the order of writing. */
  readonly number: number;
  readonly at: number;
  readonly text: string;
  readonly offset: number;
  readonly length: number;
}

interface LeftLine {
  readonly kind: 'left';
  readonly from: number;
  readonly to: number;
}

const NEWLINE = 10;
/** Eight hex digits and a space. */
const CRC_LENGTH = 9;

export const eventLine = (number: number, at: number, text: string): Buffer => lineOf(`${number} ${at} ${text}`);
export const leftLine = (from: number, to: number): Buffer => lineOf(`-${from} -${to}`);

function lineOf(content: string): Buffer {
  const bytes = Buffer.from(content);
  return Buffer.concat([Buffer.from(`${crc32(bytes)} `), bytes, Buffer.from('\n')]);
}

/** The whole lines, and the number of damaged ones: the last of a process that was killed, or a disk fault. */
export function readLines(path: string): { readonly lines: Line[]; readonly damaged: number } {
  const file = readFileSync(path);
  const lines: Line[] = [];
  let damaged = 0;
  for (let start = 0; start < file.length; ) {
    const found = file.indexOf(NEWLINE, start);
    const end = found < 0 ? file.length : found;
    const line = found < 0 ? undefined : parse(file.subarray(start, end), start);
    if (line) lines.push(line);
    else damaged++;
    start = end + 1;
  }
  return { lines, damaged };
}

function parse(bytes: Buffer, offset: number): Line | undefined {
  const content = bytes.subarray(CRC_LENGTH);
  if (bytes.toString('latin1', 0, CRC_LENGTH) !== `${crc32(content)} `) return undefined;
  const text = content.toString();
  const left = /^-(\d+) -(\d+)$/.exec(text);
  if (left) return { kind: 'left', from: Number(left[1]), to: Number(left[2]) };
  const event = /^(\d+) (\d+) (\{.*\})$/s.exec(text);
  if (!event) return undefined;
  const [, number, at, json = ''] = event;
  return { kind: 'event', number: Number(number), at: Number(at), text: json, offset, length: bytes.length + 1 };
}

/** @returns the event's JSON; undefined when the file no longer holds it as written */
export function readEvent(path: string, offset: number, length: number): string | undefined {
  const bytes = Buffer.alloc(length);
  const file = openSync(path, 'r');
  try {
    if (readSync(file, bytes, 0, length, offset) !== length) return undefined;
  } finally {
    closeSync(file);
  }
  const line = parse(bytes.subarray(0, -1), offset);
  return line?.kind === 'event' ? line.text : undefined;
}

/** @throws when not all of it could be written */
export function append(file: number, bytes: Buffer): void {
  const written = writeSync(file, bytes);
  if (written !== bytes.length) throw new Error(`Only ${written} of ${bytes.length} bytes were written.`);
}
