import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { isBlank } from '../../ingest/post/lines.ts';
import { CommandFailure } from '../failure.ts';
import type { RowBatch } from './rows.ts';

/** Something longer than this is not a line. It would have to be held in memory. */
const LINE_MAX_BYTES = 64 * 1024 * 1024;
const PIECE_BYTES = 4 * 1024 * 1024;

/** Gzip is recognized by its magic number, whatever the name of the file. */
export async function* inflated(chunks: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  let head = Buffer.alloc(0);
  // A pipe can begin with a single byte.
  while (head.length < 2) {
    const next = await chunks.next();
    if (next.done) break;
    head = Buffer.concat([head, next.value]);
  }
  async function* all(): AsyncGenerator<Buffer> {
    if (head.length > 0) yield head;
    yield* chunks;
  }
  if (!isGzip(head)) {
    yield* all();
    return;
  }
  const source = Readable.from(all());
  const gunzip = createGunzip();
  source.on('error', (error) => gunzip.destroy(error));
  yield* source.pipe(gunzip) as AsyncIterable<Buffer>;
}

export const isGzip = (head: Buffer): boolean => head[0] === 0x1f && head[1] === 0x8b;

/** Gathers rows with their line numbers, or with their index in an array. */
class Gathered {
  rows: Buffer[] = [];
  lines: number[] = [];
  bytes = 0;

  add(row: Buffer, line: number): void {
    this.rows.push(row);
    this.lines.push(line);
    this.bytes += row.length;
  }

  isFull(pieceRows: number): boolean {
    return this.rows.length >= pieceRows || this.bytes >= PIECE_BYTES;
  }

  take(): RowBatch {
    const taken = { rows: this.rows, lines: this.lines };
    this.rows = [];
    this.lines = [];
    this.bytes = 0;
    return taken;
  }
}

/** Lines that are not blank, unchanged. */
export async function* lineRows(chunks: AsyncIterable<Buffer>, pieceRows: number): AsyncGenerator<RowBatch> {
  const gathered = new Gathered();
  let open: Buffer[] = [];
  let openBytes = 0;
  let lines = 0;
  const end = (rest: Buffer): void => {
    const line = open.length === 0 ? rest : Buffer.concat([...open, rest]);
    open = [];
    openBytes = 0;
    lines++;
    if (!isBlank(line)) gathered.add(line, lines);
  };
  for await (const chunk of chunks) {
    let start = 0;
    for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, start)) {
      end(chunk.subarray(start, at));
      start = at + 1;
      if (gathered.isFull(pieceRows)) yield gathered.take();
    }
    if (start < chunk.length) open.push(chunk.subarray(start));
    openBytes += chunk.length - start;
    checkLength(openBytes, lines);
  }
  end(Buffer.alloc(0));
  if (gathered.rows.length > 0) yield gathered.take();
}

/**
 * The items of one JSON array, unchanged, each on one line, counted from 1: an array is often one long line. The server rejects what JSON.parse would lose (repeated keys, 1e400),
 * so nothing is parsed here.
 * @throws CommandFailure if the file is not an array, or has no end
 */
export async function* itemRows(chunks: AsyncIterable<Buffer>, pieceRows: number): AsyncGenerator<RowBatch> {
  const gathered = new Gathered();
  let open: Buffer[] = [];
  let openBytes = 0;
  let line = 1;
  let items = 0;
  /** 0: before the array; 1: between its items or in a bare one; deeper: inside an item. */
  let depth = 0;
  let isInText = false;
  let isEscaped = false;
  let isEnded = false;
  const end = (rest: Buffer): void => {
    const item = Buffer.concat([...open, rest]);
    open = [];
    openBytes = 0;
    if (isBlank(item)) return;
    items++;
    gathered.add(item, items);
  };
  for await (const chunk of chunks) {
    // Between tokens a line break is white space. Inside a string it is as wrong as a carriage return.
    const bytes = Buffer.from(chunk);
    let start = 0;
    for (let at = 0; at < bytes.length; at++) {
      const byte = bytes[at]!;
      if (byte === NEWLINE) {
        line++;
        bytes[at] = CARRIAGE_RETURN;
        continue;
      }
      if (isEscaped) isEscaped = false;
      else if (isInText) {
        if (byte === BACKSLASH) isEscaped = true;
        else if (byte === QUOTE) isInText = false;
      } else if (byte <= 32) continue;
      else if (isEnded) throw new CommandFailure(`Line ${line}: there is more data after the array.`);
      else if (depth === 0) {
        if (byte === 0xef || byte === 0xbb || byte === 0xbf) continue;
        if (byte !== OPEN_ARRAY)
          throw new CommandFailure(`Line ${line}: a JSON file must contain one array of events.`);
        depth = 1;
        start = at + 1;
      } else {
        if (byte === QUOTE) isInText = true;
        else if (byte === OPEN_ARRAY || byte === OPEN_OBJECT) depth++;
        else if (byte === CLOSE_ARRAY || byte === CLOSE_OBJECT) depth--;
        if ((byte === COMMA && depth === 1) || depth === 0) {
          end(bytes.subarray(start, at));
          start = at + 1;
          isEnded = depth === 0;
        }
      }
      if (gathered.isFull(pieceRows)) yield gathered.take();
    }
    if (depth === 0) continue;
    const rest = bytes.subarray(start);
    if (openBytes > 0 || !isBlank(rest)) {
      open.push(rest);
      openBytes += rest.length;
    }
    checkLength(openBytes, line);
  }
  if (gathered.rows.length > 0) yield gathered.take();
  if (!isEnded) throw new CommandFailure(`The array has no end: the file is incomplete after line ${line}.`);
}

function checkLength(bytes: number, lines: number): void {
  if (bytes > LINE_MAX_BYTES)
    throw new CommandFailure(
      `The row after line ${lines} is longer than ${LINE_MAX_BYTES} bytes. Is this the right format?`,
    );
}

const NEWLINE = 10;
const CARRIAGE_RETURN = 13;
const QUOTE = 34;
const COMMA = 44;
const OPEN_ARRAY = 91;
const BACKSLASH = 92;
const CLOSE_ARRAY = 93;
const OPEN_OBJECT = 123;
const CLOSE_OBJECT = 125;
