import type { FastifyReply, FastifyRequest } from 'fastify';
import { ERRORS, type ErrorCode, SeismoError } from '../model/errors.ts';
import { mountOf } from './url.ts';

/** Errors of Fastify and Node → our error table. */
const FOREIGN: Readonly<Record<string, readonly [ErrorCode, string]>> = {
  FST_ERR_NOT_FOUND: ['NOT_FOUND', 'There is nothing at this URL.'],
  FST_ERR_BAD_URL: ['REQUEST_INVALID', 'The URL is not valid: its percent-encoding is wrong.'],
  FST_ERR_MAX_PARAM_LENGTH: ['NOT_FOUND', 'A part of the path is too long.'],
  FST_ERR_CTP_INVALID_MEDIA_TYPE: ['BODY_TYPE_UNSUPPORTED', 'The `Content-Type` is not valid.'],
  FST_ERR_CTP_BODY_TOO_LARGE: ['BODY_TOO_LARGE', 'The body is too large.'],
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: ['BODY_CUT_SHORT', 'The body does not match its `Content-Length`.'],
};

/** Any failure as one of the table. Unexpected ones are a BUG, with the cause kept for the log. */
export function asSeismoError(error: unknown): SeismoError {
  if (error instanceof SeismoError) return error;
  const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
  const foreign = FOREIGN[code];
  if (foreign) return new SeismoError(foreign[0], foreign[1], { cause: error });
  return new SeismoError(
    'BUG',
    'Something went wrong in the server. Its log has the details under the `instance` of this answer.',
    {
      cause: error,
    },
  );
}

/** The body of an `application/problem+json` answer (RFC 9457). */
export function problemOf(error: SeismoError, instance: string, mount = ''): Record<string, unknown> {
  const { status, title, remedy } = ERRORS[error.code];
  return {
    ...error.extra,
    type: `${mount}/docs/errors#${error.code}`,
    title,
    status,
    detail: error.detail,
    code: error.code,
    instance,
    remedy,
    retry: error.retryAfterSeconds !== undefined,
    ...(error.field !== undefined && { field: error.field }),
  };
}

/** How long a client that is still sending can continue after it was rejected, so that it can read the answer. */
const LINGER_MS = 2_000;

export const instanceOf = (request: FastifyRequest): string => `urn:seismo:request:${request.id}`;

export function sendProblem(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const problem = asSeismoError(error);
  const { status, kind } = problem.entry;
  const instance = instanceOf(request);
  const fields = { instance, code: problem.code, method: request.method, route: request.routeOptions.url };
  if (kind === 'bug') request.log.error({ ...fields, err: problem.cause ?? problem }, problem.detail);
  // The client disconnected: there is no one to answer, and nothing is wrong.
  else if (reply.raw.destroyed) request.log.debug(fields, 'not answered: the caller has gone away');
  else if (kind === 'machine') request.log.warn({ ...fields, err: problem.cause }, problem.detail);
  else request.log.debug(fields, 'refused');
  if (problem.retryAfterSeconds !== undefined) reply.header('retry-after', Math.ceil(problem.retryAfterSeconds));
  if (status === 401) reply.header('www-authenticate', 'Bearer realm="seismo"');
  if (request.raw.complete === false) lingerThenCut(request, reply);
  return reply
    .status(status)
    .header('content-type', 'application/problem+json; charset=utf-8')
    .header('cache-control', 'no-store')
    .send(JSON.stringify(problemOf(problem, instance, mountOf(request))));
}

/**
 * A body that no one needs is read and dropped while it arrives, up to this limit. Node only does this if nothing of it was read. If part of
 * it was read, the rest would come before the next request of the connection, which would be cut off.
 */
function lingerThenCut(request: FastifyRequest, reply: FastifyReply): void {
  reply.raw.once('finish', () => {
    // A reader that gave up (a failed decompressor) may still be waiting for the next piece, which would block the stream.
    if (request.raw.listenerCount('readable') > 0) request.raw.removeAllListeners('readable');
    // Node notices this in the next turn.
    setImmediate(() => request.raw.resume());
    if (request.raw.complete) return;
    const timer = setTimeout(() => {
      if (!request.raw.complete) request.raw.socket?.destroy();
    }, LINGER_MS);
    timer.unref();
    request.raw.once('end', () => clearTimeout(timer));
  });
}
