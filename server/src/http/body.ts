import type { IncomingMessage } from 'node:http';
import { pipeline } from 'node:stream';
import { promisify } from 'node:util';
import zlib from 'node:zlib';
import { SeismoError } from '../model/errors.ts';
import { glanceAt } from '../row/json-scan.ts';
import { type BodyBudget, busy, type Held } from './body-budget.ts';

/** The content type of every JSON answer. */
export const JSON_TYPE = 'application/json; charset=utf-8';

/** How long a JSON body can take to arrive. For longer ones, there is NDJSON. */
const JSON_BODY_MAX_MS = 60_000;
/** About what a stream of lines holds at most while it arrives: one piece of lines, and their rows. */
const STREAM_BYTES = 1024 * 1024;
const STREAM_FREE_BYTES = 64 * 1024;
/** The same as in zlib. */
const CHUNK_MIN_BYTES = 16 * 1024;
const CHUNK_MAX_BYTES = 256 * 1024;

type Encoding = 'gzip' | 'deflate' | 'br' | undefined;
export type BodyForm = 'json' | 'lines';

const LINE_TYPES = new Set([
  'application/x-ndjson',
  'application/ndjson',
  'application/jsonl',
  'application/x-jsonlines',
]);
/** Beacons send text/plain or no type. */
const JSON_TYPES = new Set(['application/json', 'text/plain', '']);
const CHARSETS = new Set(['utf-8', 'utf8', 'us-ascii']);

/** @throws BODY_TYPE_UNSUPPORTED */
export function formOf(request: IncomingMessage): BodyForm {
  const header = request.headers['content-type'];
  if (header === undefined || header === 'application/json') return 'json';
  const [type = '', ...parameters] = header.split(';').map((part) => part.trim().toLowerCase());
  const charset = parameters
    .find((part) => part.startsWith('charset='))
    ?.slice('charset='.length)
    .replaceAll('"', '');
  if (charset !== undefined && !CHARSETS.has(charset))
    throw new SeismoError('BODY_TYPE_UNSUPPORTED', `The body must be UTF-8, not \`${charset.slice(0, 40)}\`.`);
  if (JSON_TYPES.has(type)) return 'json';
  if (LINE_TYPES.has(type)) return 'lines';
  throw new SeismoError(
    'BODY_TYPE_UNSUPPORTED',
    `\`Content-Type\` must be \`application/json\`, \`text/plain\` or \`application/x-ndjson\`, not \`${type.slice(0, 80)}\`.`,
  );
}

/** @throws BODY_ENCODING_UNKNOWN */
export function encodingOf(request: IncomingMessage): Encoding {
  const header = request.headers['content-encoding']?.trim().toLowerCase();
  if (header === undefined || header === '' || header === 'identity') return undefined;
  if (header === 'x-gzip') return 'gzip';
  if (header === 'gzip' || header === 'deflate' || header === 'br') return header;
  throw new SeismoError(
    'BODY_ENCODING_UNKNOWN',
    `\`Content-Encoding\` must be \`gzip\`, \`deflate\`, \`br\` or absent, not \`${header.slice(0, 40)}\`.`,
  );
}

/** A body that a host application has already read: `value` as its parser left it. */
export function parsedBody(request: IncomingMessage): { readonly value: unknown } | undefined {
  const { body } = request as { body?: unknown };
  // Express 4 leaves `{}` if nothing was read.
  if (body === undefined || !request.readableDidRead) return undefined;
  return { value: body };
}

/** What `express.raw()` and `express.text()` leave, already decompressed. */
export function bytesOf(body: unknown): Buffer | undefined {
  if (Buffer.isBuffer(body)) return body;
  return typeof body === 'string' ? Buffer.from(body) : undefined;
}

/** How much of a body is read, and the budget it counts against. */
export interface BodyBounds {
  readonly maxBytes: number;
  /** The setting with this limit. */
  readonly setting?: string;
  readonly budget: BodyBudget;
  /** A body was rejected while it was being read; this many bytes of it were read or decompressed. */
  readonly onRejected?: (bytes: number) => void;
}

/** Questions and saved items are nested about a dozen levels deep. */
const JSON_DEPTH_MAX = 100;
/** Brackets and commas. Parsing this many takes about ten milliseconds. */
const JSON_VALUES_MAX = 100_000;

/**
 * The value of a JSON body, also if a host application has read it.
 * @throws BODY_EMPTY, BODY_NOT_UTF8, BODY_NOT_JSON, REQUEST_INVALID, and what `withBody` throws
 */
export async function jsonOf(request: IncomingMessage, bounds: BodyBounds): Promise<unknown> {
  const parsed = parsedBody(request);
  if (!parsed) return await withBody(request, bounds, async (bytes) => parseJson(bytes));
  const bytes = bytesOf(parsed.value);
  return bytes === undefined ? parsed.value : parseJson(bytes);
}

function parseJson(bytes: Buffer): unknown {
  if (bytes.length === 0) throw new SeismoError('BODY_EMPTY', 'The body is empty. Send JSON.');
  const { values, depth } = glanceAt(bytes);
  if (depth > JSON_DEPTH_MAX)
    throw new SeismoError('REQUEST_INVALID', `The body is nested more than ${JSON_DEPTH_MAX} levels deep.`);
  if (values > JSON_VALUES_MAX)
    throw new SeismoError(
      'BODY_TOO_LARGE',
      `The body has ${values} brackets and commas; at most ${JSON_VALUES_MAX} are allowed.`,
    );
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    if (cause instanceof TypeError) throw new SeismoError('BODY_NOT_UTF8', 'The body is not UTF-8.', { cause });
    throw new SeismoError('BODY_NOT_JSON', 'The body is not valid JSON.', { cause });
  }
}

const tooLarge = ({ maxBytes, setting }: BodyBounds): SeismoError =>
  new SeismoError('BODY_TOO_LARGE', `The body is larger than ${maxBytes} bytes${setting ? ` (\`${setting}\`)` : ''}.`);
const tooDense = (): SeismoError =>
  new SeismoError(
    'BODY_TOO_LARGE',
    `The body decompresses to more than ${INFLATED_FREE_BYTES} bytes and more than ${INFLATED_FACTOR} times its compressed size. Send smaller bodies, or do not compress.`,
  );
const cutShort = (cause?: unknown): SeismoError =>
  new SeismoError('BODY_CUT_SHORT', 'The body ended before its `Content-Length`. The rest of it was not stored.', {
    cause,
  });
const broken = (encoding: string, cause: unknown): SeismoError =>
  new SeismoError('BODY_ENCODING_BROKEN', `The body is not valid ${encoding} data.`, { cause });

/**
 * Events compress ten- to twentyfold. What compresses a hundredfold is made to do so; below a megabyte it does no harm.
 */
const INFLATED_FACTOR = 100;
const INFLATED_FREE_BYTES = 1024 * 1024;

/**
 * Passes the whole decompressed body to `use`. It counts as in flight until that has ended, unless it arrived in one piece.
 * @throws BODY_TOO_LARGE beyond the limit, before or after decompression, without decompressing further; BODY_CUT_SHORT; BODY_ENCODING_UNKNOWN;
 * BODY_ENCODING_BROKEN; SERVER_BUSY if too much is in flight
 */
export async function withBody<T>(
  request: IncomingMessage,
  bounds: BodyBounds,
  use: (bytes: Buffer) => Promise<T>,
): Promise<T> {
  const { budget, maxBytes } = bounds;
  const encoding = encodingOf(request);
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) throw tooLarge(bounds);
  const held = budget.open();
  try {
    let bytes = await collect(request, bounds, held);
    if (encoding !== undefined) {
      const packed = bytes;
      bytes = await budget.inflating(() => inflate(packed, encoding, bounds));
      held.add(bytes.length);
    }
    return await use(bytes);
  } finally {
    held.close();
  }
}

function collect(request: IncomingMessage, bounds: BodyBounds, held: Held): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const announced = Number(request.headers['content-length']);
    let length = 0;
    let timer: NodeJS.Timeout | undefined;
    const settle = (finish: () => void): void => {
      clearTimeout(timer);
      request.off('data', onData).off('end', onEnd).off('close', onClose);
      finish();
    };
    const rejectWith = (error: SeismoError): void => {
      bounds.onRejected?.(length);
      settle(() => reject(error));
    };
    const onData = (chunk: Buffer): void => {
      length += chunk.length;
      if (length > bounds.maxBytes) {
        rejectWith(tooLarge(bounds));
        return;
      }
      chunks.push(chunk);
      // Most bodies arrive complete in the first piece. These need no timer, and are done before anything else happens.
      if (length === announced && chunks.length === 1) return;
      if (!held.fits(chunk.length)) {
        rejectWith(busy());
        return;
      }
      held.add(chunk.length);
      timer ??= setTimeout(() => rejectWith(cutShort()), JSON_BODY_MAX_MS);
    };
    const onEnd = (): void => settle(() => resolve(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks, length)));
    const onClose = (): void => settle(() => rejectWith(cutShort()));
    request.on('data', onData).on('end', onEnd).on('close', onClose);
    // This listener stays: without it, a client that disconnects while we answer would be an uncaught error.
    request.on('error', (error) => settle(() => rejectWith(cutShort(error))));
    if (request.destroyed && !request.readableEnded) onClose();
  });
}

const gunzip = promisify<Buffer, zlib.ZlibOptions, Buffer>(zlib.gunzip);
const inflateWrapped = promisify<Buffer, zlib.ZlibOptions, Buffer>(zlib.inflate);
const inflateRaw = promisify<Buffer, zlib.ZlibOptions, Buffer>(zlib.inflateRaw);
const brotli = promisify<Buffer, zlib.BrotliOptions, Buffer>(zlib.brotliDecompress);

/** `deflate` is the zlib format (RFC 1950), but some clients send a bare stream. The first byte tells which. */
const isWrapped = (bytes: Uint8Array): boolean => ((bytes[0] ?? 0) & 0x0f) === 8;

async function inflate(bytes: Buffer, encoding: NonNullable<Encoding>, bounds: BodyBounds): Promise<Buffer> {
  // zlib stops at maxOutputLength, so a zip bomb costs no more than the limit.
  const most = Math.max(INFLATED_FREE_BYTES, bytes.length * INFLATED_FACTOR);
  const maxOutputLength = Math.min(bounds.maxBytes, most);
  // Few pieces, because each one is a turn of the event loop.
  const chunkSize = Math.min(CHUNK_MAX_BYTES, Math.max(CHUNK_MIN_BYTES, bytes.length * 4));
  const options = { maxOutputLength, chunkSize };
  try {
    if (encoding === 'gzip') return await gunzip(bytes, options);
    if (encoding === 'br') return await brotli(bytes, options);
    return isWrapped(bytes) ? await inflateWrapped(bytes, options) : await inflateRaw(bytes, options);
  } catch (error) {
    const isOver = error instanceof RangeError && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE';
    bounds.onRejected?.(isOver ? maxOutputLength : bytes.length);
    if (isOver) throw most < bounds.maxBytes ? tooDense() : tooLarge(bounds);
    throw broken(encoding, error);
  }
}

/**
 * The decompressed bytes as they arrive, no faster than they are consumed. The request survives an early end, so that it can be answered.
 * @throws SERVER_BUSY, BODY_CUT_SHORT, BODY_ENCODING_UNKNOWN, BODY_ENCODING_BROKEN, BODY_TOO_LARGE if it decompresses to too much
 */
export async function* bodyChunks(request: IncomingMessage, budget: BodyBudget): AsyncGenerator<Uint8Array> {
  const encoding = encodingOf(request);
  const held = budget.open();
  try {
    const isSmall = encoding === undefined && Number(request.headers['content-length']) <= STREAM_FREE_BYTES;
    if (!isSmall) held.add(STREAM_BYTES);
    yield* encoding === undefined ? plainChunks(request) : inflatedChunks(request, encoding);
  } finally {
    held.close();
  }
}

async function* plainChunks(request: IncomingMessage): AsyncGenerator<Uint8Array> {
  request.on('error', () => {});
  try {
    for await (const chunk of request.iterator({ destroyOnReturn: false })) yield chunk as Uint8Array;
  } catch (error) {
    throw cutShort(error);
  }
}

async function* inflatedChunks(request: IncomingMessage, encoding: NonNullable<Encoding>): AsyncGenerator<Uint8Array> {
  let cut: SeismoError | undefined;
  let sent = 0;
  let inflated = 0;
  const source = async function* (): AsyncGenerator<Uint8Array> {
    try {
      for await (const chunk of plainChunks(request)) {
        sent += chunk.length;
        yield chunk;
      }
    } catch (error) {
      cut = error instanceof SeismoError ? error : cutShort(error);
      throw cut;
    }
  };
  const chunks = source();
  const first = await chunks.next();
  if (first.done) throw broken(encoding, new Error('The body is empty.'));
  const inflater =
    encoding === 'gzip'
      ? zlib.createGunzip()
      : encoding === 'br'
        ? zlib.createBrotliDecompress()
        : isWrapped(first.value)
          ? zlib.createInflate()
          : zlib.createInflateRaw();
  const all = async function* (): AsyncGenerator<Uint8Array> {
    yield first.value;
    yield* chunks;
  };
  // The callback handles the failure; the loop below sees it as an error of the decompressor.
  pipeline(all, inflater, () => {});
  try {
    for await (const chunk of inflater as AsyncIterable<Uint8Array>) {
      inflated += chunk.length;
      if (inflated > INFLATED_FREE_BYTES && inflated > sent * INFLATED_FACTOR) {
        cut = tooDense();
        throw cut;
      }
      yield chunk;
    }
  } catch (error) {
    throw cut ?? broken(encoding, error);
  }
}
