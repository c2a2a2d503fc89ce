import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { Type } from '@sinclair/typebox';
import { SeismoError } from '../../errors.ts';
import type { HttpDeps } from '../deps.ts';
import { encodingFor } from '../encoding.ts';
import type { Call, Route } from '../route.ts';
import { parameter } from './schemas.ts';

interface Script {
  readonly plain: Buffer;
  readonly gzip: Buffer;
  readonly br: Buffer;
  /** Of the content. */
  readonly hash: string;
}

/** The build of the client puts them there; from `src` and from `dist` it is the same folder. */
const FOLDER = new URL('../../../dist/browser/', import.meta.url);
const UNVERSIONED = 'public, max-age=3600, stale-while-revalidate=86400';
const VERSIONED = 'public, max-age=31536000, immutable';
const HASH_LENGTH = 16;

/** The browser client, for the script tag: all of it, and its core beside it. */
export function scriptRoutes({ config, version }: HttpDeps): readonly Route[] {
  return [
    scriptRoute(config.scriptPath, 'seismo.js', version, 'The browser client, for a script tag'),
    scriptRoute(
      config.scriptPath.replace(/\.js$/, '.core.js'),
      'seismo.core.js',
      version,
      'The browser client without storage, clicks, web vitals and errors',
    ),
  ];
}

function scriptRoute(url: string, file: string, version: string, summary: string): Route {
  let script: Script | undefined;
  return {
    method: 'GET',
    url,
    summary,
    access: 'open',
    query: [
      parameter('v', 'The version of the server, or the hash of its ETag: then the answer may be kept for ever.'),
    ],
    answers: { 200: { description: 'JavaScript.', content: { 'text/javascript': Type.String() } } },
    errors: ['NOT_FOUND'],
    handler: async (call) => {
      script ??= read(file);
      return send(call, script, version);
    },
  };
}

function read(file: string): Script {
  const path = fileURLToPath(new URL(file, FOLDER));
  if (!existsSync(path))
    throw new SeismoError('NOT_FOUND', 'The browser client was not built; `npm run build` in client/ does.');
  const plain = readFileSync(path);
  return {
    plain,
    gzip: gzipSync(plain, { level: 9 }),
    br: brotliCompressSync(plain),
    hash: createHash('sha256').update(plain).digest('hex').slice(0, HASH_LENGTH),
  };
}

function send({ request, reply, search }: Call, script: Script, version: string): unknown {
  const asked = search.get('v');
  // Weak: the compressed forms are the same script.
  const etag = `W/"${script.hash}"`;
  reply
    .header('etag', etag)
    .header('cache-control', asked === script.hash || asked === version ? VERSIONED : UNVERSIONED)
    .header('vary', 'Accept-Encoding')
    // Pages elsewhere load it, also those that ask for more than the script tag does (integrity, isolation).
    .header('access-control-allow-origin', '*')
    .header('cross-origin-resource-policy', 'cross-origin')
    .header('content-type', 'text/javascript; charset=utf-8');
  if (request.headers['if-none-match']?.includes(script.hash)) return reply.status(304).send();
  const encoding = encodingFor(request.headers['accept-encoding']);
  if (encoding !== undefined) reply.header('content-encoding', encoding);
  return reply.send(script[encoding ?? 'plain']);
}
