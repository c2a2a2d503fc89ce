import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { type BrotliOptions, brotliCompress, constants, gzip } from 'node:zlib';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Encoding, encodingFor } from './negotiate.ts';

const HASH_LENGTH = 16;
/** A host application mounts the server in a few places. A mount path with a parameter must not fill the memory. */
const MOUNTS_MAX = 16;
/** The best compression of 230 kB (11) takes a second of CPU time and saves little over this level (9). */
const BEST_MAX_BYTES = 64 * 1024;
const COMPRESS: Readonly<Record<Encoding, (bytes: Buffer) => Promise<Buffer>>> = {
  br: (bytes) =>
    promisify<Buffer, BrotliOptions, Buffer>(brotliCompress)(bytes, {
      params: { [constants.BROTLI_PARAM_QUALITY]: bytes.length > BEST_MAX_BYTES ? 9 : 11 },
    }),
  gzip: (bytes) => promisify<Buffer, { level: number }, Buffer>(gzip)(bytes, { level: 9 }),
};

/** A document that is the same for everyone. Its bytes are created once, and each compressed form at its first use. */
export class StaticDocument {
  readonly plain: Buffer;
  /** The hash of the content. */
  readonly hash: string;
  readonly #compressed = new Map<Encoding, Promise<Buffer>>();

  constructor(content: string | Buffer) {
    this.plain = typeof content === 'string' ? Buffer.from(content) : content;
    this.hash = createHash('sha256').update(this.plain).digest('hex').slice(0, HASH_LENGTH);
  }

  /** Compressed on a thread of the pool, not on the event loop. */
  async bytes(encoding: Encoding | undefined): Promise<Buffer> {
    if (encoding === undefined) return this.plain;
    let made = this.#compressed.get(encoding);
    if (made === undefined) {
      made = COMPRESS[encoding](this.plain);
      this.#compressed.set(encoding, made);
    }
    return await made;
  }
}

/** A document that contains the mount path in its URLs: one for each mount path. */
export class MountedDocument {
  readonly #made = new Map<string, StaticDocument>();
  readonly #make: (mount: string) => string;

  constructor(make: (mount: string) => string) {
    this.#make = make;
  }

  at(mount: string): StaticDocument {
    const known = this.#made.get(mount);
    if (known !== undefined) return known;
    const made = new StaticDocument(this.#make(mount));
    if (this.#made.size >= MOUNTS_MAX) this.#made.delete(this.#made.keys().next().value!);
    this.#made.set(mount, made);
    return made;
  }
}

/** Sends it in an encoding that the client accepts, or 304 if the client has it. */
export async function sendStatic(
  document: StaticDocument,
  cacheControl: string,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  // Weak, because the compressed forms are the same document.
  reply.header('etag', `W/"${document.hash}"`).header('cache-control', cacheControl).header('vary', 'Accept-Encoding');
  if (request.headers['if-none-match']?.includes(document.hash)) return reply.status(304).send();
  const encoding = encodingFor(request.headers['accept-encoding']);
  const bytes = await document.bytes(encoding);
  if (encoding !== undefined) reply.header('content-encoding', encoding);
  return reply.send(bytes);
}
