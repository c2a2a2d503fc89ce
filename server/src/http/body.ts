import type { IncomingMessage } from 'node:http';
import { pipeline } from 'node:stream';
import { promisify } from 'node:util';
import zlib from 'node:zlib';
import { SeismoError } from '../errors.ts';

/** Of every JSON answer. */
export const JSON_TYPE = 'application/json; charset=utf-8';

/** A JSON body that dribbles in for longer is given up: NDJSON is for what takes long. */
const JSON_BODY_MAX_MS = 60_000;

type Encoding = 'gzip' | 'deflate' | 'br' | undefined;
export type BodyForm = 'json' | 'lines';

const LINE_TYPES = new Set([
  'application/x-ndjson',
  'application/ndjson',
  'application/jsonl',
  'application/x-jsonlines',
]);
/** Beacons carry text/plain, or nothing at all. */
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
    throw new SeismoError('BODY_TYPE_UNSUPPORTED', `The body must be UTF-8, not ${charset.slice(0, 40)}.`);
  if (JSON_TYPES.has(type)) return 'json';
  if (LINE_TYPES.has(type)) return 'lines';
  throw new SeismoError(
    'BODY_TYPE_UNSUPPORTED',
    `Events come as application/json, text/plain or application/x-ndjson, not as ${type.slice(0, 80)}.`,
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
    `The Content-Encoding must be one of gzip, deflate, br or absent, not ${header.slice(0, 40)}.`,
  );
}

/** A body that a host application read before us: `value` as its parser left it. */
export function parsedBody(request: IncomingMessage): { readonly value: unknown } | undefined {
  const { body } = request as { body?: unknown };
  // Express 4 leaves `{}` where nothing was read.
  if (body === undefined || !request.readableDidRead) return undefined;
  return { value: body };
}

/** What `express.raw()` and `express.text()` leave, inflated already. */
export function bytesOf(body: unknown): Buffer | undefined {
  if (Buffer.isBuffer(body)) return body;
  return typeof body === 'string' ? Buffer.from(body) : undefined;
}

/**
 * The value of a JSON body, also of one that a host application read.
 * @throws BODY_EMPTY, BODY_NOT_UTF8, BODY_NOT_JSON, and what `wholeBody` throws
 */
export async function jsonOf(request: IncomingMessage, limit: number): Promise<unknown> {
  const parsed = parsedBody(request);
  const bytes = parsed ? bytesOf(parsed.value) : await wholeBody(request, limit);
  if (bytes === undefined) return parsed?.value;
  if (bytes.length === 0) throw new SeismoError('BODY_EMPTY', 'The body is empty; send JSON.');
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    if (cause instanceof TypeError) throw new SeismoError('BODY_NOT_UTF8', 'The body is not UTF-8.', { cause });
    throw new SeismoError('BODY_NOT_JSON', 'The body is not valid JSON.', { cause });
  }
}

const tooLarge = (limit: number): SeismoError =>
  new SeismoError('BODY_TOO_LARGE', `The body is over ${limit} bytes (bodyMaxBytes).`);
const cutShort = (cause?: unknown): SeismoError =>
  new SeismoError('BODY_CUT_SHORT', 'The body ended before its announced length; nothing more of it was stored.', {
    cause,
  });
const broken = (encoding: string, cause: unknown): SeismoError =>
  new SeismoError('BODY_ENCODING_BROKEN', `The body is not intact ${encoding}.`, { cause });

/**
 * The whole body, inflated.
 * @throws BODY_TOO_LARGE past the limit, before or after inflating, without inflating further; BODY_CUT_SHORT;
 * BODY_ENCODING_UNKNOWN; BODY_ENCODING_BROKEN
 */
export async function wholeBody(request: IncomingMessage, limit: number): Promise<Buffer> {
  const encoding = encodingOf(request);
  if (Number(request.headers['content-length'] ?? 0) > limit) throw tooLarge(limit);
  const bytes = await collect(request, limit);
  return encoding === undefined ? bytes : await inflate(bytes, encoding, limit);
}

function collect(request: IncomingMessage, limit: number): Promise<Buffer> {
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
    const onData = (chunk: Buffer): void => {
      length += chunk.length;
      if (length > limit) {
        settle(() => reject(tooLarge(limit)));
        return;
      }
      chunks.push(chunk);
      // Most bodies come whole in their first piece: these need no timer.
      if (length !== announced) timer ??= setTimeout(() => settle(() => reject(cutShort())), JSON_BODY_MAX_MS);
    };
    const onEnd = (): void => settle(() => resolve(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks, length)));
    const onClose = (): void => settle(() => reject(cutShort()));
    request.on('data', onData).on('end', onEnd).on('close', onClose);
    // Stays: without a listener a caller who goes away while we answer would be an uncaught error.
    request.on('error', (error) => settle(() => reject(cutShort(error))));
    if (request.destroyed && !request.readableEnded) onClose();
  });
}

const gunzip = promisify<Buffer, zlib.ZlibOptions, Buffer>(zlib.gunzip);
const inflateWrapped = promisify<Buffer, zlib.ZlibOptions, Buffer>(zlib.inflate);
const inflateRaw = promisify<Buffer, zlib.ZlibOptions, Buffer>(zlib.inflateRaw);
const brotli = promisify<Buffer, zlib.BrotliOptions, Buffer>(zlib.brotliDecompress);

/** `deflate` is the zlib format (RFC 1950), but some clients send the bare stream: the first byte tells. */
const isWrapped = (bytes: Uint8Array): boolean => ((bytes[0] ?? 0) & 0x0f) === 8;

async function inflate(bytes: Buffer, encoding: NonNullable<Encoding>, limit: number): Promise<Buffer> {
  // zlib stops at maxOutputLength, so a bomb costs no more than the limit.
  const options = { maxOutputLength: limit };
  try {
    if (encoding === 'gzip') return await gunzip(bytes, options);
    if (encoding === 'br') return await brotli(bytes, options);
    return isWrapped(bytes) ? await inflateWrapped(bytes, options) : await inflateRaw(bytes, options);
  } catch (error) {
    if (error instanceof RangeError && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge(limit);
    throw broken(encoding, error);
  }
}

/** The inflated bytes as they arrive, no faster than they are taken. The request survives an early end, so that it can be answered. */
export async function* bodyChunks(request: IncomingMessage): AsyncGenerator<Uint8Array> {
  const encoding = encodingOf(request);
  const source = encoding === undefined ? plainChunks(request) : inflatedChunks(request, encoding);
  yield* source;
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
  const source = async function* (): AsyncGenerator<Uint8Array> {
    try {
      yield* plainChunks(request);
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
  // The callback owns the failure; the loop below sees it as the inflater's own.
  pipeline(all, inflater, () => {});
  try {
    for await (const chunk of inflater) yield chunk as Uint8Array;
  } catch (error) {
    throw cut ?? broken(encoding, error);
  }
}
